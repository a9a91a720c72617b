"""Moving the library to another folder, and keeping it where it is meanwhile."""

import contextlib
import errno
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from ambuda_desktop.errors import BadInput
from ambuda_desktop.files import copy_all_verified, sync_folder, write_atomic
from ambuda_desktop.locks import FileLock, holding
from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings
from ambuda_desktop.sources import Progress
from ambuda_desktop.store.connection import transaction
from ambuda_desktop.store.control import pause_books, resume_books

MOVING = "library-move.lock"  # held by whoever moves the library
PART = ".part"
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
    recover_move(connection, paths)
    check_library(paths, target)
    if target.resolve() == paths.library.resolve():
        return
    with holding(paths.locks / MOVING) as alone:
        if not alone:
            raise LibraryMoves("The library is being moved already. Wait for that to end.")
        with _paused(connection, paths, target):
            lock = FileLock.take(paths.locks / "library.lock", wait=MOVE_TIMEOUT)
            if lock is None:
                raise BadInput("Books are being added or worked on. Wait for them, then move the library.")
            try:
                _move(paths, target, progress)
            finally:
                lock.release()


def recover_move(connection: sqlite3.Connection, paths: Paths) -> None:
    """Put right what a move that was killed has left: its books go on, wherever they are now."""
    if not _note(paths).exists():
        return
    with holding(paths.locks / MOVING) as alone:
        if not alone:  # it goes on
            return
        try:
            note = json.loads(_note(paths).read_bytes())
            target, books = Path(note["target"]), list(note["books"])
        except (OSError, ValueError, KeyError, TypeError):
            _note(paths).unlink(missing_ok=True)
            return
        if not _has_books(paths.library) and _has_books(target):  # moved, and nobody was told
            Settings.change(paths.settings, library=target)
        shutil.rmtree(_part(target), ignore_errors=True)
        _resume(connection, paths, books)


@contextlib.contextmanager
def _paused(connection: sqlite3.Connection, paths: Paths, target: Path) -> Iterator[None]:
    """Hold all books for the length of a block, and note which: we may be killed."""
    books = [row["id"] for row in connection.execute("SELECT id FROM books WHERE paused = 0").fetchall()]
    write_atomic(_note(paths), json.dumps({"target": str(target), "books": books}).encode())
    try:
        with transaction(connection):
            pause_books(connection, books)
        yield
    finally:
        _resume(connection, paths, books)


def _resume(connection: sqlite3.Connection, paths: Paths, books: list[str]) -> None:
    with transaction(connection):
        resume_books(connection, books)
    _note(paths).unlink(missing_ok=True)


def _note(paths: Paths) -> Path:
    return paths.root / "library-move.json"


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
    except (OSError, BadInput) as error:
        cause = error.__cause__ if isinstance(error, BadInput) else error
        words = (cause.strerror if isinstance(cause, OSError) else None) or str(error).rstrip(".")
        raise BadInput(f"The library cannot be moved to {target}: {words}. It stays in {current}.") from error
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
    part = _part(target)
    shutil.rmtree(part, ignore_errors=True)
    try:
        _copy_tree(current, part, progress)
        _settle(part, target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return True


def _part(target: Path) -> Path:
    """Where the copy is made. In a folder that is there already, because beside it may be another disk."""
    return target / PART if target.is_dir() else target.with_name(f".{target.name}{PART}")


def _settle(part: Path, target: Path) -> None:
    """Let the whole copy become the library."""
    if part.parent != target:
        part.rename(target)
        return
    for path in part.iterdir():
        path.rename(target / path.name)
    part.rmdir()
    sync_folder(target)


def _copy_tree(source: Path, target: Path, progress: Progress) -> None:
    files: list[Path] = []
    target.mkdir(mode=0o700)
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_symlink():  # stays one: whatever it leads to is none of ours
            place.symlink_to(path.readlink())
        elif path.is_dir():
            place.mkdir(mode=0o700)
        else:
            files.append(path)
    copy_all_verified([(path, target / path.relative_to(source)) for path in files], progress)
    for folder in (target, *(path for path in target.rglob("*") if path.is_dir() and not path.is_symlink())):
        sync_folder(folder)


def _has_books(library: Path) -> bool:
    return library.is_dir() and any(library.iterdir())
