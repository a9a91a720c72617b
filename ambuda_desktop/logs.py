"""Logging: one format, one file per process, and the id of the task in hand in each record."""

import contextlib
import contextvars
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

FORMAT = "%(asctime)s %(levelname)-7s %(process)d %(task)s %(name)s: %(message)s"
TERMINAL = "%(asctime)s %(levelname)-7s %(message)s"
MAX_BYTES = 5_000_000  # a file larger than this is set aside as `.1` when its process starts

_opened: list[logging.Handler] = []
_task = contextvars.ContextVar("task", default="-")


class _TaskFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.task = _task.get()
        return True


@contextlib.contextmanager
def task_id(identifier: str) -> Iterator[None]:
    """Mark each record logged in this block, in this thread, with the id of a task."""
    token = _task.set(identifier)
    try:
        yield
    finally:
        _task.reset(token)


def to_file(path: Path, *, level: int = logging.INFO, also_terminal: bool = False) -> None:
    """Send this process's log to `path`, and to the terminal too where asked."""
    # Not a RotatingFileHandler: the pool processes of a worker share its file, and would rotate it apart.
    if path.exists() and path.stat().st_size > MAX_BYTES:
        path.replace(path.with_name(path.name + ".1"))
    root = logging.getLogger()
    for old in _opened:  # those of the process that we were forked from
        root.removeHandler(old)
        old.close()
    _opened[:] = [logging.FileHandler(path, encoding="utf-8")]
    if also_terminal:
        _opened.append(logging.StreamHandler(sys.stderr))
    root.setLevel(level)
    for handler in _opened:
        handler.setFormatter(
            logging.Formatter(FORMAT) if handler is _opened[0] else logging.Formatter(TERMINAL, "%H:%M:%S")
        )
        handler.addFilter(_TaskFilter())
        root.addHandler(handler)
