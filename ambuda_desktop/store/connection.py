"""Opening the store and writing to it in transactions."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.store import schema

BUSY_TIMEOUT = 15_000  # milliseconds to wait for another writer; a transaction takes a few


def connect(path: Path) -> sqlite3.Connection:
    """Open the store, creating it where it is missing. One connection a thread.

    Raises AmbudaError where the file is damaged, cannot be written, or was made by a newer version.
    """
    try:
        _create(path)
        connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT / 1000)
    except (OSError, sqlite3.Error) as error:
        raise AmbudaError(f"The task store {path} cannot be opened: {error}.") from error
    connection.row_factory = sqlite3.Row
    try:
        _prepare(connection, path)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise AmbudaError(
            f"The task store {path} cannot be used: {error}. Your books are files in the library folder "
            "beside it and are not touched by this."
        ) from error
    except AmbudaError:
        connection.close()
        raise
    return connection


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
    """One write transaction: all of it is committed, or none."""
    # IMMEDIATE: wait for other writers here, where the busy timeout holds, not in the middle.
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a COMMIT that met a full disk may have rolled back by itself
            connection.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def unsynced(connection: sqlite3.Connection) -> Iterator[None]:
    """Commits in this block survive the end of every process, but not a power cut; they cost a tenth."""
    connection.execute("PRAGMA synchronous=NORMAL")
    try:
        yield
    finally:
        connection.execute("PRAGMA synchronous=FULL")
