"""Moving the library to another folder, and keeping it where it is meanwhile."""

import contextlib
import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from ambuda_desktop.errors import BadInput
from ambuda_desktop.files import copy_all_verified, sync_folder
from ambuda_desktop.locks import FileLock
from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings
from ambuda_desktop.sources import Progress
from ambuda_desktop.store.connection import transaction
from ambuda_desktop.store.control import pause_books, resume_books

STAY_TIMEOUT = 1.0  # seconds that an addition waits for a move to end
MOVE_TIMEOUT = 60.0  # seconds that a move waits for the pages in hand


class LibraryMoves(BadInput):
    """The library is on its way to another folder."""


@contextlib.contextmanager
def staying(paths: Paths) -> Iterator[None]:
    """Keep the library from being moved for the length of a block. Raises LibraryMoves while it is."""
    lock = FileLock.take(paths.locks / "library.lock", shared=True, wait=STAY_TIMEOUT)
    if lock is None:
        raise LibraryMoves("The library is being moved to another folder. Try again when that has ended.")
    try:
        yield
    finally:
        lock.release()


def check_library(paths: Paths, target: Path) -> None:
    """Whether `target` can become the library. Raises BadInput with the reason; makes nothing."""
    current = paths.library
    if not target.is_absolute():
        raise BadInput(f"“{target}” is no full path of a folder; it should begin with /.")
    if target.exists() and not target.is_dir():
        raise BadInput(f"{target} is a file. Choose a folder.")
    inner, outer = target.resolve(), current.resolve()
    if inner == outer:
        return
    if outer in inner.parents or inner in outer.parents:
        raise BadInput(f"{target} and the library {current} lie within one another. Choose another folder.")
    root = paths.root.resolve()
    default = root / "library"
    if inner in (root, *root.parents) or (root in inner.parents and default not in (inner, *inner.parents)):
        raise BadInput(f"{target} holds other files of Ambuda Desktop. Choose a folder of its own.")
    if _has_books(current) and target.is_dir() and any(target.iterdir()):
        raise BadInput(f"{target} is not empty. Choose an empty folder, or a new one.")
    nearest = next(place for place in (target, *target.parents) if place.exists())
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise BadInput(f"{nearest} cannot be written. Choose a folder of your own.")


def move_library(connection: sqlite3.Connection, paths: Paths, target: Path, progress: Progress) -> None:
    """Move all books to `target`, and let the settings name it. `progress` gets (bytes done, bytes in all).

    Books in work wait after the page in hand and go on when they are there. On another disk each file is copied and
    the copy proved before anything is removed; a move that fails leaves the library where it was. Where the current
    library is gone (its disk has another place now), only the settings change. Raises BadInput.
    """
    check_library(paths, target)
    if target.resolve() == paths.library.resolve():
        return
    moving = [row["id"] for row in connection.execute("SELECT id FROM books WHERE paused = 0").fetchall()]
    with transaction(connection):
        pause_books(connection, moving)
    try:
        lock = FileLock.take(paths.locks / "library.lock", wait=MOVE_TIMEOUT)
        if lock is None:
            raise BadInput("Books are being added or worked on. Wait for them, then move the library.")
        try:
            _move(paths, target, progress)
        finally:
            lock.release()
    finally:
        with transaction(connection):
            resume_books(connection, moving)


def _move(paths: Paths, target: Path, progress: Progress) -> None:
    current = paths.library
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        copied = False
        if _has_books(current):
            copied = _rename_or_copy(current, target, progress)
        else:
            target.mkdir(mode=0o700, exist_ok=True)
        sync_folder(target.parent)
        Settings.change(paths.settings, library=target)
    except OSError as error:
        raise BadInput(
            f"The library cannot be moved to {target}: {error.strerror or error}. It stays in {current}."
        ) from error
    if copied:
        shutil.rmtree(current, ignore_errors=True)


def _rename_or_copy(current: Path, target: Path, progress: Progress) -> bool:
    """Whether it was copied, because `target` is on another disk."""
    try:
        current.rename(target)  # an empty folder gives way
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
    else:
        return False
    part = target.with_name(f".{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        _copy_tree(current, part, progress)
        part.rename(target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return True


def _copy_tree(source: Path, target: Path, progress: Progress) -> None:
    files = [path for path in source.rglob("*") if path.is_file()]
    for folder in (source, *sorted(path for path in source.rglob("*") if path.is_dir())):
        (target / folder.relative_to(source)).mkdir(mode=0o700)
    copy_all_verified([(path, target / path.relative_to(source)) for path in files], progress)
    for folder in (target, *(path for path in target.rglob("*") if path.is_dir())):
        sync_folder(folder)


def _has_books(library: Path) -> bool:
    return library.is_dir() and any(library.iterdir())
