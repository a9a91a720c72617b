"""What can still be read of a damaged store: accepted tasks that have not ended, and stand in no book's folder."""

import contextlib
import json
import logging
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.split import SplitBook
from ambuda_desktop.pools import POOLS
from ambuda_desktop.store import schema

log = logging.getLogger(__name__)

MOST_IN_VAIN = 10_000  # rows that cannot be read one after another: then the rest of the file is given up
_WAITING = (schema.PENDING, *schema.IN_FLIGHT)
_PLANS: dict[str, type[SplitBook | OcrBook]] = {SplitBook.task: SplitBook, OcrBook.task: OcrBook}
_TEXTS = ("id", "name", "pool", "payload", "state")
_NUMBERS = (
    "current", "total", "attempt", "losses", "retried", "priority", "not_before", "held", "cancelled", "submitted_at"
)  # fmt: skip
#: Of the run that was: nothing runs any more.
_FORGOTTEN: dict[str, Any] = {"state": schema.PENDING, "generation": None, "pid": None, "started_at": None}


@dataclass
class Salvage:
    """What a file still tells of tasks that were accepted and have not ended."""

    #: Rows without a book, as they can be inserted again.
    tasks: list[dict[str, Any]] = field(default_factory=list)
    #: By book: what waits to be planned. All else of a book is planned anew from its folder.
    plans: dict[str, list[SplitBook | OcrBook]] = field(default_factory=dict)
    #: How many tasks that have not ended could not be read; None: that could not be read either.
    unread: int | None = None


def salvage(store: Path) -> Salvage:
    """Read what a file still tells. Raises nothing because of what it does not. 3 s for a million rows."""
    found = Salvage()
    if not store.exists():
        return found
    with (
        # IndexError: it has not all columns; the others: what was overwritten looks like a number that there is not.
        contextlib.suppress(sqlite3.Error, IndexError, OverflowError, ValueError),
        # Read-only: the file is kept as it is.
        contextlib.closing(sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)) as connection,
    ):
        connection.row_factory = sqlite3.Row
        connection.execute(
            "PRAGMA writable_schema=ON"
        )  # so that a file that was cut is read as far as it goes
        if connection.execute("PRAGMA user_version").fetchone()[0] == schema.VERSION:
            _read(connection, found)
    return found


def insert_again(connection: sqlite3.Connection, row: dict[str, Any]) -> bool:
    """Whether the row was inserted: a task with its id may be there already."""
    names = ", ".join(row)
    marks = ", ".join("?" * len(row))
    cursor = connection.execute(
        f"INSERT INTO tasks({names}) VALUES({marks}) ON CONFLICT(id) DO NOTHING", list(row.values())
    )
    return cursor.rowcount > 0


def _read(connection: sqlite3.Connection, found: Salvage) -> None:
    waiting = 0
    for row in _rows(connection):
        if (row["state"] in schema.TERMINAL and row["finish"] is None) or not _is_whole(row):
            continue
        waits = row["state"] in _WAITING
        waiting += waits
        if row["book"] is None and (row["finish"] is not None or (waits and not row["cancelled"])):
            again = {name: value for name, value in dict(row).items() if name != "seq"}
            found.tasks.append({**again, **_FORGOTTEN} if waits else again)
        elif waits and not row["cancelled"] and (plan := _plan(row)):
            found.plans.setdefault(plan.book, []).append(plan)
    (counted,) = connection.execute(f"SELECT sum(n) FROM counts WHERE state IN {_WAITING!r}").fetchone()
    found.unread = max(0, int(counted or 0) - waiting)


def _rows(connection: sqlite3.Connection) -> Iterator[sqlite3.Row]:
    """The rows in the order of their arrival, past those that cannot be read."""
    place = in_vain = 0
    while in_vain < MOST_IN_VAIN:
        try:
            # By the table alone: its indexes may be what is damaged.
            for row in connection.execute(
                "SELECT * FROM tasks NOT INDEXED WHERE seq >= ? ORDER BY seq", (place,)
            ):
                place, in_vain = max(place, row["seq"] + 1), 0
                yield row
        except sqlite3.DatabaseError:
            place, in_vain = place + 1, in_vain + 1
        else:
            return
    log.warning("The rows from %s on cannot be read", place - in_vain)


def _is_whole(row: sqlite3.Row) -> bool:
    """Damage need not be an error: what was overwritten may look like a row."""
    if not all(isinstance(row[name], str) for name in _TEXTS):
        return False
    if not all(isinstance(row[name], int | float) for name in _NUMBERS):
        return False
    if row["pool"] not in POOLS or row["state"] not in (*_WAITING, *schema.TERMINAL):
        return False
    return row["state"] in schema.TERMINAL or _payload(row) is not None


def _payload(row: sqlite3.Row) -> dict[str, Any] | None:
    try:
        payload = json.loads(row["payload"])
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) and payload.keys() >= {"args", "kwargs", "options"} else None


def _plan(row: sqlite3.Row) -> SplitBook | OcrBook | None:
    """What waits to be planned of a book; None where the task is another one, or says no such thing."""
    kind, payload = _PLANS.get(row["name"]), _payload(row)
    if kind is None or payload is None:
        return None
    try:
        plan = kind.model_validate(payload["kwargs"]["params"])
    except (KeyError, TypeError, ValidationError):
        return None
    return plan if plan.book == row["book"] else None
