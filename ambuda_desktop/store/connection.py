"""Opening the store and writing to it in transactions."""

import contextlib
import fcntl
import os
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from ambuda_desktop.errors import AmbudaError, StoreDamaged
from ambuda_desktop.files import sync_folder
from ambuda_desktop.store import schema

BUSY_TIMEOUT = 15_000  # milliseconds to wait for another writer; a transaction takes a few

#: What SQLite says of a file that is damaged. Locked, full, read-only and unreadable are none of these.
DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
#: And of one in which somebody has dropped a table of ours: it says so in words only.
_DROPPED = re.compile(rf"no such table: (main\.)?({'|'.join(sorted(schema.TABLE_NAMES))})")


class StoreConnection(sqlite3.Connection):
    """Remembers which file it opened: SQLite does not notice that another has taken its place."""

    file: Path
    inode: int


def connect(path: Path) -> sqlite3.Connection:
    """Open the store, creating it where it is missing. One connection a thread.

    Raises StoreDamaged where the file is damaged, and AmbudaError where it cannot be used for another reason or was
    made by a newer version.
    """
    try:
        _finish_replacing(path)
        with folder_locked(path.parent):
            return _open(path)
    except sqlite3.DatabaseError as error:
        kind = StoreDamaged if is_damage(error) else AmbudaError
        raise kind(
            f"The task store {path} cannot be used: {error}. Your books are files in the library folder "
            "beside it and are not touched by this."
        ) from error
    except OSError as error:
        raise AmbudaError(f"The task store {path} cannot be opened: {error}.") from error


def _open(path: Path) -> sqlite3.Connection:
    _create(path)
    connection = sqlite3.connect(
        path, isolation_level=None, timeout=BUSY_TIMEOUT / 1000, factory=StoreConnection
    )
    connection.file, connection.inode = path, path.stat().st_ino
    connection.row_factory = sqlite3.Row
    try:
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def is_damage(error: BaseException | None) -> bool:
    """Whether an error says that the file of the store is damaged, or is no longer the store."""
    if isinstance(error, sqlite3.OperationalError) and _DROPPED.fullmatch(str(error)):
        return True
    code = getattr(error, "sqlite_errorcode", 0)
    return isinstance(error, StoreDamaged) or code & 0xFF in DAMAGE


def is_replaced(connection: sqlite3.Connection) -> bool:
    """Whether another file, or none, has the name of the one that this connection works on."""
    if not isinstance(connection, StoreConnection):
        return False
    try:
        return connection.file.stat().st_ino != connection.inode
    except FileNotFoundError:
        return True


@contextlib.contextmanager
def folder_locked(folder: Path, *, exclusive: bool = False) -> Iterator[None]:
    """Hold the data folder itself for a block. Who replaces the store holds it alone, for a few milliseconds: were
    somebody to open it between two renames, the -wal of one file would become that of another."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def new_store(path: Path) -> Path:
    """Where a whole store waits, for a moment, until the damaged one is set aside."""
    return path.with_name(f"{path.name}.new")


def _finish_replacing(path: Path) -> None:
    """Let the new store take its place, where whoever replaced the damaged one was killed before it had."""
    new = new_store(path)
    if path.exists() or not new.exists():
        return
    with folder_locked(path.parent, exclusive=True):
        if path.exists() or not new.exists():  # it was only just being replaced
            return
        for suffix in ("-wal", "-shm"):  # of the damaged one: SQLite would take them for those of the new
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        new.rename(path)
        sync_folder(
            path.parent
        )  # before anybody writes to it: else a power cut might bring its first name back


def _create(path: Path) -> None:
    """Make the file, for this user only; SQLite gives its -wal and -shm the same permissions.

    Never opens one that is there: closing it would drop the locks that SQLite holds in this process.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    # FULL: what a commit has returned from survives a power cut.
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > schema.VERSION:
        raise AmbudaError(f"{path} was made by a newer Ambuda Desktop. Update this one to open it.")
    if version < schema.VERSION:
        _upgrade(connection)


def _upgrade(connection: sqlite3.Connection) -> None:
    """Make the tables, or bring those of an earlier version to this one: all of it or nothing."""
    with transaction(connection):
        # Asked again: another process may have done it while we waited for the lock.
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        steps = [schema.UPGRADES[v] for v in range(version, schema.VERSION)] if version else []
        for script in (*steps, schema.TABLES):
            for statement in _statements(script):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version={schema.VERSION}")


def _statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one: `executescript` would commit the transaction it is in."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One write transaction: all of it is committed, or none. Inside of another it is a part of that one.

    Raises StoreDamaged where the store was set aside since the connection was opened.
    """
    if connection.in_transaction:
        yield connection
        return
    # IMMEDIATE: wait for other writers here, where the busy timeout holds, not in the middle.
    connection.execute("BEGIN IMMEDIATE")
    try:
        _refuse_if_replaced(connection)
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a COMMIT that met a full disk may have rolled back by itself
            connection.execute("ROLLBACK")
        raise
    # Again: a commit that went into a file which was set aside meanwhile must not count as one.
    _refuse_if_replaced(connection)


def _refuse_if_replaced(connection: sqlite3.Connection) -> None:
    if is_replaced(connection):
        raise StoreDamaged(
            "The task store was replaced by another meanwhile. Nothing was accepted; try it again."
        )


@contextlib.contextmanager
def unsynced(connection: sqlite3.Connection) -> Iterator[None]:
    """Commits in this block survive the end of every process, but not a power cut; they cost a tenth."""
    connection.execute("PRAGMA synchronous=NORMAL")
    try:
        yield
    finally:
        connection.execute("PRAGMA synchronous=FULL")
