"""Finding what people name: a book by its id or its title, a task by its id or the beginning of it."""

import sqlite3
import unicodedata

from ambuda_desktop.errors import BadInput, NotFound
from ambuda_desktop.store.books import BookSummary, book_ids, summary, title
from ambuda_desktop.store.query import Task, ids_beginning, task

LEAST = 4  # characters of a task's id


def book(connection: sqlite3.Connection, name: str) -> BookSummary:
    """The book of this id, or of this title. Raises NotFound, and BadInput where several have that title."""
    found = _book(connection, name)
    if found is None:
        raise NotFound(f"There is no book “{name}”. “ambuda-desktop books” lists them.")
    return found


def book_or_task(connection: sqlite3.Connection, name: str) -> BookSummary | Task:
    """The book or the task of this name. Raises NotFound, and BadInput where it is not clear which."""
    found = _book(connection, name) or _task(connection, name)
    if found is None:
        raise NotFound(f"There is no task or book “{name}”.")
    return found


def a_task(connection: sqlite3.Connection, name: str) -> Task:
    """The task of this id. Raises NotFound, and BadInput where several ids begin like it."""
    found = _task(connection, name)
    if found is not None:
        return found
    if _book(connection, name) is not None:
        raise BadInput(f"“{name}” is a book. “ambuda-desktop tasks --book {name}” lists its tasks.")
    raise NotFound(f"There is no task “{name}”. “ambuda-desktop tasks” lists them.")


def _book(connection: sqlite3.Connection, name: str) -> BookSummary | None:
    if found := summary(connection, name):
        return found
    wanted = _plain(name)
    same = [one for one in book_ids(connection) if _plain(title(connection, one)) == wanted]
    if len(same) > 1:
        raise BadInput(f"Several books are called “{name}”: {', '.join(same)}. Name one by its id.")
    return summary(connection, same[0]) if same else None


def _task(connection: sqlite3.Connection, name: str) -> Task | None:
    found = task(connection, name) if name else None
    if found is not None and (len(name) >= LEAST or found.id == name):
        return found
    if len(name) >= LEAST and len(several := ids_beginning(connection, name, limit=3)) > 1:
        raise BadInput(f"Several tasks begin with “{name}”: {', '.join(several)}. Type more of it.")
    return None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split())).casefold()
