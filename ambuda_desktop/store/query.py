"""Looking at tasks: for the window and the command line. Nothing here writes."""

import json
import sqlite3
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ambuda_desktop.store import schema

_COLUMNS = """seq, id, name, pool, payload, state, current, total, attempt, generation, pid, book, parent,
              retry_of, retried, not_before, waiting_for, held, cancelled, result, error, traceback,
              submitted_at, sent_at, started_at, ended_at"""

#: The filters of the window's sidebar and of `tasks --state`: a word and the states it stands for.
STATE_GROUPS: dict[str, tuple[str, ...]] = {
    "running": schema.IN_FLIGHT,
    "waiting": (schema.PENDING,),
    "failed": (schema.FAILURE,),
    "done": (schema.SUCCESS,),
    "cancelled": (schema.REVOKED,),
}

PORTION = 10_000  # rows


@dataclass(frozen=True, slots=True)
class Task:
    """One row of the store. Times are seconds since 1970, or None where it has not come to that."""

    seq: int
    id: str
    name: str
    pool: str
    payload: str
    state: str
    current: int
    total: int
    attempt: int
    generation: str | None
    pid: int | None
    book: str | None
    parent: str | None
    retry_of: str | None
    retried: int
    not_before: float
    waiting_for: str | None
    held: int
    cancelled: int
    result: str | None
    error: str | None
    traceback: str | None
    submitted_at: float
    sent_at: float | None
    started_at: float | None
    ended_at: float | None

    @property
    def ended(self) -> bool:
        return self.state in schema.TERMINAL

    @property
    def kwargs(self) -> dict[str, Any]:
        """The keyword arguments the task was submitted with."""
        arguments: dict[str, Any] = json.loads(self.payload)["kwargs"]
        return arguments

    @property
    def value(self) -> Any:
        """The task's result, decoded."""
        return json.loads(self.result) if self.result else None


@dataclass(frozen=True)
class TaskFilter:
    """Which tasks to show: a group of states, a book, and text found in name, id, book or arguments."""

    group: str | None = None
    book: str | None = None
    text: str = ""


def task(connection: sqlite3.Connection, task_id: str) -> Task | None:
    """One task by its id, or by the beginning of it where only one task has that."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM tasks WHERE id >= ? AND id < ? LIMIT 2", (task_id, task_id + "\x7f")
    ).fetchall()
    return Task(*rows[0]) if len(rows) == 1 or (rows and rows[0]["id"] == task_id) else None


def ids_beginning(connection: sqlite3.Connection, start: str, limit: int) -> list[str]:
    """The ids of at most `limit` tasks that begin with `start`, newest first."""
    rows = connection.execute(
        "SELECT id FROM tasks WHERE id >= ? AND id < ? ORDER BY seq DESC LIMIT ?",
        (start, start + "\x7f", limit),
    ).fetchall()
    return [row["id"] for row in rows]


def task_seqs(connection: sqlite3.Connection, wanted: TaskFilter) -> list[int]:
    """The `seq` of every task that passes the filter, newest first."""
    return task_seq_array(connection, wanted).tolist()


def task_seq_array(connection: sqlite3.Connection, wanted: TaskFilter, after: int = 0) -> "array[int]":
    """The same as `task_seqs` in 8 bytes a task; a second for a million.

    `after`: only those with a higher `seq`.
    """
    where, values = ["seq > ?"], list[Any]([after])
    if wanted.group is not None:
        states = STATE_GROUPS[wanted.group]
        where.append(f"state IN ({','.join('?' * len(states))})")
        values += states
        if wanted.group == "failed":
            where.append("retried = 0")
    if wanted.book is not None:
        where.append("book = ?")
        values.append(wanted.book)
    if wanted.text:
        where.append("(name || ' ' || id || ' ' || coalesce(book, '') || ' ' || payload) LIKE ? ESCAPE '\\'")
        escaped = wanted.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        values.append(f"%{escaped}%")
    cursor = connection.cursor()
    cursor.row_factory = None  # bare tuples: a million Row objects cost a second
    cursor.execute(f"SELECT seq FROM tasks WHERE {' AND '.join(where)} ORDER BY seq DESC", values)
    seqs = array("q")
    # In portions, because other threads wait as long as one of them is made into Python objects.
    while portion := cursor.fetchmany(PORTION):
        seqs.extend([seq for (seq,) in portion])
    return seqs


def tasks(connection: sqlite3.Connection, seqs: Sequence[int]) -> dict[int, Task]:
    """The rows with these `seq`, by `seq`: what a screenful of a table needs (80 us for 40 rows)."""
    marks = ",".join("?" * len(seqs))
    rows = connection.execute(f"SELECT {_COLUMNS} FROM tasks WHERE seq IN ({marks})", list(seqs)).fetchall()
    return {row["seq"]: Task(*row) for row in rows}


def task_ids(connection: sqlite3.Connection, seqs: Sequence[int]) -> list[str]:
    """The ids of these tasks."""
    rows = connection.execute(
        "SELECT id FROM tasks WHERE seq IN (SELECT value FROM json_each(?))", (json.dumps(list(seqs)),)
    ).fetchall()
    return [row["id"] for row in rows]


def children(connection: sqlite3.Connection, parent: str) -> list[Task]:
    """The tasks that a task submitted, in order."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM tasks WHERE parent = ? ORDER BY seq", (parent,)
    ).fetchall()
    return [Task(*row) for row in rows]


def history(connection: sqlite3.Connection, task_id: str) -> list[Task]:
    """A task with all that tried it before and after: one history, oldest first."""
    rows = connection.execute(
        f"""WITH RECURSIVE line(id, before) AS (
                SELECT id, retry_of FROM tasks WHERE id = ?
                UNION SELECT t.id, t.retry_of FROM tasks t JOIN line l ON t.id = l.before OR t.retry_of = l.id)
            SELECT {_COLUMNS} FROM tasks WHERE id IN (SELECT id FROM line) ORDER BY seq""",
        (task_id,),
    ).fetchall()
    return [Task(*row) for row in rows]


def failed(connection: sqlite3.Connection) -> list[Task]:
    """The failed tasks that nothing has tried again, oldest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM tasks WHERE state = 'FAILURE' AND retried = 0 ORDER BY seq"
    ).fetchall()
    return [Task(*row) for row in rows]


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """How many tasks there are in each group of states."""
    by_state = dict(connection.execute("SELECT state, n FROM counts").fetchall())
    return {group: sum(by_state.get(s, 0) for s in states) for group, states in STATE_GROUPS.items()}


def book_counts(connection: sqlite3.Connection, book: str) -> dict[str, int]:
    """How many tasks of one book there are in each group of states."""
    rows = connection.execute(
        """SELECT CASE retried WHEN 1 THEN 'RETRIED' ELSE state END AS state, count(*) AS n
           FROM tasks WHERE book = ? GROUP BY 1""",
        (book,),
    ).fetchall()
    by_state = {row["state"]: row["n"] for row in rows}
    return {group: sum(by_state.get(s, 0) for s in states) for group, states in STATE_GROUPS.items()}


def total(connection: sqlite3.Connection, book: str | None = None) -> int:
    """How many tasks there are, those that were tried again too; of one book, or of all."""
    if book is None:
        row = connection.execute("SELECT coalesce(sum(n), 0) FROM counts").fetchone()
    else:
        row = connection.execute("SELECT count(*) FROM tasks WHERE book = ?", (book,)).fetchone()
    count: int = row[0]
    return count
