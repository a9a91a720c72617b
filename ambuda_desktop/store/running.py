"""A worker's view: may this task start, should it go on, and the ends that Celery has no state for."""

import json
import math
import sqlite3
import time
from collections.abc import Sequence
from typing import Literal

from ambuda_desktop.store import schema
from ambuda_desktop.store.connection import unsynced
from ambuda_desktop.store.control import PAUSED
from ambuda_desktop.store.facts import STOPPING
from ambuda_desktop.store.submit import NewTask, insert

Verdict = Literal["run", "ignore", "cancelled", "wait"]


def claim(connection: sqlite3.Connection, task_id: str, attempt: int, pid: int) -> Verdict:
    """Take a task in hand, if this attempt of it is still the one that counts.

    From here on it runs in this process: before, the daemon may have taken it back for a newer generation. Not
    fsynced: after a power cut nothing runs any more, and the row waits again whatever it says.
    """
    with unsynced(connection):
        row = connection.execute(
            """UPDATE tasks SET state = 'STARTED', started_at = ?, pid = ?
               WHERE id = ? AND state IN ('SENT', 'STARTED', 'PROGRESS') AND attempt = ? RETURNING cancelled""",
            (time.time(), pid, task_id, attempt),
        ).fetchone()
    if row is None:
        return "ignore"
    return "cancelled" if row["cancelled"] else "run"


def may_go_on(connection: sqlite3.Connection, task_id: str) -> Verdict:
    """Asked between two pages: whether the task was cancelled, or must wait (paused, or the daemon stops)."""
    row = connection.execute(
        f"""SELECT cancelled, held & {schema.HELD_BY_PAUSE} OR
                  EXISTS(SELECT 1 FROM facts WHERE key = ? AND value = 'true') OR
                  EXISTS(SELECT 1 FROM wishes w, json_each(w.value) p WHERE w.key = ? AND p.value = tasks.pool)
                  AS wait
           FROM tasks WHERE id = ?""",
        (STOPPING, PAUSED, task_id),
    ).fetchone()
    if row is None:
        return "run"
    return "cancelled" if row["cancelled"] else "wait" if row["wait"] else "run"


def revoke(connection: sqlite3.Connection, task_id: str) -> None:
    """Note that a cancelled task has ended."""
    connection.execute(
        "UPDATE tasks SET state = 'REVOKED', ended_at = ? WHERE id = ? AND state IN ('SENT', 'STARTED', 'PROGRESS')",
        (time.time(), task_id),
    )


def park(connection: sqlite3.Connection, task_id: str, waiting_for: str | None, not_before: float) -> None:
    """Let a task wait in the store, where it occupies no worker, until `not_before` (seconds since 1970;
    infinity: until a person releases it)."""
    held = schema.HELD_FOR_ANSWER if not_before == math.inf else 0
    connection.execute(
        """UPDATE tasks SET state = CASE cancelled WHEN 1 THEN 'REVOKED' ELSE 'PENDING' END,
                            ended_at = CASE cancelled WHEN 1 THEN ? END,
                            waiting_for = ?, not_before = ?, held = held | ?, generation = NULL, started_at = NULL
           WHERE id = ? AND state IN ('SENT', 'STARTED', 'PROGRESS')""",
        (time.time(), waiting_for, 0.0 if held else not_before, held, task_id),
    )


def spawn(connection: sqlite3.Connection, parent: str, children: Sequence[NewTask], finish: NewTask) -> None:
    """Submit `children` of a running task, and name the task that finishes them: together or not at all."""
    insert(connection, children)
    connection.execute(
        "UPDATE tasks SET finish = ? WHERE id = ?",
        (json.dumps({"name": finish.name, "kwargs": dict(finish.kwargs), "pool": finish.pool}), parent),
    )


def book_of(connection: sqlite3.Connection, task_id: str) -> str | None:
    """The book that a task belongs to."""
    row = connection.execute("SELECT book FROM tasks WHERE id = ?", (task_id,)).fetchone()
    return row["book"] if row else None


def parent_of(connection: sqlite3.Connection, task_id: str) -> str | None:
    """The task that submitted it."""
    row = connection.execute("SELECT parent FROM tasks WHERE id = ?", (task_id,)).fetchone()
    return row["parent"] if row else None


def losses(connection: sqlite3.Connection, task_id: str) -> int:
    """How often a task took its pool process with it."""
    row = connection.execute("SELECT losses FROM tasks WHERE id = ?", (task_id,)).fetchone()
    return row["losses"] if row else 0


def is_cancelled_beside(connection: sqlite3.Connection, task_id: str) -> bool:
    """Whether a task of the same parent was cancelled: somebody ended what a finish task ends."""
    row = connection.execute(
        """SELECT EXISTS(SELECT 1 FROM tasks WHERE cancelled = 1
               AND parent = (SELECT parent FROM tasks WHERE id = ?))""",
        (task_id,),
    ).fetchone()
    return bool(row[0])
