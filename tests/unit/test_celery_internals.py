"""What we rely on in other projects beyond their documentation: an upgrade fails here first."""

import inspect
from types import SimpleNamespace
from typing import Any

from billiard import pool, util
from celery import Celery
from celery.app.task import Context, Task
from celery.backends.base import KeyValueStoreBackend
from celery.backends.redis import RedisBackend
from celery.concurrency.asynpool import AsynPool

from ambuda_desktop.daemon import feed
from ambuda_desktop.programs import server_binary
from ambuda_desktop.worker import pool_exits


def test_the_feed_listens_to_the_keys_that_the_result_backend_writes() -> None:
    assert KeyValueStoreBackend.task_keyprefix == feed.KEY


def test_the_redis_backend_publishes_each_result_under_its_key() -> None:
    assert "publish(key" in inspect.getsource(vars(RedisBackend)["_set"])


def test_apply_async_and_retry_end_in_send_task() -> None:
    assert "app.send_task(" in inspect.getsource(Task.apply_async)
    assert "apply_async()" in inspect.getsource(Task.retry)


def test_send_task_takes_what_publish_passes_on() -> None:
    names = inspect.signature(Celery.send_task).parameters
    assert {"task_id", "expires", "link", "chord", "root_id", "parent_id", "options"} <= set(names)


def test_headers_of_a_message_are_attributes_of_the_request() -> None:
    assert Context({"id": "x", "ambuda_attempt": 2}).get("ambuda_attempt") == 2


def test_a_task_with_a_call_of_its_own_is_called_through_it() -> None:
    from celery.app import trace

    assert "task_has_custom(task, '__call__')" in inspect.getsource(trace.build_tracer)


def test_the_end_of_a_pool_process_is_logged_at_once() -> None:
    assert pool_exits.MESSAGE in inspect.getsource(pool)
    assert util.get_logger().name == pool_exits.LOGGER


def test_ended_pool_processes_are_looked_for_by_a_timer_of_the_pool() -> None:
    asked: Any = SimpleNamespace(maintain_pool=print)
    assert vars(AsynPool)["timers"].fget(asked) == {print: 5.0}
    assert "self.timers.items()" in inspect.getsource(AsynPool.register_with_event_loop)


def test_the_installed_server_is_found() -> None:
    assert server_binary().rsplit("/", 1)[-1].startswith(("valkey", "redis"))
