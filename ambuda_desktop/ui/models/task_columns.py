"""The columns of the table of tasks: which there are, what stands in each, and where it would be empty."""

import time
from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import QCoreApplication

from ambuda_desktop.store import schema
from ambuda_desktop.store.query import Task, TaskFilter
from ambuda_desktop.ui import words
from ambuda_desktop.ui.durations import clock, lasting


def _tr(text: str) -> str:
    return QCoreApplication.translate("task_columns", text)


class Column(IntEnum):
    TASK = 0
    BOOK = 1
    STATE = 2
    PROGRESS = 3
    SUBMITTED = 4
    TOOK = 5


@dataclass(frozen=True)
class Progress:
    """How far a task is; shown as a bar with `12/15`."""

    current: int
    total: int


def title(column: Column) -> str:
    return {
        Column.TASK: _tr("Task"),
        Column.BOOK: _tr("Book"),
        Column.STATE: _tr("State"),
        Column.PROGRESS: _tr("Progress"),
        Column.SUBMITTED: _tr("Submitted"),
        Column.TOOK: _tr("Took"),
    }[column]


def is_shown(column: Column, wanted: TaskFilter) -> bool:
    """Whether a column can hold anything under a filter: none is always empty."""
    if column == Column.BOOK:
        return wanted.book is None
    if column == Column.PROGRESS:
        return wanted.group not in ("waiting", "done")
    return column != Column.TOOK or wanted.group != "waiting"


def text(task: Task, column: Column, titles: dict[str, str]) -> str:
    """What stands in a column; `titles` are those of the books."""
    match column:
        case Column.TASK:
            return words.task_name(task)
        case Column.BOOK:
            return titles.get(task.book, task.book) if task.book else ""
        case Column.STATE:
            return state(task)
        case Column.PROGRESS:
            return f"{task.current}/{task.total}" if task.total else ""
        case Column.SUBMITTED:
            return clock(task.submitted_at, seconds=True)
        case Column.TOOK:
            return took(task)


def state(task: Task) -> str:
    """`running since 14:02`."""
    runs = task.state in (schema.STARTED, schema.PROGRESS) and not task.cancelled
    if not runs or task.started_at is None:
        return words.task_state(task)[0]
    since = _tr("running since {}").format(clock(task.started_at))
    return _tr("{}, attempt {}").format(since, task.attempt) if task.attempt > 1 else since


def took(task: Task) -> str:
    """How long it ran, or has been running."""
    if task.started_at is None or (task.ended_at is None and task.generation is None):
        return ""
    return lasting((task.ended_at or time.time()) - task.started_at)
