"""Celery's settings, in Celery's words."""

import os
import ssl
from typing import Any
from urllib.parse import quote

from ambuda_desktop import broker_password
from ambuda_desktop.paths import Paths

#: Set by the daemon when it starts, so that all its workers have the broker that it has: RabbitMQ's address without
#: a password; empty for our own Redis.
BROKER = "AMBUDA_DESKTOP_BROKER"

BROKER_TIMEOUT = 2.0  # seconds until RabbitMQ counts as one that does not answer
BROKER_HEARTBEAT = 10.0  # seconds; after two without a sign of life a connection is dead


def celery_settings() -> dict[str, Any]:
    """The settings for the current data folder; Celery asks for them when it first needs them.

    The password of Redis lies in a 0600 file, so neither environment nor command line shows it.
    """
    paths = Paths.current()
    password = paths.redis_password.read_text() if paths.redis_password.exists() else ""
    url = f"redis+socket://ambuda:{quote(password)}@{quote(str(paths.redis_socket))}?virtual_host=0"
    return {
        "broker_url": url,
        "result_backend": url,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,  # Redis comes back: the daemon starts it again
        "result_backend_always_retry": True,
        "task_serializer": "json",
        "result_serializer": "json",
        "accept_content": ["json"],
        "result_accept_content": ["json"],
        "task_track_started": True,
        "result_extended": True,  # the queue in a result tells the feed which generation speaks
        "result_expires": 86_400,  # seconds; the store keeps results for good
        # The store, not Redis, knows what is unfinished: so messages are acknowledged early (the default).
        "worker_prefetch_multiplier": 1,
        "worker_lost_wait": 0.5,  # seconds until a dead pool process counts as dead; a late result is not lost
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        **_rabbitmq(paths, os.environ.get(BROKER, "")),
    }


def _rabbitmq(paths: Paths, url: str) -> dict[str, Any]:
    """What differs where RabbitMQ is the broker; Redis stays the result backend."""
    if not url:
        return {}
    return {
        "broker_url": url,
        # Asked for at each connection: so it stands in no settings that somebody may print.
        "broker_password": lambda: broker_password.read(paths, url) or "guest",
        "broker_connection_timeout": BROKER_TIMEOUT,
        "broker_heartbeat": BROKER_HEARTBEAT,
        # Without a check of its certificate, TLS would tell the password to anybody.
        **({"broker_use_ssl": {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": None}}
           if url.startswith("amqps:") else {}),
    }  # fmt: skip
