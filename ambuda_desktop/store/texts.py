"""Looking at the text of books: each book's OCR tasks folded into one summary. Nothing here writes."""

import functools
import json
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from ambuda_desktop.params.ocr import FinishOcr, OcrBook, OcrPages
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.params.page_numbers import parse_pages
from ambuda_desktop.store import schema
from ambuda_desktop.store.books import BookState
from ambuda_desktop.store.pages import DONE, FAILED, LEFT_OUT, LOOK, RUNNING, THERE, WAITING

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

    @property
    def done(self) -> int:
        """Pages that have a text."""
        return self.cells.count(DONE) + self.cells.count(LOOK)

    @property
    def options(self) -> OcrOptions:
        return self.asked.options


@dataclass(frozen=True)
class _Recognition:
    """One recognition of a book's text: its plan, and what became of it."""

    plan: sqlite3.Row
    children: Sequence[sqlite3.Row]

    @property
    def rows(self) -> list[sqlite3.Row]:
        return [self.plan, *self.children]

    @property
    def ranges(self) -> list[sqlite3.Row]:
        return [row for row in self.children if row["name"] == OcrPages.task]

    @property
    def ended(self) -> bool:
        return self.plan["state"] in (schema.FAILURE, schema.REVOKED) or any(
            row["name"] == FinishOcr.task and row["state"] in schema.TERMINAL for row in self.children
        )

    @property
    def wanted(self) -> set[int]:
        """The pages that it is to read; none as long as it is not planned."""
        return {number for row in self.ranges for number in _range_of(row["payload"])}


@dataclass
class _Texts:
    """The text of each page after some recognitions; a later one overrides an earlier one."""

    cells: list[str]
    failures: dict[int, str] = field(default_factory=dict)
    warnings: dict[int, str] = field(default_factory=dict)
    confidence: dict[int, float | None] = field(default_factory=dict)
    kept: set[int] = field(default_factory=set)
    missing: set[int] = field(default_factory=set)

    def apply(self, recognition: _Recognition) -> None:
        wanted = {number for number in recognition.wanted if number <= len(self.cells)}
        earlier = {n: self.cells[n - 1] for n in wanted if self.cells[n - 1] in THERE}
        for number in wanted:
            self._set(number, WAITING)
        for row in recognition.ranges:
            self._fold(row)
        unread = {number for number in wanted if self.cells[number - 1] not in THERE}
        self.missing = (self.missing - wanted) | unread
        if recognition.ended:
            for number in unread & earlier.keys():
                self._restore(number, earlier[number])

    def _fold(self, row: sqlite3.Row) -> None:
        state, numbers = row["state"], [n for n in _range_of(row["payload"]) if n <= len(self.cells)]
        result: dict[str, Any] = json.loads(row["result"]) or {} if row["result"] else {}
        done = len(numbers) if state == schema.SUCCESS else row["current"]
        handed_on = set(parse_pages(result["handed_on"])) if result.get("handed_on") else set()
        for number in numbers[:done]:
            if number not in handed_on:
                self._set(number, DONE)
        if state == schema.FAILURE:
            for number in numbers[done:]:
                self._set(number, FAILED, row["error"])
        elif numbers[done:] and state in (schema.STARTED, schema.PROGRESS):
            self._set(numbers[done], RUNNING)
        for text, sentence in result.get("failed", {}).items():
            self._set(int(text), FAILED, sentence)
        self.confidence |= {int(text): value for text, value in result.get("confidence", {}).items()}
        self.kept |= set(result.get("kept", ()))

    def _restore(self, number: int, cell: str) -> None:
        """It has the text that it had before."""
        reason = self.failures.get(number)
        if reason:
            self._set(number, LOOK, f"It could not be read again, so its earlier text was kept: {reason}")
        else:
            self._set(number, cell)

    def _set(self, number: int, cell: str, sentence: str | None = None) -> None:
        if not 1 <= number <= len(self.cells):
            return
        self.cells[number - 1] = cell
        self.failures.pop(number, None)
        self.warnings.pop(number, None)
        if cell == FAILED:
            self.failures[number] = sentence or "The page could not be read."
        elif cell == LOOK and sentence:
            self.warnings[number] = sentence


def text_summary(connection: sqlite3.Connection, book: str) -> TextSummary | None:
    """The text of a book as its tasks tell it, or None where nobody asked for it."""
    rows = connection.execute(
        f"SELECT * FROM tasks WHERE book = ? AND name IN {NAMES!r} ORDER BY seq", (book,)
    ).fetchall()
    recognitions = _recognitions(rows)
    if not recognitions:
        return None
    last = recognitions[-1]
    most = max((n for one in recognitions for n in one.wanted), default=0)
    row = connection.execute("SELECT pages FROM books WHERE id = ?", (book,)).fetchone()
    texts = _Texts([LEFT_OUT] * max(most, (row["pages"] or 0) if row else 0))
    for one in recognitions:
        texts.apply(one)
    waits = [r["waiting_for"] for r in last.rows if r["state"] == schema.PENDING and r["waiting_for"]]
    state = _state(last, texts.missing)
    return TextSummary(
        id=book, state=state, cells="".join(texts.cells), failures=texts.failures, warnings=texts.warnings,
        confidence=texts.confidence, kept=sorted(texts.kept), missing=sorted(texts.missing),
        asked=_asked(last.plan["payload"]), error=next((r["error"] for r in last.rows if r["error"]), None),
        waiting_for=waits[0] if waits else None, task=last.plan["id"],
        started_at=min((r["started_at"] for r in last.ranges if r["started_at"]), default=None),
        ended_at=max((r["ended_at"] for r in last.rows if r["ended_at"]), default=None),
        stopping=state in ("waiting", "working") and any(r["cancelled"] for r in last.rows),
        wanted=len(last.wanted), tried=_tried(last),
    )  # fmt: skip


def is_read_by_another(connection: sqlite3.Connection, book: str, task_id: str) -> bool:
    """Whether a recognition of the book that was asked for before this one has not ended."""
    rows = connection.execute(
        f"SELECT * FROM tasks WHERE book = ? AND name IN {NAMES!r} ORDER BY seq", (book,)
    ).fetchall()
    for recognition in _recognitions(rows):
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
        if pages is None or row["name"] != OcrPages.task or set(_range_of(row["payload"])) <= set(pages)
    ]  # fmt: skip


def _recognitions(rows: Sequence[sqlite3.Row]) -> list[_Recognition]:
    children: dict[str, list[sqlite3.Row]] = {}
    for row in rows:
        if row["name"] != OcrBook.task:
            children.setdefault(row["parent"], []).append(row)
    return [_Recognition(row, children.get(row["id"], [])) for row in rows if row["name"] == OcrBook.task]


def _state(recognition: _Recognition, missing: Collection[int]) -> BookState:
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


def _tried(recognition: _Recognition) -> int:
    """Each page once, though others may have taken it over."""
    tried = set[int]()
    for row in recognition.ranges:
        numbers = _range_of(row["payload"])
        handed_on = row["result"] and (json.loads(row["result"]) or {}).get("handed_on")
        tried |= set() if handed_on else set(numbers[: row["current"]])
        if row["state"] in (schema.FAILURE, schema.SUCCESS) and not handed_on:
            tried |= set(numbers)
    return len(tried)


@functools.lru_cache(maxsize=20_000)
def _range_of(payload: str) -> tuple[int, ...]:
    return tuple(OcrPages.model_validate(json.loads(payload)["kwargs"]["params"]).numbers())


@functools.lru_cache(maxsize=2_000)
def _asked(payload: str) -> OcrBook:
    return OcrBook.model_validate(json.loads(payload)["kwargs"]["params"])
