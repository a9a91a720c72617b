"""Looking at books: each book's split folded into one summary; `texts` has that of its text. Nothing here writes."""

import json
import re
import sqlite3
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.params.split import FinishSplit, PageOptions, SplitBook, SplitPages
from ambuda_desktop.store import schema
from ambuda_desktop.store.pages import DONE, LOOK, Pages, Split, range_of

if TYPE_CHECKING:
    from ambuda_desktop.store.texts import TextSummary

#: The tasks of a split: what else a book has (its text, say) says nothing of its pages.
_SPLIT = (SplitBook.task, SplitPages.task, FinishSplit.task)

BookState = Literal["waiting", "working", "done", "incomplete", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class BookSummary:
    """One book: `cells` has a letter a page (left out, waiting, running, done, to look at, failed)."""

    id: str
    title: str
    pages: int | None
    added_at: float
    paused: bool
    state: BookState
    cells: str
    #: What to tell a person of the pages that failed or need a look: page number to sentence.
    failures: dict[int, str]
    warnings: dict[int, str]
    #: Pages that splits were asked for and have not made, or not made again.
    missing: list[int]
    #: What the last split was asked for (such as 1-20,25; None: all pages), and with which options.
    asked: str | None
    options: PageOptions
    error: str | None
    #: What is wrong with the file as a whole, although its pages could be made.
    doubt: str | None
    waiting_for: str | None
    #: The split that counts now: cancel this one, retry this one.
    task: str | None
    started_at: float | None
    ended_at: float | None
    #: Whether it was cancelled while some of its tasks have not ended.
    stopping: bool
    #: Pages that the split that counts now has tried.
    tried: int
    #: How the text is recognised when the split that counts now has ended; None: not by itself.
    then_ocr: OcrOptions | None = None
    #: Its text; None where nobody asked for it, or where only the split was looked at (`texts.book_with_text`).
    text: "TextSummary | None" = None

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
                  count(ended_at), sum(cancelled), sum(held),
                  group_concat(state || coalesce(waiting_for, '')),
                  (SELECT paused FROM books WHERE id = ?)
           FROM tasks WHERE book = ?""",
        (book, book, book),
    ).fetchone()
    return tuple(row)


def summary(connection: sqlite3.Connection, book: str) -> BookSummary | None:
    """The book as its tasks tell it, or None where there is no such book. 2 ms for 1,000 pages."""
    row = connection.execute("SELECT * FROM books WHERE id = ?", (book,)).fetchone()
    if row is None:
        return None
    splits = _splits(
        connection.execute(
            f"SELECT * FROM tasks WHERE book = ? AND name IN {_SPLIT!r} ORDER BY seq", (book,)
        ).fetchall()
    )
    pages = Pages.of(row["pages"] or 0, splits)
    last = splits[-1] if splits else None
    family = last.rows if last else []
    ranges = last.ranges if last else []
    running = [r["started_at"] for r in ranges if r["started_at"]]
    ends = [r["ended_at"] for r in family if r["ended_at"]]
    waits = [r["waiting_for"] for r in family if r["state"] == schema.PENDING and r["waiting_for"]]
    state = _state(last, pages)
    return BookSummary(
        id=book, title=row["title"], pages=row["pages"], added_at=row["added_at"], paused=bool(row["paused"]),
        state=state, cells="".join(pages.cells), failures=pages.failures, warnings=pages.warnings,
        missing=pages.missing, asked=last.params.pages if last else None,
        options=last.params.options if last else PageOptions(),
        error=next((r["error"] for r in family if r["error"]), None), doubt=_doubt(last),
        waiting_for=waits[0] if waits else None, task=last.plan["id"] if last else None,
        started_at=min(running, default=None), ended_at=max(ends, default=None),
        stopping=state in ("waiting", "working") and any(r["cancelled"] for r in family),
        tried=sum(r["current"] for r in ranges), then_ocr=last.params.then_ocr if last else None,
    )  # fmt: skip


def failed_tasks(connection: sqlite3.Connection, book: str, pages: Collection[int] | None) -> list[str]:
    """The ids of the failed tasks of a book's splits that a split of these pages (None: all) tries again wholly."""
    rows = connection.execute(
        f"SELECT id, name, payload FROM tasks WHERE book = ? AND state = 'FAILURE' AND name IN {_SPLIT!r}",
        (book,),
    ).fetchall()
    return [
        row["id"] for row in rows
        if pages is None or row["name"] != SplitPages.task or set(range_of(row["payload"])) <= set(pages)
    ]  # fmt: skip


def ended_since(connection: sqlite3.Connection, moment: float) -> list[str]:
    """The books of which a split ended after a moment (seconds since 1970), in that order, each once."""
    return ends_since(connection, moment, SplitBook.task, FinishSplit.task)


def ends_since(connection: sqlite3.Connection, moment: float, plan: str, finish: str) -> list[str]:
    """The books of which work with this plan and this end has ended: a plan that succeeds has only begun."""
    # The names stand in the statement, as in the indexes (tasks_book_ends, tasks_text_ends) that serve it.
    rows = connection.execute(
        f"""SELECT book FROM tasks WHERE ended_at > ? AND book IS NOT NULL
               AND name IN ('{plan}', '{finish}') AND (name = '{finish}' OR state <> 'SUCCESS')
           ORDER BY ended_at""",
        (moment,),
    ).fetchall()
    return list(dict.fromkeys(row["book"] for row in rows))


def _splits(rows: list[sqlite3.Row]) -> list[Split]:
    children: dict[str, list[sqlite3.Row]] = {}
    for row in rows:
        children.setdefault(row["parent"], []).append(row)
    return [Split(row, children.get(row["id"], [])) for row in rows if row["name"] == SplitBook.task]


def _state(split: Split | None, pages: Pages) -> BookState:
    if split is None:
        return "waiting"
    if split.plan["state"] == schema.FAILURE:
        return "failed"
    if split.plan["state"] == schema.REVOKED:
        return "cancelled"
    states = {row["state"] for row in split.rows}
    if not split.ended:
        return "waiting" if states == {schema.PENDING} else "working"
    if schema.REVOKED in states and pages.missing:
        return "cancelled"
    return "incomplete" if pages.missing or pages.failures or schema.FAILURE in states else "done"


def _doubt(split: Split | None) -> str | None:
    """What the plan found wrong with the file as a whole."""
    if split is None or not split.plan["result"]:
        return None
    doubt: str | None = (json.loads(split.plan["result"]) or {}).get("doubt")
    return doubt
