"""The daemon's view: which row goes out next, what came back, and what waits again."""

import json
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ambuda_desktop.pools import POOLS
from ambuda_desktop.store import schema
from ambuda_desktop.store.control import paused_pools
from ambuda_desktop.store.submit import NewTask, child_id, insert

MAX_LOSSES = 3  # so often a task may take its pool process with it
_IN_FLIGHT = "('SENT', 'STARTED', 'PROGRESS')"


@dataclass(frozen=True)
class Update:
    """What the result backend says of a task; `current` and `total` are 0 where it says nothing of them."""

    id: str
    state: str
    generation: str | None = None
    current: int = 0
    total: int = 0
    result: Any = None
    error: str | None = None
    traceback: str | None = None


def waiting(connection: sqlite3.Connection, pool: str, limit: int) -> list[sqlite3.Row]:
    """The next rows to send: highest priority first, then first come, first served."""
    return connection.execute(
        """SELECT * FROM tasks WHERE state = 'PENDING' AND held = 0 AND pool = ? AND not_before <= ?
           ORDER BY priority DESC, seq LIMIT ?""",
        (pool, time.time(), limit),
    ).fetchall()


def mark_sent(connection: sqlite3.Connection, ids: Iterable[str], generation: str) -> list[sqlite3.Row]:
    """Note that rows go to a generation, and return them: noted before they are published, so that none is
    sent unnoticed."""
    rows = []
    for i in ids:
        rows += connection.execute(
            """UPDATE tasks SET state = 'SENT', attempt = attempt + 1, generation = ?, sent_at = ?,
                                current = 0, waiting_for = NULL
               WHERE id = ? AND state = 'PENDING' RETURNING *""",
            (generation, time.time(), i),
        ).fetchall()
    return rows


def hold_for_code(connection: sqlite3.Connection, ids: Iterable[str]) -> None:
    """Keep rows back, because no live worker knows a task of their name."""
    connection.executemany(
        f"UPDATE tasks SET held = held | {schema.HELD_FOR_CODE} WHERE id = ? AND state = 'PENDING'",
        [(i,) for i in ids],
    )


def in_flight(connection: sqlite3.Connection) -> list[sqlite3.Row]:
    """The rows a worker has or will have."""
    return connection.execute(
        f"SELECT id, pool, generation, pid, state, attempt, sent_at, started_at FROM tasks WHERE state IN {_IN_FLIGHT}"
    ).fetchall()


def record(connection: sqlite3.Connection, updates: Sequence[Update]) -> bool:
    """Write what came back, one row a task; returns whether a task ended.

    An end is final, and what a generation says of a task that was since given to another one counts only if it is
    an end. That a task has started only its own process says (`running.claim`): news of it may come late, and what
    has not started may be taken back.
    """
    now = time.time()
    ended = False
    for u in updates:
        if u.state in schema.TERMINAL:
            cursor = connection.execute(
                """UPDATE tasks SET state = ?, result = ?, error = ?, traceback = ?, ended_at = ?, waiting_for = NULL,
                       current = CASE WHEN ? = 'SUCCESS' THEN total ELSE current END
                   WHERE id = ? AND state NOT IN ('SUCCESS', 'FAILURE', 'REVOKED')""",
                (u.state, json.dumps(u.result), u.error, u.traceback, now, u.state, u.id),
            )
            ended = ended or cursor.rowcount > 0
        elif u.state == schema.PROGRESS:
            connection.execute(
                f"""UPDATE tasks SET state = 'PROGRESS', current = ?, total = ?, started_at = coalesce(started_at, ?)
                    WHERE id = ? AND state IN {_IN_FLIGHT} AND generation = ?""",
                (u.current, u.total, now, u.id, u.generation),
            )
    return ended


def wait_again(connection: sqlite3.Connection, ids: Iterable[str]) -> None:
    """Send rows back to waiting, because what had them is gone; cancelled ones end instead."""
    now = time.time()
    for i in ids:
        connection.execute(
            f"""UPDATE tasks SET state = CASE cancelled WHEN 1 THEN 'REVOKED' ELSE 'PENDING' END,
                   ended_at = CASE cancelled WHEN 1 THEN ? END, generation = NULL, started_at = NULL
               WHERE id = ? AND state IN {_IN_FLIGHT}""",
            (now, i),
        )


def bring_forward(connection: sqlite3.Connection, seconds: float) -> None:
    """Let rows that wait for a while wait for a moment that is so much earlier, because the clock was set back; those
    that were asked for at a moment (`eta`) wait for that one."""
    rows = connection.execute(
        "SELECT id, payload, not_before FROM tasks WHERE state = 'PENDING' AND not_before > ?", (time.time(),)
    ).fetchall()
    connection.executemany(
        "UPDATE tasks SET not_before = not_before - ? WHERE id = ?",
        [(seconds, r["id"]) for r in rows if not _waits_for_its_moment(r)],
    )


def _waits_for_its_moment(row: sqlite3.Row) -> bool:
    """A row that had a moment may wait for another by now. Not asked of SQLite, which takes no `NaN` for JSON."""
    try:
        moment = datetime.fromisoformat(json.loads(row["payload"])["eta"]).timestamp()
    except (ValueError, TypeError, KeyError):
        return False  # none was asked for
    return bool(abs(moment - row["not_before"]) <= 1)


def take_back(connection: sqlite3.Connection, live: Iterable[str]) -> int:
    """Let wait again what was sent to other generations than the live ones and has not begun there.

    A worker claims a task before it runs it: so none that is taken back here starts in old code. Returns how many.
    """
    return connection.execute(
        """UPDATE tasks SET state = CASE cancelled WHEN 1 THEN 'REVOKED' ELSE 'PENDING' END,
               ended_at = CASE cancelled WHEN 1 THEN ? END, generation = NULL
           WHERE state = 'SENT' AND generation NOT IN (SELECT value FROM json_each(?))""",
        (time.time(), json.dumps(list(live))),
    ).rowcount


def lost(connection: sqlite3.Connection, ids: Iterable[str], reason: str, advice: str = "") -> bool:
    """The pool process died under these tasks: they wait again, but not for ever. True if one ended.

    `advice`: a sentence that says what to do about it.
    """
    ended = False
    for i in ids:
        row = connection.execute(
            f"UPDATE tasks SET losses = losses + 1 WHERE id = ? AND state IN {_IN_FLIGHT} RETURNING losses",
            (i,),
        ).fetchone()
        if row is None:
            continue
        if row["losses"] < MAX_LOSSES:
            wait_again(connection, [i])
            continue
        sentence = (
            f"This task stopped its worker {MAX_LOSSES} times ({reason}), so it is not tried again. {advice}"
        )
        ended |= record(connection, [Update(i, schema.FAILURE, error=sentence.strip())])
    return ended


def parents_to_finish(connection: sqlite3.Connection) -> list[sqlite3.Row]:
    """Parents that name a `finish` task, have ended, and whose children have all ended."""
    return connection.execute(
        """SELECT p.* FROM tasks p
           WHERE p.finish IS NOT NULL AND p.state IN ('SUCCESS', 'FAILURE', 'REVOKED') AND NOT EXISTS (
               SELECT 1 FROM tasks c WHERE c.parent = p.id AND c.state NOT IN ('SUCCESS', 'FAILURE', 'REVOKED'))"""
    ).fetchall()


def insert_finishes(connection: sqlite3.Connection) -> int:
    """Submit the `finish` task of each of these parents.

    Its id follows from the parent's, so that it is submitted once whatever happens in between.
    """
    parents = parents_to_finish(connection)
    for parent in parents:
        finish = json.loads(parent["finish"])
        task = NewTask(
            finish["name"], finish["kwargs"], id=child_id(parent["id"], "finish"),
            pool=finish["pool"], book=parent["book"], parent=parent["id"], priority=parent["priority"],
        )  # fmt: skip
        insert(connection, [task])
        connection.execute("UPDATE tasks SET finish = NULL WHERE id = ?", (parent["id"],))
    return len(parents)


def unfinished_books(connection: sqlite3.Connection) -> int:
    """How many books have a task that waits for no person."""
    found: int = connection.execute(
        f"""SELECT count(DISTINCT book) FROM tasks
            WHERE NOT cancelled AND (state IN {_IN_FLIGHT} OR (state = 'PENDING' AND held = 0))"""
    ).fetchone()[0]
    return found


def work_is_left(connection: sqlite3.Connection) -> bool:
    """Whether there is anything to do that waits for no person: a task, or a finish task to be submitted."""
    pools = set(POOLS) - paused_pools(connection)
    found = connection.execute(
        f"""SELECT EXISTS(SELECT 1 FROM tasks WHERE state IN {_IN_FLIGHT})
                OR EXISTS(SELECT 1 FROM tasks WHERE state = 'PENDING' AND held = 0
                                                AND pool IN (SELECT value FROM json_each(?)))""",
        (json.dumps(sorted(pools)),),
    ).fetchone()
    return bool(found[0] or parents_to_finish(connection))
