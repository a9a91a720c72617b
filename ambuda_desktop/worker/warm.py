"""Importing what every generation needs before it is forked, so that a fork is all that starting one costs.

Nothing here may be task code: what is imported now stays as it is in every generation.
"""

import functools
import gc
import importlib
import logging
import os
import threading
from collections.abc import Iterable
from contextlib import suppress

from ambuda_desktop.celery_config import BROKER

log = logging.getLogger(__name__)

#: What a Celery worker imports on its way up, some of it by name and late.
CELERY = (
    "billiard.heap", "billiard.popen_fork", "billiard.sharedctypes", "billiard.synchronize", "celery.app.autoretry",
    "celery.app.control", "celery.app.events", "celery.app.log", "celery.app.trace", "celery.apps.worker",
    "celery.backends.redis", "celery.concurrency.asynpool", "celery.concurrency.prefork", "celery.concurrency.thread",
    "celery.events.state", "celery.fixups.django", "celery.worker.autoscale", "celery.worker.components",
    "celery.worker.consumer", "celery.worker.consumer.delayed_delivery", "celery.worker.control",
    "celery.worker.heartbeat", "celery.worker.loops", "celery.worker.pidbox", "celery.worker.request",
    "celery.worker.strategy", "celery.worker.worker", "kombu.asynchronous.hub", "kombu.transport.redis",
    "redis.connection", "redis.utils",
)  # fmt: skip
#: What a worker needs beyond that where RabbitMQ is the broker; the keyring has its password.
RABBITMQ = ("amqp", "kombu.transport.pyamqp", "keyring")
#: Ours, and no task code. What a task file imports of the program beyond these counts as task code.
OURS = ("ambuda_desktop.worker.main", "ambuda_desktop.worker.task")


def warm(learned: Iterable[str]) -> list[str]:
    """Import all that, and `learned`: modules of others that earlier generations needed. Returns those that failed."""
    rabbitmq = RABBITMQ if os.environ.get(BROKER) else ()
    failed = [name for name in (*CELERY, *rabbitmq, *OURS, *learned) if not _import(name)]
    _warm_known_costs()
    # What is there now is never looked at by the collector again, so that its pages stay shared.
    gc.collect()
    gc.freeze()
    return failed


def is_safe_to_fork() -> bool:
    """Whether no module that was imported has started a thread: a fork would copy its locks, and not the thread."""
    return threading.active_count() == 1


def _import(name: str) -> bool:
    try:
        importlib.import_module(name)
    except (Exception, SystemExit) as error:  # a module of somebody else's may raise anything
        log.info("%s cannot be imported before the fork: %s", name, error)
        return False
    return True


def _warm_known_costs() -> None:
    """Two costs that each process would pay again: 0.1 s for a C parser in billiard, 14 ms per connection in redis."""
    with suppress(ImportError):
        import cffi  # type: ignore[import-untyped]  # only where billiard finds it, too

        cffi.FFI().cdef("int prctl (int __option, ...);")
    import redis.connection
    import redis.utils

    version = functools.cache(redis.utils.get_lib_version)
    version()
    redis.utils.get_lib_version = version
