"""Saying at once that a pool process ended: Celery tells of its task only seconds later."""

import logging
from collections.abc import Callable

from celery.concurrency.asynpool import AsynPool

LOGGER = "multiprocessing"  # where billiard logs it
LOOK_EVERY = 0.5  # seconds
MESSAGE = "Process %r pid:%r exited with %r"


class PoolExits(logging.Handler):
    """Turns that log record into a call with the pid and the reason, such as `signal 9 (SIGKILL)`."""

    def __init__(self, say: Callable[[int, str], None]) -> None:
        super().__init__(logging.ERROR)
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        if record.msg == MESSAGE and isinstance(record.args, tuple) and len(record.args) == 3:
            _, pid, reason = record.args
            if isinstance(pid, int):
                self._say(pid, str(reason))


def look_often() -> None:
    """Look for ended processes twice a second. Celery looks when their pipes close, but they can be collected only a
    moment later; who comes too early that time would look again after five seconds."""
    timers = property(lambda pool: {pool.maintain_pool: LOOK_EVERY})
    AsynPool.timers = timers  # type: ignore[method-assign, assignment]  # it is a property
