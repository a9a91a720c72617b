"""Every change of a task's state, written down by the store itself: a trigger misses none, and no kill stops it."""

import sqlite3

from ambuda_desktop.store.schema import TERMINAL

_LOG = """
CREATE TABLE chaos_log (id TEXT, old TEXT, new TEXT, attempt INTEGER, at REAL);
CREATE TRIGGER chaos_log_state AFTER UPDATE OF state ON tasks WHEN OLD.state <> NEW.state BEGIN
    INSERT INTO chaos_log VALUES(NEW.id, OLD.state, NEW.state, NEW.attempt, (julianday('now') - 2440587.5) * 86400);
END;
CREATE TRIGGER chaos_log_removed AFTER DELETE ON tasks BEGIN
    INSERT INTO chaos_log VALUES(OLD.id, OLD.state, 'removed', OLD.attempt, (julianday('now') - 2440587.5) * 86400);
END;
"""


def begin_log(connection: sqlite3.Connection) -> None:
    """Let the store write down each change from now on."""
    connection.executescript(_LOG)


def ended_twice(connection: sqlite3.Connection) -> list[str]:
    """The tasks that had more than one end, or went on after it."""
    ends: dict[str, list[str]] = {}
    for row in connection.execute("SELECT id, old, new FROM chaos_log ORDER BY rowid").fetchall():
        if row["old"] in TERMINAL or row["new"] in TERMINAL:
            ends.setdefault(row["id"], []).append(f"{row['old']} -> {row['new']}")
    return [f"{task}: {', '.join(changes)}" for task, changes in ends.items() if len(changes) > 1]
