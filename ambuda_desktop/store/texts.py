"""Looking at the text of books: each book's OCR tasks folded into one summary. Nothing here writes."""

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from ambuda_desktop.params.ocr import FinishOcr, OcrBook, OcrPages
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.store import schema
from ambuda_desktop.store.books import BookState, BookSummary, ends_since, summary
from ambuda_desktop.store.pages import DONE, LEFT_OUT, LOOK
from ambuda_desktop.store.text_pages import Recognition, Texts, range_of, recognitions_of

NAMES = (OcrBook.task, OcrPages.task, FinishOcr.task)


@dataclass(frozen=True, slots=True)
class TextSummary:
    """The text of one book: `cells` has a letter a page, as in `BookSummary`; done: it has a text, or is blank."""

    id: str
    state: BookState
    cells: str
    #: Why pages have no text, or no new one: page number to sentence.
    failures: dict[int, str]
    warnings: dict[int, str]
    #: How sure the engine is of the pages that are done, 0 to 1; None: blank, or it does not say.
    confidence: dict[int, float | None]
    #: Pages whose text is a person's, and was left as it is.
    kept: list[int]
    #: Pages that were to be read and were not.
    missing: list[int]
    #: What was asked for last.
    asked: OcrBook
    error: str | None
    waiting_for: str | None
    #: The recognition that counts now: cancel this one, retry this one.
    task: str
    started_at: float | None
    ended_at: float | None
    stopping: bool
    #: Pages that it was to read, and how many of them it has tried; 0 until it is planned.
    wanted: int
    tried: int
    #: Pages that it read: not those that were read before, and stayed as they were. None until it has ended.
    read: int | None = None
    #: Files beside the whole text with what a person had made of it.
    set_aside: list[str] = field(default_factory=list)

    @property
    def done(self) -> int:
        """Pages that have a text."""
        return self.cells.count(DONE) + self.cells.count(LOOK)

    @property
    def options(self) -> OcrOptions:
        return self.asked.options


def text_summary(connection: sqlite3.Connection, book: str) -> TextSummary | None:
    """The text of a book as its tasks tell it, or None where nobody asked for it. 2 ms for 1,000 pages."""
    recognitions = _recognitions(connection, book)
    if not recognitions:
        return None
    last = recognitions[-1]
    most = max((n for one in recognitions for n in one.wanted), default=0)
    row = connection.execute("SELECT pages FROM books WHERE id = ?", (book,)).fetchone()
    texts = Texts([LEFT_OUT] * max(most, (row["pages"] or 0) if row else 0))
    for one in recognitions:
        texts.apply(one)
    waits = [r["waiting_for"] for r in last.rows if r["state"] == schema.PENDING and r["waiting_for"]]
    state = _state(last, texts.missing)
    return TextSummary(
        id=book, state=state, cells="".join(texts.cells), failures=texts.failures, warnings=texts.warnings,
        confidence=texts.confidence, kept=sorted(texts.kept), missing=sorted(texts.missing),
        asked=last.params, error=next((r["error"] for r in last.rows if r["error"]), None),
        waiting_for=waits[0] if waits else None, task=last.plan["id"],
        started_at=min((r["started_at"] for r in last.ranges if r["started_at"]), default=None),
        ended_at=max((r["ended_at"] for r in last.rows if r["ended_at"]), default=None),
        stopping=state in ("waiting", "working") and any(r["cancelled"] for r in last.rows),
        wanted=len(last.wanted), tried=last.tried, read=last.outcome.get("read"),
        set_aside=last.outcome.get("set_aside", []),
    )  # fmt: skip


def book_with_text(connection: sqlite3.Connection, book: str) -> BookSummary | None:
    """The book as the tasks of its split and of its text tell it, or None where there is no such book."""
    found = summary(connection, book)
    text = text_summary(connection, book)
    return found if found is None or text is None else replace(found, text=text)


def texts_ended_since(connection: sqlite3.Connection, moment: float) -> list[str]:
    """The books of which a recognition ended after a moment (seconds since 1970), in that order, each once."""
    return ends_since(connection, moment, OcrBook.task, FinishOcr.task)


def is_read_by_another(connection: sqlite3.Connection, book: str, task_id: str) -> bool:
    """Whether a recognition of the book that was asked for before this one has not ended."""
    for recognition in _recognitions(connection, book):
        if recognition.plan["id"] == task_id:
            return False
        if not recognition.ended:
            return True
    return False


def failed_ocr_tasks(connection: sqlite3.Connection, book: str, pages: Collection[int] | None) -> list[str]:
    """The ids of the failed OCR tasks of a book that a recognition of these pages (None: all) tries again wholly."""
    rows = connection.execute(
        f"SELECT id, name, payload FROM tasks WHERE book = ? AND state = 'FAILURE' AND name IN {NAMES!r}",
        (book,),
    ).fetchall()
    return [
        row["id"] for row in rows
        if pages is None or row["name"] != OcrPages.task or set(range_of(row["payload"])) <= set(pages)
    ]  # fmt: skip


def _recognitions(connection: sqlite3.Connection, book: str) -> list[Recognition]:
    return recognitions_of(
        connection.execute(
            f"SELECT * FROM tasks WHERE book = ? AND name IN {NAMES!r} ORDER BY seq", (book,)
        ).fetchall()
    )


def _state(recognition: Recognition, missing: Collection[int]) -> BookState:
    if recognition.plan["state"] == schema.FAILURE:
        return "failed"
    if recognition.plan["state"] == schema.REVOKED:
        return "cancelled"
    states = {row["state"] for row in recognition.rows}
    if not recognition.ended:
        return "waiting" if states == {schema.PENDING} else "working"
    if schema.REVOKED in states and missing:
        return "cancelled"
    finished = next(row for row in recognition.children if row["name"] == FinishOcr.task)
    return "incomplete" if missing or finished["state"] != schema.SUCCESS else "done"
