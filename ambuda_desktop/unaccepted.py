"""What additions that were killed have left in the library: nobody was told that those books are accepted.

A library may be any folder of the user's, with anything in it: where it is not sure that a folder is ours, it stays.
"""

import contextlib
import re
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path

from ambuda_desktop.books import SLUG, BookFolder
from ambuda_desktop.locks import is_held
from ambuda_desktop.paths import Paths

INCOMING = ".incoming-"  # how the folder of a book begins that is not accepted yet, and the mark in it
_NAME = re.compile(rf"{re.escape(INCOMING)}[0-9a-f]{{32}}")
_MANIFEST_IN_WRITING = re.compile(r"\.manifest\.json\.\d+\.tmp")


def new_name() -> str:
    """A name that nobody has, for a folder in the making, for the mark in it, and for the lock of whoever makes it."""
    return f"{INCOMING}{uuid.uuid4().hex}"


def is_being_added(paths: Paths, folder: BookFolder) -> bool:
    """Whether somebody who lives is just adding this book."""
    return any(is_held(paths.locks / mark.name) for mark in _marks(folder.path))


def is_unaccepted(folder: BookFolder) -> bool:
    """Whether a folder is what an addition that has not ended makes. Where it was killed, the row of the book may have
    been written all the same."""
    return any(_is_ours(folder.path, mark.name) for mark in _marks(folder.path))


def remove_unaccepted(connection: sqlite3.Connection, paths: Paths) -> None:
    """Remove what is left of additions that were killed. What was to be added is where it was."""
    for folder in paths.library.glob("*"):
        # A library that cannot be written to keeps no daemon from starting.
        with contextlib.suppress(OSError):
            if SLUG.fullmatch(folder.name) and _is_folder(folder):
                for mark in list(_marks(folder)):
                    _settle(connection, paths, folder, mark)
    for folder in paths.library.glob(f"{INCOMING}*"):
        with contextlib.suppress(OSError):
            if _is_ours(folder, folder.name) and not is_held(paths.locks / folder.name):
                shutil.rmtree(folder, ignore_errors=True)


def _settle(connection: sqlite3.Connection, paths: Paths, folder: Path, mark: Path) -> None:
    """An accepted book loses its mark; one that is not gets its first name back, by which it is removed."""
    if is_held(paths.locks / mark.name):
        return
    # In this order: whoever was adding it may have written the row until just now.
    if connection.execute("SELECT 1 FROM books WHERE id = ?", (folder.name,)).fetchone():
        mark.unlink()
    elif _is_ours(folder, mark.name) and mark.exists():  # else another book has got the name meanwhile
        folder.rename(folder.with_name(mark.name))


def _marks(folder: Path) -> Iterator[Path]:
    marks = (path for path in folder.glob(f"{INCOMING}*") if _NAME.fullmatch(path.name))
    return (mark for mark in marks if mark.is_file() and not mark.is_symlink())


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _is_ours(folder: Path, mark: str) -> bool:
    """Whether a folder holds nothing but what an addition with this mark makes."""
    if not _NAME.fullmatch(mark) or not _is_folder(folder):
        return False
    book = BookFolder(folder)
    made = {book.original.name, book.originals.name, book.manifest.name, mark}
    names = (path.name for path in folder.iterdir())
    return all(name in made or _MANIFEST_IN_WRITING.fullmatch(name) for name in names)
