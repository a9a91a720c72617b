"""Books on which nothing works any more: their split or their text has ended, or was cancelled before its end."""

import sqlite3

from ambuda_desktop.books import SLUG, BookFolder
from ambuda_desktop.passwords import copies_of_password
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.schema import TERMINAL
from ambuda_desktop.text_asked import notes_of


def forget_unused(connection: sqlite3.Connection, paths: Paths) -> None:
    """Delete what only a book in work needs: its password, and the notes of what was asked of its text. What nobody
    wants any more must not be read, and perhaps paid, when a store is built anew."""
    for folder in map(BookFolder, paths.library.glob("*")):
        if SLUG.fullmatch(folder.path.name):
            unused = [*copies_of_password(folder), *notes_of(folder)]
            if any(path.exists() for path in unused) and _is_idle(connection, folder.path.name):
                for path in unused:
                    path.unlink(missing_ok=True)


def _is_idle(connection: sqlite3.Connection, book: str) -> bool:
    """Whether the store knows the book and has no task of it that has not ended."""
    row = connection.execute(
        f"""SELECT NOT EXISTS (SELECT 1 FROM tasks WHERE book = books.id AND state NOT IN {TERMINAL!r})
            FROM books WHERE id = ?""",
        (book,),
    ).fetchone()
    return bool(row and row[0])
