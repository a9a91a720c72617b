"""Saying that a message was refused: Celery only logs it, and acknowledges it so that it does not come again."""

import logging
from collections.abc import Callable

from kombu.exceptions import ContentDisallowed, DecodeError

LOGGER = "celery.worker.consumer.consumer"  # where Celery logs a message that it cannot decode


class RefusedMessages(logging.Handler):
    """Turns that log record into a sentence. Only JSON is taken, because unpickling a message would run its code."""

    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__(logging.ERROR)
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, ContentDisallowed | DecodeError):
            self._say(f"A message that is not JSON was refused and its task not run: {error}.")
