"""What a person does with accepted work: cancel it, let it pause, go on, try it again, forget it."""

import json
import sqlite3
import time
from collections.abc import Iterable, Sequence

from ambuda_desktop.pools import POOLS
from ambuda_desktop.store import schema
from ambuda_desktop.store.facts import put_wish, wish
from ambuda_desktop.store.submit import NewTask, insert

#: The wish that names the pools which get no tasks.
PAUSED = "paused"


def cancel(connection: sqlite3.Connection, ids: Iterable[str]) -> int:
    """Cancel tasks and all they submitted: waiting ones at once, running ones after the page in hand.

    Returns how many tasks that had not ended were hit.
    """
    # One statement: between two of them a task could go from running to waiting, and be missed by both.
    hit = connection.execute(
        """WITH RECURSIVE family(id) AS (
               SELECT value FROM json_each(?)
               UNION SELECT t.id FROM tasks t JOIN family f ON t.parent = f.id)
           UPDATE tasks SET cancelled = 1,
                            ended_at = CASE state WHEN 'PENDING' THEN ? END,
                            state = CASE state WHEN 'PENDING' THEN 'REVOKED' ELSE state END
           WHERE id IN family AND state NOT IN ('SUCCESS', 'FAILURE', 'REVOKED') RETURNING id""",
        (json.dumps(list(ids)), time.time()),
    ).fetchall()
    return len(hit)


def pause_books(connection: sqlite3.Connection, books: Iterable[str]) -> None:
    """Hold the tasks of these books: waiting ones do not start, running ones wait again after the page in hand.
    What is submitted for them later is held too."""
    _set_paused(connection, books, 1)


def resume_books(connection: sqlite3.Connection, books: Iterable[str]) -> None:
    """Let the tasks of these books go on."""
    _set_paused(connection, books, 0)


def _set_paused(connection: sqlite3.Connection, books: Iterable[str], paused: int) -> None:
    names = json.dumps(list(books))
    connection.execute(
        "UPDATE books SET paused = ? WHERE id IN (SELECT value FROM json_each(?))", (paused, names)
    )
    connection.execute(
        f"""UPDATE tasks SET held = (held & ~{schema.HELD_BY_PAUSE}) | ? WHERE book IN (SELECT value FROM json_each(?))
           AND state NOT IN ('SUCCESS', 'FAILURE', 'REVOKED')""",
        (paused, names),
    )


def pause_pools(connection: sqlite3.Connection, pools: Iterable[str] = POOLS) -> None:
    """Give these pools no more tasks, whatever restarts; running ones wait again after the page in hand."""
    put_wish(connection, PAUSED, sorted(paused_pools(connection) | set(pools)))


def resume_pools(connection: sqlite3.Connection, pools: Iterable[str] = POOLS) -> None:
    """Give these pools tasks again."""
    put_wish(connection, PAUSED, sorted(paused_pools(connection) - set(pools)))


def paused_pools(connection: sqlite3.Connection) -> set[str]:
    """The pools that get no tasks."""
    return set(wish(connection, PAUSED) or ())


def release(connection: sqlite3.Connection, task_id: str) -> None:
    """Let a task go on that waited for a person (for a password, say)."""
    connection.execute(
        """UPDATE tasks SET held = held & ~?, not_before = 0, waiting_for = NULL
           WHERE id = ? AND state = 'PENDING'""",
        (schema.HELD_FOR_ANSWER, task_id),
    )


def insert_retry(connection: sqlite3.Connection, task: NewTask, instead_of: Sequence[str]) -> None:
    """Accept a task that tries others again: those (failed ones) are no longer counted as failed."""
    insert(connection, [task])
    connection.execute(
        """UPDATE tasks SET retried = 1 WHERE state = 'FAILURE' AND id IN (SELECT value FROM json_each(?))""",
        (json.dumps(list(instead_of)),),
    )


def forget_book(connection: sqlite3.Connection, book: str) -> bool:
    """Delete the rows of a book and its tasks; False, and nothing is deleted, where one has not ended."""
    busy = connection.execute(
        f"SELECT 1 FROM tasks WHERE book = ? AND state NOT IN {schema.TERMINAL!r} LIMIT 1", (book,)
    ).fetchone()
    if busy:
        return False
    connection.execute("DELETE FROM tasks WHERE book = ?", (book,))
    connection.execute("DELETE FROM books WHERE id = ?", (book,))
    return True
