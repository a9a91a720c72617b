"""Books with work behind them, and a store that is damaged."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ambuda_desktop.books import BookFolder
from ambuda_desktop.library import NewBook, add_book
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.books import BookSummary, summary
from ambuda_desktop.store.connection import connect, transaction
from ambuda_desktop.store.facts import fact
from ambuda_desktop.store.submit import NewTask, insert
from ambuda_desktop.unaccepted import new_name
from ambuda_desktop.worker.split.asked import ask_for
from ambuda_desktop.worker.split.finish import finish
from ambuda_desktop.worker.split.ranges import split_range
from tests.support import pdfs
from tests.support.splitting import Stop, ignore


def add(paths: Paths, name: str, pages: int = 4) -> BookFolder:
    """Add a book as the window does."""
    pdf = paths.root.parent / f"{name}.pdf"
    pdfs.scanned_book(pdf, pages)
    with closing(connect(paths.store)) as connection:
        return BookFolder(paths.library / add_book(connection, paths, pdf, ignore, NewBook(again=True)))


def split(folder: BookFolder, numbers: list[int], options: PageOptions | None = None) -> None:
    """What the workers do for a split of these pages."""
    ask_for(folder, options or PageOptions(), numbers)
    split_range(folder, numbers, ignore, options)
    finish(folder, options)


def end_plans(paths: Paths) -> None:
    """Let all that was submitted so far have ended."""
    with closing(connect(paths.store)) as connection:
        connection.execute("UPDATE tasks SET state = 'SUCCESS'")


def found(paths: Paths, book: str) -> BookSummary:
    with closing(connect(paths.store)) as connection:
        summarized = summary(connection, book)
    assert summarized is not None
    return summarized


def notice(paths: Paths) -> str:
    with closing(connect(paths.store)) as connection:
        (said,) = fact(connection, "notices")
    return str(said["sentence"])


def set_aside(paths: Paths) -> list[Path]:
    return sorted(paths.root.glob("store-damaged-*/*"))


def fill(paths: Paths) -> None:
    """Enough rows that the store has many pages, all of them in its file."""
    with closing(connect(paths.store)) as connection, transaction(connection):
        insert(connection, [NewTask("t", kwargs={"text": "x" * 300}) for _ in range(500)])


def cut(store: Path) -> None:
    os.truncate(store, store.stat().st_size // 2)


def killed_after(count: int, rename: Callable[[Path, Path], Path]) -> Callable[[Path, Path], Path]:
    """So many are renamed; whoever would rename another is killed."""
    done: list[Path] = []

    def renaming(path: Path, target: Path) -> Path:
        if len(done) == count:
            raise Stop
        done.append(path)
        return rename(path, target)

    return renaming


def mark(folder: BookFolder) -> Path:
    """As of an addition that is not done."""
    made = folder.path / new_name()
    made.touch()
    return made


def leave_out_of_an_index(paths: Paths) -> None:
    """A row that its index does not know: damage that only a thorough look finds."""
    with closing(sqlite3.connect(paths.store)) as connection:
        connection.executescript(
            """PRAGMA writable_schema=ON; CREATE TABLE kept AS SELECT * FROM sqlite_master WHERE name = 'tasks_state';
               DELETE FROM sqlite_master WHERE name = 'tasks_state';"""
        )
    with closing(connect(paths.store)) as connection:
        connection.execute("PRAGMA writable_schema=ON")
        insert(connection, [NewTask("a", id="a")])
        connection.execute("INSERT INTO sqlite_master SELECT * FROM kept")


def refuse(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the system does where a folder may not be entered; root may enter any."""
    stat = os.stat

    def refusing(place: Path, **options: bool) -> os.stat_result:
        if os.fspath(place) == os.fspath(path):
            raise PermissionError(13, "Permission denied", str(path))
        return stat(place, **options)

    monkeypatch.setattr(os, "stat", refusing)


def killed(*_: object, **__: object) -> None:
    raise Stop


def delete(store: Path) -> None:
    store.unlink()
