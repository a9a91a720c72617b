"""Asking for the text of a book, and trying again what was not read."""

import sqlite3
from collections.abc import Sequence

from ambuda_desktop.errors import BadInput, NotFound
from ambuda_desktop.library import PLAN_PRIORITY
from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.page_numbers import format_pages, parse_pages
from ambuda_desktop.store.books import title
from ambuda_desktop.store.connection import transaction
from ambuda_desktop.store.control import insert_retry
from ambuda_desktop.store.texts import TextSummary, failed_ocr_tasks, text_summary


def recognise(connection: sqlite3.Connection, asked: OcrBook) -> str:
    """Submit the recognition of a book's text. Returns the new task's id.

    Raises NotFound where there is no such book, BadInput while its text is being recognised already.
    """
    before = text_summary(connection, asked.book)
    task = asked.new_task(book=asked.book, priority=PLAN_PRIORITY, retry_of=before.task if before else None)
    with transaction(connection):
        if not connection.execute("SELECT 1 FROM books WHERE id = ?", (asked.book,)).fetchone():
            raise NotFound(f"There is no book “{asked.book}”.")
        _refuse_at_work(connection, asked.book)
        pages = parse_pages(asked.pages) if asked.pages else None
        insert_retry(connection, task, failed_ocr_tasks(connection, asked.book, pages))
    return task.id


def can_be_tried_again(text: TextSummary | None) -> bool:
    """Whether pages were asked for and not read, and nobody is at it."""
    return text is not None and text.state in ("incomplete", "failed", "cancelled")


def goes_along(text: TextSummary | None) -> bool:
    """Whether a text is tried again with the images of its book: not where a person has ended it, as it may cost
    money."""
    return text is not None and text.state in ("incomplete", "failed")


def retry_text(connection: sqlite3.Connection, book: str, pages: Sequence[int] | None = None) -> str:
    """Read the pages again (None: all) that were to be read and were not. Returns the new task's id."""
    found = text_summary(connection, book)
    if found is None:
        raise NotFound(f"Nobody asked for the text of “{title(connection, book)}”.")
    if found.state == "done":
        raise BadInput(f"The text of “{title(connection, book)}” is complete already.")
    if pages is None and not found.wanted:
        return recognise(connection, _with_missing(found))
    wanted = sorted(pages) if pages is not None else found.missing
    # Where none is missing, its end failed: the same again skips what was read.
    again = OcrBook(book=book, options=found.options, pages=format_pages(wanted)) if wanted else found.asked
    return recognise(connection, again)


def _with_missing(found: TextSummary) -> OcrBook:
    """What was asked for last and never planned, with the pages that are missing from before."""
    asked = found.asked
    if not asked.pages or asked.below is not None:
        return asked  # its plan chooses the pages
    pages = sorted({*parse_pages(asked.pages), *found.missing})
    return asked.model_copy(update={"pages": format_pages(pages)})


def _refuse_at_work(connection: sqlite3.Connection, book: str) -> None:
    found = text_summary(connection, book)
    if found is not None and found.state in ("waiting", "working"):
        raise BadInput(f"The text of “{title(connection, book)}” is being recognised already.")
