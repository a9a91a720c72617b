"""The password of a PDF on its way to a worker: a file that only this user can read, gone after use.

Never in the store, in Redis, in a task's arguments or in a log.
"""

import os
import sqlite3
from pathlib import Path

from ambuda_desktop.books import BookFolder, book_folder
from ambuda_desktop.errors import BadInput
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.connection import transaction
from ambuda_desktop.store.control import release

#: What a plan waits for, in its row: the first password, and another because that was wrong.
WAITING = ("password", "another password")


def give_password(connection: sqlite3.Connection, paths: Paths, book: str, password: str) -> None:
    """Let the split of a book go on with this password. Raises BadInput where none is waited for."""
    folder = book_folder(paths, book)
    if not password:
        raise BadInput("The password is empty. Enter the one that opens the PDF.")
    try:
        secret = password.encode()
    except UnicodeEncodeError:
        raise BadInput("The password holds what is no character. Enter it again.") from None
    # In one transaction: no worker takes the file up, or deletes it, before it is whole and the task may go on.
    with transaction(connection):
        row = connection.execute(
            """SELECT id FROM tasks WHERE book = ? AND state = 'PENDING' AND waiting_for IN (?, ?)
               ORDER BY seq DESC""",
            (book, *WAITING),
        ).fetchone()
        if row is None:
            raise BadInput(f"The book “{book}” waits for no password.")
        _write(folder, secret)
        release(connection, row["id"])


def _write(folder: BookFolder, secret: bytes) -> None:
    descriptor = os.open(folder.password, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o600)  # whatever it was before
        file.write(secret)


def read_password(folder: BookFolder) -> str | None:
    """The password that was given, or None."""
    try:
        return folder.password.read_bytes().decode()
    except FileNotFoundError:
        return None


def forget_password(folder: BookFolder) -> None:
    """Delete it."""
    folder.password.unlink(missing_ok=True)


def copies_of_password(folder: BookFolder) -> list[Path]:
    """Where it may stand, and the copies of a PDF that were made with it, also what a kill has left of one."""
    return [folder.password, *folder.work.glob("*decrypted*.pdf")]
