"""Accepting work: a row inserted here is a task accepted, whether or not a daemon runs."""

import json
import sqlite3
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class NewTask:
    """A task to accept. `args`, `kwargs` and `options` must be JSON; `options` are those of `send_task`."""

    name: str
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    args: Sequence[Any] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    pool: str = "cpu"
    book: str | None = None
    parent: str | None = None
    retry_of: str | None = None
    priority: int = 0
    not_before: float = 0.0  # seconds since 1970
    #: `not_before` in ISO 8601, where a moment was asked for and no pause: a clock that is set does not move it.
    eta: str | None = None

    @property
    def payload(self) -> str:
        eta = {"eta": self.eta} if self.eta else {}
        return json.dumps({"args": self.args, "kwargs": self.kwargs, "options": self.options, **eta})


def child_id(parent: str, name: str) -> str:
    """An id that follows from the parent's, so that submitting a child twice submits it once."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{parent} {name}"))


def insert_book(connection: sqlite3.Connection, book: str, title: str, source_sha256: str) -> None:
    """Note a book whose folder lies in the library already."""
    connection.execute(
        "INSERT INTO books(id, title, source_sha256, added_at) VALUES(?, ?, ?, ?)",
        (book, title, source_sha256, time.time()),
    )


def set_pages(connection: sqlite3.Connection, book: str, pages: int) -> None:
    """Note how many pages a book has."""
    connection.execute("UPDATE books SET pages = ? WHERE id = ?", (pages, book))


def insert(connection: sqlite3.Connection, tasks: Iterable[NewTask]) -> None:
    """Accept tasks in the order given; an id that is there already is left as it is."""
    now = time.time()
    connection.executemany(
        """INSERT INTO tasks(id, name, pool, payload, state, book, parent, retry_of, priority,
                             not_before, submitted_at, held)
           VALUES(?, ?, ?, ?, 'PENDING', ?, ?, ?, ?, ?, ?, coalesce((SELECT paused FROM books WHERE id = ?), 0))
           ON CONFLICT(id) DO NOTHING""",
        (
            (
                t.id,
                t.name,
                t.pool,
                t.payload,
                t.book,
                t.parent,
                t.retry_of,
                t.priority,
                t.not_before,
                now,
                t.book,
            )
            for t in tasks
        ),
    )


def submit_again(connection: sqlite3.Connection, task: NewTask) -> bool:
    """Let a task in flight wait again with a new payload: what Celery's `Task.retry` asks for.

    Returns False where there is no row with its id. Pool, book and parent stay. A row that waits already, or has
    ended, stays as it is: an id is one task, and its end is recorded once. One that was cancelled ends here.
    """
    connection.execute(
        """UPDATE tasks SET state = CASE cancelled WHEN 1 THEN 'REVOKED' ELSE 'PENDING' END,
                            ended_at = CASE cancelled WHEN 1 THEN ? END,
                            payload = ?, not_before = ?, generation = NULL, started_at = NULL, waiting_for = 'retry'
           WHERE id = ? AND state IN ('SENT', 'STARTED', 'PROGRESS')""",
        (time.time(), task.payload, task.not_before, task.id),
    )
    return connection.execute("SELECT 1 FROM tasks WHERE id = ?", (task.id,)).fetchone() is not None
