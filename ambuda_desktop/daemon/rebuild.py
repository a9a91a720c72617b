"""A damaged task store: it is set aside, and another is built from the books. Only the daemon does this, while it
holds its lock and before it opens the store."""

import contextlib
import itertools
import logging
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from ambuda_desktop.books import library_is_gone
from ambuda_desktop.daemon import rebuild_notice as words
from ambuda_desktop.daemon.salvage import insert_again, salvage
from ambuda_desktop.daemon.taking_over import (
    FoundBooks,
    TakenOver,
    is_empty,
    lacks_books,
    read_books,
    take_over,
)
from ambuda_desktop.errors import AmbudaError, BadInput, StoreDamaged
from ambuda_desktop.files import sync_file, sync_folder
from ambuda_desktop.locks import FileLock, is_held
from ambuda_desktop.paths import Paths
from ambuda_desktop.pools import POOLS
from ambuda_desktop.relocation import recover_move, staying
from ambuda_desktop.store import schema
from ambuda_desktop.store.connection import (
    connect,
    folder_locked,
    is_damage,
    is_replaced,
    new_store,
    transaction,
)

log = logging.getLogger(__name__)

COMPANIONS = ("", "-wal", "-shm")  # SQLite's files; the first goes first: a -wal without it is of no effect
LOCK_WAIT = 1.0  # seconds; a store that is locked for longer is not damaged
LEAVE_TIMEOUT = 10.0  # seconds that workers of an earlier run, and copies into the library, get to end


def see_to_store(paths: Paths, met: BaseException | None = None) -> None:
    """Set a damaged store aside and build another; take over the books of which a good one knows nothing.

    `met`: the damage that a daemon met while it ran. Raises AmbudaError where that cannot be done now; then the
    damaged store is where it was.
    """
    if met is not None:
        paths.store_doubt.touch()
    reason = damage(paths.store, thorough=paths.store_doubt.exists())
    if reason:
        _set_right(paths, reason)
    else:
        _fill(paths)
    if reason is not None:  # not before: were we killed meanwhile, the next one has to look as closely
        paths.store_doubt.unlink(missing_ok=True)


def _set_right(paths: Paths, reason: str) -> None:
    log.error("The task store %s is damaged: %s", paths.store, reason)
    if not paths.library.is_dir():
        raise StoreDamaged(
            f"The task store is damaged, and is built anew from the books. {library_is_gone(paths.library)}"
        )
    try:
        _rebuild(paths)
    except (OSError, sqlite3.Error) as error:
        raise StoreDamaged(
            f"The task store is damaged, and no other could be made in {paths.root}: {error}."
        ) from error


def still_good(connection: sqlite3.Connection, paths: Paths) -> None:
    """Raises StoreDamaged where the store of a running daemon was replaced, can be opened no more, or is damaged in a
    place that somebody else met."""
    if is_replaced(connection):
        raise StoreDamaged(f"{paths.store} is another file than it was")
    try:
        connect(paths.store).close()
    except AmbudaError as error:
        if is_damage(error):
            raise  # locked or full, it is still the store
    if paths.store_doubt.exists():
        reason = damage(paths.store, thorough=True)
        if reason:
            raise StoreDamaged(reason)
        if reason is not None:
            paths.store_doubt.unlink(missing_ok=True)


def damage(store: Path, *, thorough: bool = False) -> str | None:
    """What is wrong with the file; empty where nothing is, and None where nobody could look (it is locked, unreadable,
    or of a newer version). 40 ms for 100,000 tasks, 0.6 s for a million; `thorough` checks indexes, too, and takes
    0.25 s and 5 s."""
    if not store.exists():
        return ""
    try:
        with contextlib.closing(
            sqlite3.connect(store, isolation_level=None, timeout=LOCK_WAIT)
        ) as connection:
            return _fault(connection, "integrity_check" if thorough else "quick_check")
    except sqlite3.DatabaseError as error:
        return str(error) if is_damage(error) else None


def _fault(connection: sqlite3.Connection, check: str) -> str | None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > schema.VERSION:
        return None
    verdict: str = connection.execute(f"PRAGMA {check}(1)").fetchone()[0]
    if verdict != "ok":
        return " ".join(verdict.split())
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master").fetchall()}
    if version == schema.VERSION and (gone := schema.TABLE_NAMES - names):
        return f"it has no table {', '.join(sorted(gone))}"
    return ""


def _rebuild(paths: Paths) -> None:
    with _alone(paths):
        aside = _free_place(paths)
        made = _in_the_making(paths)
        _remove(new_store(paths.store))
        _remove(made)
        try:
            with _nobody_writes(paths.store):
                taken = _build(paths, made, f"The task store was damaged. It was set aside in {aside}.")
                _replace(paths.store, made, aside)
        finally:
            _remove(made)
    log.warning("It was set aside in %s; %s books were taken over", aside, taken.books)


@contextlib.contextmanager
def _alone(paths: Paths) -> Iterator[None]:
    """Wait until no worker of an earlier run lives and nobody copies a book into the library, as long as that is
    bearable: who still has the old file cannot commit to it (see `transaction`)."""
    deadline = time.monotonic() + LEAVE_TIMEOUT
    while _workers_live(paths) and time.monotonic() < deadline:
        time.sleep(0.02)
    lock = FileLock.take(paths.locks / "library.lock", wait=max(0.0, deadline - time.monotonic()))
    try:
        yield
    finally:
        if lock is not None:
            lock.release()


def _workers_live(paths: Paths) -> bool:
    locks = (lock for pool in POOLS for lock in paths.locks.glob(f"{pool}.*.lock"))
    return any(is_held(lock, shared=True) for lock in locks)


def _in_the_making(paths: Paths) -> Path:
    new = new_store(paths.store)
    return new.with_name(f"{new.name}.part")


def _free_place(paths: Paths) -> Path:
    name = time.strftime("store-damaged-%Y%m%d-%H%M%S")
    names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
    return next(place for n in names if not (place := paths.root / n).exists())


@contextlib.contextmanager
def _nobody_writes(store: Path) -> Iterator[None]:
    """A damaged store may still take commits, which would come too late to be read. Who wants to write waits, and sees
    then that it was set aside (`transaction`)."""
    with contextlib.closing(
        sqlite3.connect(f"{store.as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=LEAVE_TIMEOUT)
    ) as connection:
        with contextlib.suppress(sqlite3.DatabaseError):  # too damaged for that, it takes nobody's commits
            connection.execute("BEGIN IMMEDIATE")
        yield


def _build(paths: Paths, made: Path, sentence: str) -> TakenOver:
    """A store with all books, on the disk when this returns."""
    with contextlib.closing(connect(made)) as connection:
        recover_move(connection, paths)
        kept = salvage(paths.store)
        found = read_books(connection, paths, kept.plans)
        with transaction(connection):
            taken = take_over(connection, found)
            others = sum(insert_again(connection, row) for row in kept.tasks)
            words.tell(
                connection, sentence, words.books(taken), words.others(others), words.unread(kept.unread),
                words.LOST, words.unreadable(taken),
            )  # fmt: skip
        connection.execute("PRAGMA journal_mode=DELETE")  # all of it in the one file that is renamed
    sync_file(made)
    return taken


def _replace(store: Path, made: Path, aside: Path) -> None:
    """Let what was made be the store. Were we killed between two steps, whoever opens the store does the last one."""
    with folder_locked(store.parent, exclusive=True):
        made.rename(new_store(store))
        aside.mkdir(mode=0o700)
        for suffix in COMPANIONS:
            with contextlib.suppress(FileNotFoundError):
                store.with_name(store.name + suffix).rename(aside / (store.name + suffix))
        new_store(store).rename(store)
        sync_folder(aside)
        sync_folder(store.parent)


def _remove(store: Path) -> None:
    for suffix in COMPANIONS:
        store.with_name(store.name + suffix).unlink(missing_ok=True)


def _fill(paths: Paths) -> None:
    """Take over the books that have no row: the store was emptied or deleted, or a folder came back.

    Raises LibraryMoves while that is so: where the books are nobody can say then.
    """
    try:
        if not paths.library.is_dir():
            return
    except BadInput:  # the settings are damaged: who needs the library says so
        return
    with contextlib.closing(connect(paths.store)) as connection:
        _remove(new_store(paths.store))
        _remove(_in_the_making(paths))
        if lacks_books(connection, paths):
            with staying(paths):
                found = read_books(connection, paths, {})
                with transaction(connection):
                    _fill_in(connection, found)


def _fill_in(connection: sqlite3.Connection, found: FoundBooks) -> None:
    empty = is_empty(connection)
    taken = take_over(connection, found)
    if empty and (taken.books or taken.unreadable):
        beginning = "The task store was empty beside the library."
        words.tell(
            connection, beginning, words.books(taken), words.LOST_WITH_IT, words.LOST, words.unreadable(taken)
        )
    elif taken.books:
        beginning = "The task store was not complete."
        words.tell(connection, beginning, words.books(taken), words.LOST_OF_BOOKS, words.unreadable(taken))
    if taken.books:
        log.warning("%s books were taken over into the store", taken.books)
