"""What tasks are doing, in words; book_words.py has those of books."""

import json
from typing import Any, Literal

from PySide6.QtCore import QCoreApplication

from ambuda_desktop.params.ocr import FinishOcr, OcrBook, OcrPages
from ambuda_desktop.params.split import FinishSplit, SplitBook, SplitPages
from ambuda_desktop.store import query, schema
from ambuda_desktop.ui.durations import plural

Tone = Literal["done", "running", "waiting", "look", "failed"]


def _tr(text: str) -> str:
    return QCoreApplication.translate("words", text)


def pages(count: int) -> str:
    return plural(count, _tr("%s page"), _tr("%s pages"))


def waiting_for(reason: str | None) -> str:
    """Why a task waits."""
    known = {
        "network": _tr("waiting for the network"),
        "password": _tr("waiting for a password"),
        "another password": _tr("waiting for another password: the last one was wrong"),
        "retry": _tr("waiting for its next attempt"),
        None: _tr("waiting for a worker"),
    }
    return known.get(reason) or _tr("waiting for %s") % reason


def task_name(task: query.Task) -> str:
    """What a task does: `Make pages 1–15`."""
    whole = {
        SplitBook.task: _tr("Plan the split"),
        FinishSplit.task: _tr("Finish the book"),
        OcrBook.task: _tr("Plan the text"),
        FinishOcr.task: _tr("Finish the text"),
    }
    some = {
        SplitPages.task: (_tr("Make page %s"), _tr("Make pages %s")),
        OcrPages.task: (_tr("Read page %s"), _tr("Read pages %s")),
    }
    if task.name in some:
        asked = _param(task, "pages")
        one, many = some[task.name]
        return (one if asked.isdigit() else many) % asked.replace("-", "–")
    return whole.get(task.name, task.name)


def _param(task: query.Task, name: str) -> str:
    try:
        return str(task.kwargs["params"][name])
    except (KeyError, TypeError, json.JSONDecodeError):
        return ""


def task_state(task: query.Task) -> tuple[str, Tone]:
    """What a task is doing, and the tone to say it in."""
    if task.cancelled and not task.ended:
        return _tr("stopping after the page in hand"), "waiting"
    words, tone = _TASK_STATES[task.state]
    if task.state == schema.PENDING:
        return waiting_for(task.waiting_for), tone
    if task.attempt > 1 and not task.ended:
        return _tr("%s, attempt %d") % (_tr(words), task.attempt), tone
    return _tr(words), tone


_TASK_STATES: dict[str, tuple[str, Tone]] = {
    schema.PENDING: ("waiting for a worker", "waiting"),
    schema.SENT: ("given to a worker", "running"),
    schema.STARTED: ("running", "running"),
    schema.PROGRESS: ("running", "running"),
    schema.SUCCESS: ("done", "done"),
    schema.FAILURE: ("failed", "failed"),
    schema.REVOKED: ("cancelled", "waiting"),
}


def group(name: str | None) -> str:
    """The words of the sidebar for a group of states."""
    return {
        None: _tr("Tasks"),
        "running": _tr("Running"),
        "waiting": _tr("Waiting"),
        "failed": _tr("Failed"),
        "done": _tr("Done"),
        "cancelled": _tr("Cancelled"),
    }[name]


def pretty(payload: str) -> str:
    """The arguments of a task, one a line."""
    arguments: dict[str, Any] = json.loads(payload)
    shown = {key: value for key, value in arguments.items() if value}
    return json.dumps(shown, indent=2, ensure_ascii=False)


def failing_line(traceback: str) -> str:
    """The line that failed and the exception: what a developer reads first of a traceback."""
    lines = traceback.rstrip().splitlines()
    frames = [i for i, line in enumerate(lines) if line.lstrip().startswith("File ")]
    if not frames:
        return lines[-1] if lines else ""
    return "\n".join([*lines[frames[-1] : frames[-1] + 2], lines[-1]])
