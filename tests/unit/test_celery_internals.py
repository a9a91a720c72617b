"""What we rely on in other projects beyond their documentation: an upgrade fails here first."""

import inspect

from celery import Celery
from celery.app.task import Context, Task
from celery.backends.asynchronous import AsyncBackendMixin
from celery.backends.base import KeyValueStoreBackend
from celery.backends.redis import RedisBackend
from celery.concurrency.prefork import TaskPool
from celery.result import AsyncResult
from celery.worker.consumer import Consumer

from ambuda_desktop.daemon import feed
from ambuda_desktop.programs import server_binary


def test_the_feed_listens_to_the_keys_that_the_result_backend_writes() -> None:
    assert KeyValueStoreBackend.task_keyprefix == feed.KEY


def test_the_redis_backend_publishes_each_result_under_its_key() -> None:
    assert "publish(key" in inspect.getsource(vars(RedisBackend)["_set"])


def test_every_way_to_wait_for_results_begins_in_one_method() -> None:
    for way in (AsyncBackendMixin.iter_native, AsyncBackendMixin.wait_for_pending):
        assert "self._wait_for_pending(result" in inspect.getsource(way)
    assert "self.backend.add_pending_result(self" in inspect.getsource(AsyncResult.then)


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


def test_a_consumer_has_the_loop_and_the_pool_that_is_looked_after() -> None:
    source = inspect.getsource(Consumer)
    assert "self.hub = hub" in source
    assert "self.pool = pool" in source
    assert "self.maintain_pool = P.maintain_pool" in inspect.getsource(TaskPool)


def test_the_installed_server_is_found() -> None:
    assert server_binary().rsplit("/", 1)[-1].startswith(("valkey", "redis"))
