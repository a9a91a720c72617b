"""Facts (what the daemon knows, written by it alone) and wishes (what others want of it)."""

import json
import sqlite3
import time
from typing import Any

#: The fact that tells running tasks to wait again at their next step.
STOPPING = "stopping"


def put_fact(connection: sqlite3.Connection, key: str, value: Any) -> None:
    """Write a fact; the caller does so only when it changed, because each write wakes every window."""
    _put(connection, "facts", key, value)


def fact(connection: sqlite3.Connection, key: str) -> Any:
    """The fact, or None."""
    return _get(connection, "facts", key)


def facts(connection: sqlite3.Connection) -> dict[str, Any]:
    """All facts."""
    return {
        row["key"]: json.loads(row["value"]) for row in connection.execute("SELECT * FROM facts").fetchall()
    }


def put_wish(connection: sqlite3.Connection, key: str, value: Any) -> None:
    """Ask the daemon for something; docs/architecture.md lists the wishes: `pools` {"cpu": 2}, `stop` true, ..."""
    _put(connection, "wishes", key, value)


def wish(connection: sqlite3.Connection, key: str) -> Any:
    """The wish, or None."""
    return _get(connection, "wishes", key)


def take_wish(connection: sqlite3.Connection, key: str) -> Any:
    """The wish, which is forgotten with that, or None: one that is made meanwhile is not forgotten unheard."""
    row = connection.execute("DELETE FROM wishes WHERE key = ? RETURNING value", (key,)).fetchone()
    return json.loads(row["value"]) if row else None


def drop_wish(connection: sqlite3.Connection, key: str, before: float) -> None:
    """Forget a wish that was made before a moment (seconds since 1970), or in the future: the clock was set back."""
    connection.execute("DELETE FROM wishes WHERE key = ? AND (at < ? OR at > ?)", (key, before, time.time()))


def _put(connection: sqlite3.Connection, table: str, key: str, value: Any) -> None:
    connection.execute(
        f"INSERT INTO {table}(key, value, at) VALUES(?, ?, ?) "
        "ON CONFLICT(key) DO UPDATE SET value = excluded.value, at = excluded.at",
        (key, json.dumps(value), time.time()),
    )


def _get(connection: sqlite3.Connection, table: str, key: str) -> Any:
    row = connection.execute(f"SELECT value FROM {table} WHERE key = ?", (key,)).fetchone()
    return json.loads(row["value"]) if row else None
