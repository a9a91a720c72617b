"""Trying again: a book, its text, some pages, a task, everything that failed. Always a new row; what is done is
skipped."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial

from ambuda_desktop.errors import AmbudaError, BadInput, NotFound
from ambuda_desktop.library import PLAN_PRIORITY
from ambuda_desktop.params.ocr import OcrPages
from ambuda_desktop.params.page_numbers import format_pages, parse_pages
from ambuda_desktop.params.split import PageOptions, SplitBook, SplitPages
from ambuda_desktop.recognising import can_be_tried_again, goes_along, retry_text
from ambuda_desktop.store import books, query, texts
from ambuda_desktop.store.connection import transaction
from ambuda_desktop.store.control import insert_retry
from ambuda_desktop.store.query import Task
from ambuda_desktop.store.submit import NewTask


def retry_book(connection: sqlite3.Connection, book: str, *, after_all: bool = False) -> list[str]:
    """Make the pages that splits of a book were asked for and did not make, and read those that were to be read and
    were not: all of it is accepted, or nothing. Returns the new tasks' ids.

    A text that was cancelled is read only where it is all that is left; or `after_all`, whoever cancelled it has
    thought better of it.
    """
    with transaction(connection):
        found = _resting(connection, book)
        text = texts.text_summary(connection, book)
        if found.state == "done" and can_be_tried_again(text):
            return [retry_text(connection, book)]
        new = [_retry_split(connection, book)]
        if goes_along(text) or (after_all and can_be_tried_again(text)):
            new.append(retry_text(connection, book))
        return new


def _retry_split(connection: sqlite3.Connection, book: str) -> str:
    found = _resting(connection, book)
    if found.state == "done":
        raise BadInput(f"All pages of “{found.title}” are there already.")
    # Where no page is missing, its end failed: asking for the same pages again skips them all and ends it.
    pages = format_pages(found.missing) if found.missing else found.asked
    return _split(connection, found, pages, found.options)


def retry_pages(connection: sqlite3.Connection, book: str, pages: Sequence[int]) -> str:
    """Make some pages again that failed or were never made. Returns the new task's id."""
    found = _resting(connection, book)
    beyond = [page for page in pages if not 1 <= page <= (found.pages or 0)]
    if beyond:
        raise BadInput(f"“{found.title}” has no page {beyond[0]}.")
    return _split(connection, found, format_pages(sorted(pages)), found.options)


def split_again(connection: sqlite3.Connection, book: str, pages: str | None, options: PageOptions) -> str:
    """Make a book's pages again with other options. The old images stay until the new ones are complete.

    `pages`: such as 1-20,25; None: all. Returns the new task's id.
    """
    return _split(connection, _resting(connection, book), pages, options)


def retry_task(connection: sqlite3.Connection, task_id: str) -> str:
    """Try a task that ended without success again, as a new row. Returns the new task's id."""
    task = query.task(connection, task_id)
    if task is None:
        raise NotFound(f"There is no task “{task_id}”.")
    if task.state not in ("FAILURE", "REVOKED"):
        raise BadInput("Only tasks that failed or were cancelled can be tried again.")
    if task.retried:
        raise BadInput("This task was tried again already.")
    if task.book is not None and books.summary(connection, task.book) is not None:
        return _retry_of_book(connection, task)
    payload = json.loads(task.payload)
    again = NewTask(
        task.name, payload["kwargs"], payload["args"], payload["options"], pool=task.pool, retry_of=task.id
    )
    with transaction(connection):
        insert_retry(connection, again, [task.id])
    return again.id


def retry_tasks(connection: sqlite3.Connection, ids: Sequence[str]) -> tuple[list[str], list[str]]:
    """Try several tasks again: those of one book go into one split, because a book is split by one at a time.

    Returns the new tasks' ids, and a sentence for each task or book that cannot be tried again.
    """
    found = [task for name in ids if (task := query.task(connection, name)) is not None]
    new, refused = list[str](), list[str]()
    together: dict[tuple[str, bool], list[Task]] = {}
    for task in found:
        if task.book is not None and task.state in ("FAILURE", "REVOKED") and not task.retried:
            together.setdefault((task.book, task.name in texts.NAMES), []).append(task)
        else:
            _note(new, refused, partial(retry_task, connection, task.id))
    for (book, _), tasks in together.items():
        _note(new, refused, partial(_retry_together, connection, book, tasks))
    return new, list(dict.fromkeys(refused))


def retry_failed(connection: sqlite3.Connection) -> list[str]:
    """Try again whatever failed and rests: each book once, each task of no book. Returns the new tasks' ids.

    What somebody else tries again at the same moment is left to them.
    """
    new, refused = list[str](), list[str]()
    for book in books.book_ids(connection):
        found = books.summary(connection, book)
        if found is not None and found.state in ("incomplete", "failed"):
            _note(new, refused, partial(_retry_split, connection, book))
        text = texts.text_summary(connection, book)
        if text is not None and text.state in ("incomplete", "failed"):
            _note(new, refused, partial(retry_text, connection, book))
    for task in query.failed(connection):
        if task.book is None:
            _note(new, refused, partial(retry_task, connection, task.id))
    return new


def _retry_of_book(connection: sqlite3.Connection, task: Task) -> str:
    """The pages of a task, or all that its book lacks: the plan and the end go with them."""
    assert task.book is not None
    if task.name in texts.NAMES:
        return retry_text(connection, task.book, _pages_of([task]))
    if task.name == SplitPages.task:
        return retry_pages(connection, task.book, SplitPages.model_validate(task.kwargs["params"]).numbers())
    return _retry_split(connection, task.book)


def _resting(connection: sqlite3.Connection, book: str) -> books.BookSummary:
    found = books.summary(connection, book)
    if found is None:
        raise NotFound(f"There is no book “{book}”.")
    if found.state in ("waiting", "working"):
        raise BadInput(f"“{found.title}” is still being worked on; retry it when that has ended.")
    return found


def _split(
    connection: sqlite3.Connection, found: books.BookSummary, pages: str | None, options: PageOptions
) -> str:
    plan = SplitBook(book=found.id, pages=pages, options=options, then_ocr=found.then_ocr)
    task = plan.new_task(book=found.id, priority=PLAN_PRIORITY, retry_of=found.task)
    with transaction(connection):
        _resting(connection, found.id)  # still: two splits at once would take each other's work away
        wanted = parse_pages(pages) if pages else None
        insert_retry(connection, task, books.failed_tasks(connection, found.id, wanted))
    return task.id


def _retry_together(connection: sqlite3.Connection, book: str, tasks: Sequence[Task]) -> str:
    if any(task.name in texts.NAMES for task in tasks):
        return retry_text(connection, book, _pages_of(tasks))
    if any(task.name != SplitPages.task for task in tasks):
        return _retry_split(connection, book)
    asked = (SplitPages.model_validate(task.kwargs["params"]).numbers() for task in tasks)
    return retry_pages(connection, book, sorted({page for pages in asked for page in pages}))


def _pages_of(tasks: Sequence[Task]) -> list[int] | None:
    """The pages that these OCR tasks were to read; None: all that are missing."""
    if any(task.name != OcrPages.task for task in tasks):
        return None
    asked = (OcrPages.model_validate(task.kwargs["params"]).numbers() for task in tasks)
    return sorted({page for pages in asked for page in pages})


def _note(new: list[str], refused: list[str], tries: Callable[[], str]) -> None:
    try:
        new.append(tries())
    except AmbudaError as error:
        refused.append(str(error))
