"""What was tried with a book, one line a split or recognition, oldest first: retries and other options are one
history."""

import sqlite3

from PySide6.QtCore import QCoreApplication

from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.split import FinishSplit, SplitBook
from ambuda_desktop.store import query, schema
from ambuda_desktop.store.query import Task
from ambuda_desktop.ui import book_words
from ambuda_desktop.ui.durations import clock
from ambuda_desktop.ui.text_history import asked_pages, text_line

MOST = 8  # lines; the first and the newest


def _tr(text: str) -> str:
    return QCoreApplication.translate("book_history", text)


def history(connection: sqlite3.Connection, book: str) -> list[str]:
    """The lines of a book; none where it was split only once, and nobody asked for its text."""
    rows = connection.execute(
        "SELECT seq FROM tasks WHERE book = ? AND name IN (?, ?) ORDER BY seq",
        (book, SplitBook.task, OcrBook.task),
    ).fetchall()
    if len(rows) < 2:
        return []
    found = query.tasks(connection, [row["seq"] for row in rows])
    tries = [found[seq] for seq in sorted(found)]
    lines, before = list[str](), None
    for task in tries:
        if task.name == OcrBook.task:
            lines.append(text_line(connection, task))
        else:
            lines.append(_line(connection, task, before))
            before = task
    if len(lines) > MOST:
        left = len(lines) - MOST
        lines = [lines[0], _tr("… %d more …") % left, *lines[-MOST + 1 :]]
    return lines


def _line(connection: sqlite3.Connection, task: Task, before: Task | None) -> str:
    params = SplitBook.model_validate(task.kwargs["params"])
    what = asked_pages(params.pages)
    how = book_words.options(params.options)
    if before is None:
        words = _tr("split, {} as {}").format(what, how)
    elif SplitBook.model_validate(before.kwargs["params"]).options != params.options:
        words = _tr("split again, {} as {}").format(what, how)
    else:
        words = _tr("retried, {}").format(what)
    return f"{clock(task.submitted_at)}  {words}: {_end(connection, task)}"


def _end(connection: sqlite3.Connection, plan: Task) -> str:
    if plan.state == schema.FAILURE:
        return plan.error or _tr("failed")
    children = query.children(connection, plan.id)
    if plan.state == schema.REVOKED or any(child.state == schema.REVOKED for child in children):
        return _tr("cancelled")
    ranges = [child for child in children if child.name != FinishSplit.task]
    if not any(child.name == FinishSplit.task and child.ended for child in children):
        return _tr("going on")
    failed = sum(
        len((child.value or {}).get("failed", {})) for child in ranges if child.state == schema.SUCCESS
    )
    failed += sum(child.total - child.current for child in ranges if child.state == schema.FAILURE)
    return book_words.failed_pages(failed) if failed else _tr("done")
