"""Celery's settings, in Celery's words; loaded by Celery itself when they are first needed.

The password lies in a 0600 file of the data folder, so neither the environment nor a command line shows it.
"""

from urllib.parse import quote

from ambuda_desktop.paths import Paths

_paths = Paths.current()
_password = _paths.redis_password.read_text() if _paths.redis_password.exists() else ""
_url = f"redis+socket://ambuda:{quote(_password)}@{_paths.redis_socket}?virtual_host=0"

broker_url = _url
result_backend = _url
broker_connection_retry_on_startup = True
broker_connection_max_retries = None  # Redis comes back: the daemon starts it again
result_backend_always_retry = True

task_serializer = result_serializer = event_serializer = "json"
accept_content = result_accept_content = ["json"]

task_track_started = True
result_extended = True  # the queue in a result tells the feed which generation speaks
result_expires = 86_400  # seconds; the store keeps results for good
worker_prefetch_multiplier = 1
worker_hijack_root_logger = False
worker_redirect_stdouts = False
worker_send_task_events = False
# Early acknowledgement (the default): the store, not Redis, knows what is unfinished.
task_acks_late = False
