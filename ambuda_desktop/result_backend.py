"""Celery's Redis backend, except that it listens for results only when somebody waits for them.

Celery's own listens as soon as a group is submitted: once for each of its tasks, and with an error where Redis is away.
But then the tasks are accepted already, and will run.
"""

from collections.abc import Iterator
from typing import Any
from weakref import WeakValueDictionary

from celery.backends.redis import RedisBackend


class ResultBackend(RedisBackend):
    """`add_pending_result` notes a result; listening begins in `_wait_for_pending`, which every way to wait uses."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._noted: WeakValueDictionary[int, Any] = WeakValueDictionary()

    def add_pending_result(self, result: Any, weak: bool = False, start_drainer: bool = True) -> Any:  # noqa: ARG002
        self._noted[id(result)] = result
        return result

    def _wait_for_pending(self, result: Any, **kwargs: Any) -> Iterator[Any]:
        for noted in list(self._noted.values()):
            super().add_pending_result(noted)
        self._noted.clear()
        waiting: Iterator[Any] = super()._wait_for_pending(result, **kwargs)  # type: ignore[misc]  # it is there
        return waiting
