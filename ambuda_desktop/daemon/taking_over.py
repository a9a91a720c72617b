"""Taking over books from their folders into a store that knows nothing of them.

A summary of a book is folded from its tasks, so what its manifest says of its pages becomes a split that has ended,
what was read of them a recognition (`taking_over_text`), and what was not done is planned (`taking_over_plans`).
"""

import contextlib
import json
import logging
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ambuda_desktop.books import SLUG, BookFolder
from ambuda_desktop.daemon.taking_over_plans import Plans, plans_of
from ambuda_desktop.daemon.taking_over_text import ended_texts
from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.library import PLAN_PRIORITY
from ambuda_desktop.manifest import NOT_MADE, Manifest, PageRecord
from ambuda_desktop.params.page_numbers import format_pages
from ambuda_desktop.params.split import FinishSplit, PageOptions, SplitBook, SplitPages
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.submit import NewTask, child_id, insert
from ambuda_desktop.unaccepted import is_being_added, is_unaccepted

log = logging.getLogger(__name__)


@dataclass
class TakenOver:
    """What came of it: how many books, how many of them go on, and the folders that cannot be read."""

    books: int = 0
    going_on: int = 0
    unreadable: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Book:
    """What the folder of a book tells."""

    id: str
    manifest: Manifest
    added_at: float
    #: Tasks that have ended, with their steps, their result and the moment.
    ended: list[tuple[NewTask, int, dict[str, Any], float]]
    plans: Plans


@dataclass
class FoundBooks:
    """The books that can be taken over, and the folders that cannot be read."""

    books: list[_Book] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def lacks_books(connection: sqlite3.Connection, paths: Paths) -> bool:
    """Whether there are books of which the store should know and does not. What an addition that was killed has left
    is none, unless the store is empty: then nobody knows what was accepted."""
    unknown = _unknown_folders(connection, paths)
    return bool(unknown) and (is_empty(connection) or any(_was_accepted(folder) for folder in unknown))


def is_empty(connection: sqlite3.Connection) -> bool:
    """Whether the store knows of nothing at all."""
    rows = connection.execute("SELECT 1 FROM books UNION ALL SELECT 1 FROM tasks LIMIT 1").fetchall()
    return not rows


def read_books(connection: sqlite3.Connection, paths: Paths, plans: Mapping[str, Plans]) -> FoundBooks:
    """Read every book of the library that has no row and is not just being added. Not in a transaction: a large
    library takes its time, and others want to write. `plans`: what is known to wait, by book; else its folder tells.

    A book that may not have been accepted is one: better a book too many than one that is lost.
    """
    found = FoundBooks()
    for folder in _unknown_folders(connection, paths):
        # In this order: who gives up removes the folder first.
        if not is_being_added(paths, folder):
            with _named_if_unreadable(folder, found):
                if _has_original(folder):
                    found.books.append(_read(folder, plans.get(folder.path.name, ())))
    found.books.sort(key=lambda book: (book.added_at, book.id))
    return found


def take_over(connection: sqlite3.Connection, found: FoundBooks) -> TakenOver:
    """Insert the books, with their pages, and submit again what was not done. In a transaction."""
    taken = TakenOver(unreadable=found.unreadable)
    known = _known(connection)  # again: somebody who was adding a book may be done
    for book in found.books:
        if book.id not in known:
            _insert(connection, book)
            taken.books += 1
            taken.going_on += bool(book.plans)
    return taken


def _known(connection: sqlite3.Connection) -> set[str]:
    return {row["id"] for row in connection.execute("SELECT id FROM books").fetchall()}


def _unknown_folders(connection: sqlite3.Connection, paths: Paths) -> list[BookFolder]:
    """Those that have the name of a book and no row; a copy in the making (`.incoming-`) has no such name."""
    known = _known(connection)
    places = (
        path for path in paths.library.iterdir() if SLUG.fullmatch(path.name) and path.name not in known
    )
    return [BookFolder(path) for path in places if not path.is_symlink() and path.is_dir()]


@contextlib.contextmanager
def _named_if_unreadable(folder: BookFolder, found: FoundBooks) -> Iterator[None]:
    """A file of one book that cannot be read must not keep the others from being taken over."""
    try:
        yield
    except (AmbudaError, OSError, ValueError) as error:
        log.warning("The book %s cannot be taken over: %s", folder.path.name, error)
        found.unreadable.append(folder.path.name)


def _was_accepted(folder: BookFolder) -> bool:
    """Whether this is a book for sure; not where it cannot be looked into."""
    with contextlib.suppress(OSError):
        return _has_original(folder) and not is_unaccepted(folder)
    return False


def _has_original(folder: BookFolder) -> bool:
    """Raises OSError where the folder cannot be looked into."""
    return folder.original.exists() or folder.originals.is_dir()


def _added_at(folder: BookFolder) -> float:
    """Seconds since 1970: our copy of the original is made once and never changed."""
    place = folder.original if folder.original.exists() else folder.originals
    return place.stat().st_mtime


def _read(folder: BookFolder, known: Plans) -> _Book:
    manifest = Manifest.load(folder.manifest)
    # The moment when its pages were done, so that nobody is told of it as news.
    ended_at = folder.manifest.stat().st_mtime
    ended = [(*end, ended_at) for end in _ended(folder.path.name, manifest.pages)]
    texts = folder.path / "ocr"
    text_ended_at = texts.stat().st_mtime if texts.is_dir() else 0.0
    ended += [(*end, text_ended_at) for end in ended_texts(folder)]
    return _Book(folder.path.name, manifest, _added_at(folder), ended, plans_of(folder, manifest, known))


def _insert(connection: sqlite3.Connection, book: _Book) -> None:
    connection.execute(
        "INSERT INTO books(id, title, source_sha256, pages, added_at) VALUES(?, ?, ?, ?, ?)",
        (
            book.id, book.manifest.title, book.manifest.source_sha256, len(book.manifest.pages) or None,
            book.added_at,
        ),
    )  # fmt: skip
    for task, steps, result, at in book.ended:
        _insert_ended(connection, task, steps, result, at)
    insert(connection, [plan.new_task(book=book.id, priority=PLAN_PRIORITY) for plan in book.plans])


def _ended(book: str, records: Sequence[PageRecord]) -> Iterator[tuple[NewTask, int, dict[str, Any]]]:
    """The tasks (with steps and result) of a split for each set of options, which made what the records tell."""
    owed = [record.number for record in records if record.reason == NOT_MADE]
    made: dict[PageOptions, list[PageRecord]] = {}
    for record in records:
        if record.method != "missing":
            made.setdefault(record.options, []).append(record)
    if records and not made:
        made[PageOptions()] = []
    # The last split counts for the book as a whole: let it be the one of most pages.
    groups = sorted(made.items(), key=lambda group: len(group[1]))
    for index, (options, tried) in enumerate(groups, 1):
        numbers = [record.number for record in tried]
        asked = sorted([*numbers, *owed]) if index == len(groups) else numbers
        pages = format_pages(asked) if asked and len(asked) < len(records) else None
        plan = SplitBook(book=book, pages=pages, options=options).new_task(book=book)
        yield plan, 0, {"pages": len(records), "ranges": int(bool(numbers)), "doubt": None}
        if numbers:
            pages_task = SplitPages(book=book, pages=format_pages(numbers), options=options).new_task(
                id=child_id(plan.id, "0"), book=book, parent=plan.id
            )
            yield pages_task, len(numbers), _range_result(tried)
        end = FinishSplit(book=book, options=options).new_task(
            id=child_id(plan.id, "finish"), book=book, parent=plan.id
        )
        failed = [record.number for record in tried if record.method == "failed"]
        yield end, 0, {"pages": len(records), "failed": failed, "missing": owed, "replaced": True}


def _range_result(records: Sequence[PageRecord]) -> dict[str, Any]:
    """As `split_pages` returns it."""
    failed = {str(r.number): r.reason for r in records if r.method == "failed"}
    looks = {str(r.number): r.reason for r in records if r.method != "failed" and r.reason}
    return {"done": len(records) - len(failed), "failed": failed, "warnings": looks}


def _insert_ended(
    connection: sqlite3.Connection, task: NewTask, steps: int, result: dict[str, Any], at: float
) -> None:
    insert(connection, [task])
    connection.execute(
        """UPDATE tasks SET state = 'SUCCESS', current = ?, total = ?, result = ?, attempt = 1, submitted_at = ?,
                            started_at = ?, ended_at = ? WHERE id = ?""",
        (steps, steps, json.dumps(result), at, at, at, task.id),
    )
