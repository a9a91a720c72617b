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
from ambuda_desktop.daemon.salvage import Salvage, insert_again, salvage
from ambuda_desktop.daemon.taking_over import TakenOver, take_over, unknown_folders
from ambuda_desktop.errors import AmbudaError, BadInput, StoreDamaged
from ambuda_desktop.files import sync_file, sync_folder
from ambuda_desktop.locks import FileLock, is_held
from ambuda_desktop.paths import Paths
from ambuda_desktop.pools import POOLS
from ambuda_desktop.relocation import recover_move
from ambuda_desktop.store import schema
from ambuda_desktop.store.connection import connect, folder_locked, is_damage, is_replaced, transaction

log = logging.getLogger(__name__)

COMPANIONS = ("", "-wal", "-shm")  # SQLite's files; the first goes first: a -wal without it is of no effect
LOCK_WAIT = 1.0  # seconds; a store that is locked for longer is not damaged
LEAVE_TIMEOUT = 10.0  # seconds that workers of an earlier run, and copies into the library, get to end


def see_to_store(paths: Paths, met: BaseException | None = None) -> None:
    """Set a damaged store aside and build another; take over the books of which a good one knows nothing.

    `met`: the damage that a daemon met while it ran. Raises AmbudaError where that cannot be done now; then the
    damaged store is where it was.
    """
    doubted = paths.store_doubt.exists()
    reason = damage(paths.store, thorough=doubted or met is not None)
    if reason is None:
        _fill(paths)
    else:
        _set_right(paths, reason)
    if doubted or reason:  # not before: were we killed meanwhile, the next one has to look as closely
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
        if reason := damage(paths.store, thorough=True):
            raise StoreDamaged(reason)
        paths.store_doubt.unlink()


def damage(store: Path, *, thorough: bool = False) -> str | None:
    """What is wrong with the file; None where nothing is, or where that is not for us to say (it is locked, unreadable,
    or of a newer version). 40 ms for 100,000 tasks, 0.6 s for a million; `thorough` checks indexes, too, and takes
    0.25 s and 5 s."""
    if not store.exists():
        return None
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
    return None


def _rebuild(paths: Paths) -> None:
    with _alone(paths):
        aside = _free_place(paths)
        new = _new(paths)
        _remove(new)
        try:
            taken = _build(paths, new, f"The task store was damaged. It was set aside in {aside}.")
        except BaseException:
            _remove(new)
            raise
        _replace(paths.store, new, aside)  # where that fails in the middle, `new` alone knows what was kept
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


def _new(paths: Paths) -> Path:
    return paths.store.with_name(f"{paths.store.name}.new")


def _free_place(paths: Paths) -> Path:
    name = time.strftime("store-damaged-%Y%m%d-%H%M%S")
    names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
    return next(place for n in names if not (place := paths.root / n).exists())


def _build(paths: Paths, new: Path, sentence: str) -> TakenOver:
    """A store with all books, on the disk when this returns."""
    with contextlib.closing(connect(new)) as connection:
        recover_move(connection, paths)
        kept = salvage(paths.store)
        with transaction(connection):
            taken = take_over(connection, paths.library, kept.plans)
            others = sum(insert_again(connection, row) for row in kept.tasks)
            words.tell(
                connection, sentence, words.books(taken), words.others(others), words.unread(kept.unread),
                words.LOST, words.unreadable(taken),
            )  # fmt: skip
        connection.execute("PRAGMA journal_mode=DELETE")  # all of it in the one file that is renamed
    sync_file(new)
    return taken


def _replace(store: Path, new: Path, aside: Path) -> None:
    """Let `new` be the store. Were we killed between two steps, there is none: the next daemon fills the one that
    somebody makes from the books, and from `new`."""
    with folder_locked(store.parent, exclusive=True):
        aside.mkdir(mode=0o700)
        for suffix in COMPANIONS:
            with contextlib.suppress(FileNotFoundError):
                store.with_name(store.name + suffix).rename(aside / (store.name + suffix))
        new.rename(store)
    sync_folder(aside)
    sync_folder(store.parent)


def _remove(store: Path) -> None:
    for suffix in COMPANIONS:
        store.with_name(store.name + suffix).unlink(missing_ok=True)


def _fill(paths: Paths) -> None:
    """Take over the books that have no row: the store was emptied or deleted, or a daemon was killed while it put
    another in its place; somebody may have added a book since."""
    try:
        if not paths.library.is_dir():
            return
    except BadInput:  # the settings are damaged: who needs the library says so
        return
    with contextlib.closing(connect(paths.store)) as connection:
        kept = salvage(_new(paths))
        if not kept.tasks and not unknown_folders(connection, paths.library):
            _remove(_new(paths))
            return
        # Held by whoever adds a book: its folder is there before its row is.
        lock = FileLock.take(paths.locks / "library.lock")
        if lock is None:
            return
        try:
            with transaction(connection):
                _fill_in(connection, paths.library, kept)
            _remove(_new(paths))
        finally:
            lock.release()


def _fill_in(connection: sqlite3.Connection, library: Path, kept: Salvage) -> None:
    empty = _is_empty(connection)
    taken = take_over(connection, library, kept.plans)
    others = sum(insert_again(connection, row) for row in kept.tasks)
    came = (words.books(taken), words.others(others))
    if empty and (taken.books or taken.unreadable or others):
        beginning = "The task store was empty beside the library."
        words.tell(connection, beginning, *came, words.LOST, words.unreadable(taken))
    elif taken.books or others:
        beginning = "The task store was not complete."
        words.tell(connection, beginning, *came, words.LOST_OF_BOOKS, words.unreadable(taken))
    if taken.books or others:
        log.warning("%s books and %s other tasks were taken over into the store", taken.books, others)


def _is_empty(connection: sqlite3.Connection) -> bool:
    rows = connection.execute("SELECT 1 FROM books UNION ALL SELECT 1 FROM tasks LIMIT 1").fetchall()
    return not rows
