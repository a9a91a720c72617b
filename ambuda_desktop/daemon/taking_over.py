"""Taking over books from their folders into a store that knows nothing of them.

A summary of a book is folded from its tasks, so what its manifest says of its pages becomes a split that has ended,
and what was read of them a recognition (`taking_over_text`).
"""

import contextlib
import json
import logging
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ambuda_desktop.books import SLUG, BookFolder
from ambuda_desktop.daemon.taking_over_text import ended_texts
from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.library import PLAN_PRIORITY, is_unaccepted
from ambuda_desktop.manifest import NOT_MADE, Manifest, PageRecord
from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.page_numbers import format_pages
from ambuda_desktop.params.split import FinishSplit, PageOptions, SplitBook, SplitPages
from ambuda_desktop.store.submit import NewTask, child_id, insert
from ambuda_desktop.text_asked import after_split, noted

log = logging.getLogger(__name__)

#: What `PageOptions.key` makes, where no page tells its options yet.
_KEY = re.compile(r"(?:png|jpeg-(?P<quality>\d+))(?P<gray>-gray)?(?:-(?P<dpi>\d+)dpi)?")

Plans = Sequence[SplitBook | OcrBook]


@dataclass
class TakenOver:
    """What came of it: how many books, how many of them go on, and the folders that cannot be read."""

    books: int = 0
    going_on: int = 0
    unreadable: list[str] = field(default_factory=list)


def unknown_folders(connection: sqlite3.Connection, library: Path) -> list[BookFolder]:
    """Those that have the name of a book and no row; a copy that was never accepted (`.incoming-`) has no such name."""
    known = {row["id"] for row in connection.execute("SELECT id FROM books").fetchall()}
    paths = (path for path in library.iterdir() if SLUG.fullmatch(path.name) and path.name not in known)
    return [BookFolder(path) for path in paths if not path.is_symlink() and path.is_dir()]


def take_over(connection: sqlite3.Connection, library: Path, plans: Mapping[str, Plans]) -> TakenOver:
    """Insert every book of the library that has no row, with its pages, and submit again what was not done. In a
    transaction. `plans`: what is known to wait, by book; else its folder has to tell."""
    taken, found = TakenOver(), []
    for folder in unknown_folders(connection, library):
        with _named_if_unreadable(folder, taken):
            if _is_book(folder):
                found.append((_added_at(folder), folder, Manifest.load(folder.manifest)))
    for added_at, folder, manifest in sorted(found, key=lambda book: (book[0], book[1].path.name)):
        with _named_if_unreadable(folder, taken), _all_or_nothing(connection):
            taken.going_on += _take(connection, folder, manifest, added_at, plans.get(folder.path.name, ()))
            taken.books += 1
    return taken


@contextlib.contextmanager
def _named_if_unreadable(folder: BookFolder, taken: TakenOver) -> Iterator[None]:
    """A file of one book that cannot be read must not keep the others from being taken over."""
    try:
        yield
    except (AmbudaError, OSError, ValueError) as error:
        log.warning("The book %s cannot be taken over: %s", folder.path.name, error)
        taken.unreadable.append(folder.path.name)


@contextlib.contextmanager
def _all_or_nothing(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("SAVEPOINT book")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK TO book")
        raise
    finally:
        connection.execute("RELEASE book")


def _is_book(folder: BookFolder) -> bool:
    """Raises OSError where the folder cannot be looked into."""
    return (folder.original.exists() or folder.originals.is_dir()) and not is_unaccepted(folder)


def _added_at(folder: BookFolder) -> float:
    """Seconds since 1970: our copy of the original is made once and never changed."""
    place = folder.original if folder.original.exists() else folder.originals
    return place.stat().st_mtime


def _take(
    connection: sqlite3.Connection, folder: BookFolder, manifest: Manifest, added_at: float, known: Plans
) -> bool:
    """Insert one book; returns whether it goes on."""
    book = folder.path.name
    connection.execute(
        "INSERT INTO books(id, title, source_sha256, pages, added_at) VALUES(?, ?, ?, ?, ?)",
        (book, manifest.title, manifest.source_sha256, len(manifest.pages) or None, added_at),
    )
    # The moment when its pages were done, so that nobody is told of it as news.
    ended_at = folder.manifest.stat().st_mtime
    for task, steps, result in _ended(book, manifest.pages):
        _insert_ended(connection, task, steps, result, ended_at)
    text_ended_at = (folder.path / "ocr").stat().st_mtime if (folder.path / "ocr").is_dir() else 0.0
    for task, steps, result in ended_texts(folder):
        _insert_ended(connection, task, steps, result, text_ended_at)
    plans = _plans(folder, manifest, known)
    insert(connection, [plan.new_task(book=book, priority=PLAN_PRIORITY) for plan in plans])
    return bool(plans)


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


def _plans(folder: BookFolder, manifest: Manifest, known: Plans) -> Plans:
    """What is to be submitted again."""
    left, noticed = _left(folder, manifest), noted(folder)
    splits = [plan for plan in known if isinstance(plan, SplitBook)] or ([left] if left else [])
    texts = [plan for plan in known if isinstance(plan, OcrBook)]
    if noticed is not None and noticed not in texts:
        if splits and noticed == after_split(noticed.book, noticed.options):
            splits[-1] = splits[-1].model_copy(update={"then_ocr": noticed.options})
        else:
            texts.insert(0, noticed)
    return [*splits, *texts]


def _left(folder: BookFolder, manifest: Manifest) -> SplitBook | None:
    """The split that was not done, as far as it can be known: what it asked for stands beside its work."""
    works = [path for path in folder.work.iterdir() if path.is_dir()] if folder.work.is_dir() else []
    for work in sorted(works, key=_asked_at, reverse=True):
        options = _options(work)
        if options is not None:
            return SplitBook(book=folder.path.name, pages=_asked(work), options=options)
    return None if manifest.pages else SplitBook(book=folder.path.name)


def _asked_at(work: Path) -> float:
    asked = work / "asked"
    return (asked if asked.exists() else work).stat().st_mtime


def _asked(work: Path) -> str | None:
    """Such as 1-20,25; None, which means all pages, where it cannot be known."""
    try:
        return SplitBook(book="", pages=(work / "asked").read_text()).pages
    except (OSError, ValueError):
        return None


def _options(work: Path) -> PageOptions | None:
    """The options of this work: those of a page that was made, else those in the name of the folder."""
    for path in work.glob("[0-9]*.json"):
        record = PageRecord.load(path)
        if record is not None:
            return record.options
    found = _KEY.fullmatch(work.name)
    if found is None:
        return None
    try:
        return PageOptions(
            format="jpeg" if found["quality"] else "png", quality=int(found["quality"] or 90),
            grayscale=bool(found["gray"]), max_dpi=int(found["dpi"]) if found["dpi"] else None,
        )  # fmt: skip
    except ValueError:
        return None
