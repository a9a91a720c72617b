"""idle_books.py: what only a book in work needs goes with the work."""

import sqlite3
from pathlib import Path

import pytest

from ambuda_desktop.books import BookFolder, book_folder
from ambuda_desktop.idle_books import forget_unused
from ambuda_desktop.library import NewBook, add_book
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.control import cancel
from ambuda_desktop.text_asked import note_after_split, noted_after_split
from tests.support import pdfs
from tests.support.splitting import ignore


@pytest.fixture
def folder(paths: Paths, store: sqlite3.Connection, tmp_path: Path) -> BookFolder:
    """A book whose split waits, with a password that was given, and a text that is to follow."""
    pdfs.scanned_book(tmp_path / "book.pdf", 1)
    add_book(store, paths, tmp_path / "book.pdf", ignore, NewBook(then_ocr=OcrOptions()))
    made = book_folder(paths, "book")
    made.password.write_text("secret")
    note_after_split(made, OcrOptions())
    return made


def test_password_and_note_go_when_nothing_works_on_the_book_any_more(
    folder: BookFolder, paths: Paths, store: sqlite3.Connection
) -> None:
    # Given a daemon that starts while the split waits
    forget_unused(store, paths)
    assert folder.password.exists()
    assert noted_after_split(folder) is not None

    # When a person cancels it, then nobody wants its password or its text any more
    cancel(store, [store.execute("SELECT id FROM tasks").fetchone()["id"]])
    forget_unused(store, paths)
    assert not folder.password.exists()
    assert noted_after_split(folder) is None


def test_what_a_book_needs_stays_where_the_store_does_not_know_it(
    folder: BookFolder, paths: Paths, store: sqlite3.Connection
) -> None:
    # Given a folder that came back, say, and is taken over at the next start
    store.execute("DELETE FROM tasks")
    store.execute("DELETE FROM books")
    forget_unused(store, paths)
    assert folder.password.exists()
    assert noted_after_split(folder) is not None
