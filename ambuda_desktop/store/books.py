"""Looking at books: each book's tasks folded into one summary. Nothing here writes."""

import functools
import json
import re
import sqlite3
import unicodedata
from dataclasses import dataclass
from typing import Literal

from ambuda_desktop.params.split import FinishSplit, SplitPages, SplitPdf
from ambuda_desktop.store import schema

#: One letter a page in `BookSummary.cells`.
WAITING, RUNNING, DONE, LOOK, FAILED = ".", "r", "d", "l", "x"

BookState = Literal["waiting", "working", "done", "incomplete", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class BookSummary:
    """One book: `cells` has a letter a page (waiting, running, done, to look at, failed)."""

    id: str
    title: str
    pages: int | None
    added_at: float
    state: BookState
    cells: str
    #: What to tell a person of the pages that failed or need a look: page number to sentence.
    failures: dict[int, str]
    warnings: dict[int, str]
    error: str | None
    waiting_for: str | None
    #: The split that counts now: cancel this one, retry this one.
    task: str | None
    started_at: float | None
    ended_at: float | None
    #: Whether it was cancelled while some of its tasks have not ended.
    stopping: bool
    #: Pages that the split that counts now has tried.
    tried: int

    @property
    def done(self) -> int:
        """Pages that exist."""
        return self.cells.count(DONE) + self.cells.count(LOOK)


def book_ids(connection: sqlite3.Connection, text: str = "") -> list[str]:
    """All books, or those with `text` in their title, with or without its diacritics, newest first."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    plain = "-".join(re.findall("[a-z0-9]+", plain))
    rows = connection.execute(
        """SELECT id FROM books WHERE instr(lower(title), lower(?)) OR (? <> '' AND instr(id, ?))
           ORDER BY added_at DESC, id""",
        (text, plain, plain),
    ).fetchall()
    return [row["id"] for row in rows]


def book_count(connection: sqlite3.Connection) -> int:
    """How many books there are."""
    count: int = connection.execute("SELECT count(*) FROM books").fetchone()[0]
    return count


def title(connection: sqlite3.Connection, book: str) -> str:
    """The title of a book; its id where there is no such book."""
    row = connection.execute("SELECT title FROM books WHERE id = ?", (book,)).fetchone()
    return row["title"] if row else book


def stamp(connection: sqlite3.Connection, book: str) -> tuple[object, ...]:
    """Changes whenever the summary of the book does, and costs a tenth of it."""
    row = connection.execute(
        """SELECT (SELECT pages FROM books WHERE id = ?), count(*), sum(current), sum(attempt),
                  count(ended_at), sum(cancelled), group_concat(state || coalesce(waiting_for, ''))
           FROM tasks WHERE book = ?""",
        (book, book),
    ).fetchone()
    return tuple(row)


def summary(connection: sqlite3.Connection, book: str) -> BookSummary | None:
    """The book as its tasks tell it, or None where there is no such book. 2 ms for 1,000 pages."""
    row = connection.execute("SELECT * FROM books WHERE id = ?", (book,)).fetchone()
    if row is None:
        return None
    rows = connection.execute("SELECT * FROM tasks WHERE book = ? ORDER BY seq", (book,)).fetchall()
    splits = [r for r in rows if r["name"] == SplitPdf.task]
    last = splits[-1] if splits else None
    family = [r for r in rows if last and last["id"] in (r["id"], r["parent"])]
    pages = _Pages(row["pages"] or 0)
    for task in rows:
        if task["name"] == SplitPages.task:
            pages.fold(task)
    ranges = [r for r in family if r["name"] == SplitPages.task]
    running = [r["started_at"] for r in ranges if r["started_at"]]
    ends = [r["ended_at"] for r in family if r["ended_at"]]
    waits = [r["waiting_for"] for r in family if r["state"] == schema.PENDING and r["waiting_for"]]
    state = _state(family, pages)
    return BookSummary(
        id=book, title=row["title"], pages=row["pages"], added_at=row["added_at"],
        state=state, cells="".join(pages.cells),
        failures=pages.failures, warnings=pages.warnings,
        error=next((r["error"] for r in family if r["error"]), None),
        waiting_for=waits[0] if waits else None, task=last["id"] if last else None,
        started_at=min(running, default=None), ended_at=max(ends, default=None),
        stopping=state in ("waiting", "working") and any(r["cancelled"] for r in family),
        tried=sum(r["current"] for r in ranges),
    )  # fmt: skip


def _state(family: list[sqlite3.Row], pages: "_Pages") -> BookState:
    states = {r["state"] for r in family}
    if not states:
        return "waiting"
    if family[0]["state"] == schema.FAILURE:
        return "failed"
    if family[0]["state"] == schema.REVOKED:
        return "cancelled"
    finished = any(r["name"] == FinishSplit.task and r["state"] in schema.TERMINAL for r in family)
    if not finished:
        return "waiting" if states == {schema.PENDING} else "working"
    if schema.REVOKED in states and WAITING in pages.cells:
        return "cancelled"
    return "incomplete" if pages.failures or schema.FAILURE in states else "done"


@functools.lru_cache(maxsize=20_000)
def _numbers(payload: str) -> tuple[int, ...]:
    """The pages of a range; cached, because the window asks again at each change."""
    return tuple(SplitPages.model_validate(json.loads(payload)["kwargs"]["params"]).numbers())


class _Pages:
    """The state of each page, folded from the tasks that work on them; a later task overrides."""

    def __init__(self, count: int) -> None:
        self.cells = [WAITING] * count
        self.failures: dict[int, str] = {}
        self.warnings: dict[int, str] = {}

    def fold(self, task: sqlite3.Row) -> None:
        state = task["state"]
        numbers = [n for n in _numbers(task["payload"]) if n <= len(self.cells)]
        done = len(numbers) if state == schema.SUCCESS else task["current"]
        for number in numbers[:done]:
            self._set(number, DONE)
        rest = numbers[done:]
        if state == schema.FAILURE:
            for number in rest:
                self._set(number, FAILED, task["error"])
        elif rest and state in (schema.STARTED, schema.PROGRESS):
            self._set(rest[0], RUNNING)
        if state == schema.SUCCESS and task["result"]:
            result = json.loads(task["result"]) or {}
            for number, sentence in result.get("failed", {}).items():
                self._set(int(number), FAILED, sentence)
            for number, sentence in result.get("warnings", {}).items():
                self._set(int(number), LOOK, sentence)

    def _set(self, number: int, cell: str, sentence: str | None = None) -> None:
        self.cells[number - 1] = cell
        if cell == DONE and not self.failures and not self.warnings:
            return  # nearly always, and this runs once a page at each change
        self.failures.pop(number, None)
        self.warnings.pop(number, None)
        if cell == FAILED:
            self.failures[number] = sentence or "The page could not be made."
        elif cell == LOOK:
            self.warnings[number] = sentence or "The page may be incomplete."
