"""What books and tasks are doing, in words."""

import json
from typing import Any, Literal

from PySide6.QtCore import QCoreApplication

from ambuda_desktop.params.split import FinishSplit, SplitBook, SplitPages
from ambuda_desktop.store import books as book_rows
from ambuda_desktop.store import pages as cells
from ambuda_desktop.store import query, schema
from ambuda_desktop.ui.durations import clock, lasting, plural

Tone = Literal["done", "running", "waiting", "look", "failed"]


def _tr(text: str) -> str:
    return QCoreApplication.translate("words", text)


def pages(count: int) -> str:
    return plural(count, _tr("%s page"), _tr("%s pages"))


def cell(letter: str) -> str:
    """What a letter of `BookSummary.cells` means."""
    return {
        cells.LEFT_OUT: _tr("left out"),
        cells.WAITING: _tr("waiting"),
        cells.RUNNING: _tr("being made now"),
        cells.DONE: _tr("done"),
        cells.LOOK: _tr("needs a look"),
        cells.FAILED: _tr("failed"),
    }[letter]


def page_words(summary: book_rows.BookSummary, number: int) -> str:
    """One page of a book: `Page 62 of 300: failed. The image is damaged.`"""
    letter = summary.cells[number - 1]
    why = summary.failures.get(number) or summary.warnings.get(number)
    words = _tr("Page %d of %d: %s.") % (number, len(summary.cells), cell(letter))
    return f"{words} {why}" if why else words


def waiting_for(reason: str | None) -> str:
    """Why a task waits."""
    known = {
        "network": _tr("waiting for the network"),
        "retry": _tr("waiting for its next attempt"),
        None: _tr("waiting for a worker"),
    }
    return known.get(reason) or _tr("waiting for %s") % reason


def failed_pages(count: int) -> str:
    return plural(count, _tr("%s page failed"), _tr("%s pages failed"))


def look_pages(count: int) -> str:
    return plural(count, _tr("%s page needs a look"), _tr("%s pages need a look"))


def stopped(summary: book_rows.BookSummary) -> str:
    """A cancelled book: what there is of it."""
    kept = summary.done
    if not kept:
        return _tr("stopped; no page was made")
    if cells.DONE not in summary.cells[kept:] and cells.LOOK not in summary.cells[kept:]:
        return _tr("stopped after page %d; %s kept") % (kept, pages(kept))
    return _tr("stopped; %s of %d kept") % (pages(kept), len(summary.cells))


def book_state(summary: book_rows.BookSummary) -> tuple[str, Tone]:
    """What a book is doing, short enough for its row, and the tone to say it in."""
    if summary.stopping:
        return _tr("stopping after the pages in hand"), "waiting"
    if summary.state == "working":
        return _working(summary)
    if summary.state == "done" and summary.warnings:
        return look_pages(len(summary.warnings)), "look"
    states: dict[book_rows.BookState, tuple[str, Tone]] = {
        "waiting": (waiting_for(summary.waiting_for), "waiting"),
        "done": (_tr("done"), "done"),
        "incomplete": (failed_pages(len(summary.failures)), "failed"),
        "cancelled": (stopped(summary), "waiting"),
        "failed": (summary.error or _tr("The PDF could not be split."), "failed"),
    }
    return states[summary.state]


def _working(summary: book_rows.BookSummary) -> tuple[str, Tone]:
    if summary.pages is None:
        return _tr("looking at its pages"), "running"
    if cells.RUNNING not in summary.cells and cells.WAITING in summary.cells:
        return waiting_for(summary.waiting_for), "waiting"
    return _tr("splitting into pages"), "running"


def book_sentence(summary: book_rows.BookSummary) -> str:
    """What happened to a book, for its detail pane."""
    words, _ = book_state(summary)
    if summary.state == "failed":
        return words
    if summary.state in ("done", "incomplete"):
        took = ""
        if summary.started_at and summary.ended_at:
            took = _tr(" in %s") % lasting(summary.ended_at - summary.started_at)
        made = _tr("%s made%s") % (pages(summary.done), took)
        words = made if words == _tr("done") else f"{made}; {words}"
        return f"{words}. " + _tr("Added %s.") % clock(summary.added_at)
    if summary.pages and summary.state != "cancelled":
        words = f"{words}; " + _tr("%d of %s done") % (summary.done, pages(summary.pages))
    return f"{words[:1].upper()}{words[1:]}."


def task_name(task: query.Task) -> str:
    """What a task does: `Make pages 1–15`."""
    if task.name == SplitBook.task:
        return _tr("Plan the split")
    if task.name == FinishSplit.task:
        return _tr("Finish the book")
    if task.name == SplitPages.task:
        asked = _param(task, "pages")
        one = asked.isdigit()
        return (_tr("Make page %s") if one else _tr("Make pages %s")) % asked.replace("-", "–")
    return task.name


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
