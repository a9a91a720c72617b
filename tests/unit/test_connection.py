"""store/connection.py: opening the store."""

import os
import sqlite3
from pathlib import Path

import pytest

from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.connection import connect, is_damage, transaction
from ambuda_desktop.store.control import insert_retry, pause_books
from ambuda_desktop.store.query import counts
from ambuda_desktop.store.schema import TABLE_NAMES
from ambuda_desktop.store.submit import NewTask, insert


def test_what_is_committed_is_there_for_others(paths: Paths) -> None:
    # Given two connections, when one commits, then the other sees it, and sees that something changed
    first, second = connect(paths.store), connect(paths.store)
    before = second.execute("PRAGMA data_version").fetchone()[0]
    insert(first, [NewTask("t")])
    assert second.execute("PRAGMA data_version").fetchone()[0] != before
    assert counts(second)["waiting"] == 1
    first.close()
    second.close()


def test_a_transaction_inside_of_another_is_a_part_of_it(store: sqlite3.Connection) -> None:
    def fail_after_it() -> None:
        with transaction(store):
            with transaction(store):
                insert(store, [NewTask("t")])
            raise AmbudaError("on purpose")

    with pytest.raises(AmbudaError, match="on purpose"):
        fail_after_it()
    assert counts(store)["waiting"] == 0


def test_commits_survive_a_power_cut(store: sqlite3.Connection) -> None:
    full = 2
    assert store.execute("PRAGMA synchronous").fetchone()[0] == full
    assert store.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_a_damaged_store_is_a_sentence(paths: Paths) -> None:
    paths.store.write_bytes(os.urandom(4096))
    with pytest.raises(AmbudaError, match="Your books are files"):
        connect(paths.store)


def test_a_store_of_a_newer_version_is_left_alone(paths: Paths) -> None:
    connection = connect(paths.store)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(AmbudaError, match="newer"):
        connect(paths.store)


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(AmbudaError, match="cannot be opened"):
        connect(tmp_path / "nowhere" / "store.db")


def test_a_store_of_the_first_version_is_brought_up_to_this_one(paths: Paths) -> None:
    # Given a store as version 1 made it: some tables less wide, and a failed task in it
    old = sqlite3.connect(paths.store, isolation_level=None)
    old.executescript(VERSION_1)
    old.close()

    # When it is opened, then its rows are there and can be used in the new ways
    connection = connect(paths.store)
    found = connection.execute("SELECT name, held, retried FROM tasks").fetchone()
    assert tuple(found) == ("ambuda.split_book", 0, 0)
    assert counts(connection)["failed"] == 1
    insert_retry(connection, NewTask("t", retry_of="a"), ["a"])
    assert counts(connection) == {"running": 0, "waiting": 1, "failed": 0, "done": 0, "cancelled": 0}
    pause_books(connection, ["gita"])
    connection.close()


@pytest.mark.parametrize("table", sorted(TABLE_NAMES))
def test_a_table_of_ours_that_somebody_dropped_is_damage(store: sqlite3.Connection, table: str) -> None:
    store.execute(f"DROP TABLE {table}")
    with pytest.raises(sqlite3.OperationalError) as met:
        store.execute(f"SELECT * FROM {table}")
    assert is_damage(met.value)


def test_a_table_that_was_never_ours_is_none(store: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.OperationalError) as met:
        store.execute("SELECT * FROM letters")
    assert not is_damage(met.value)


def test_the_names_of_our_tables_are_those_that_are_made(store: sqlite3.Connection) -> None:
    made = store.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    assert {row["name"] for row in made.fetchall()} == TABLE_NAMES


VERSION_1 = """
CREATE TABLE books (id TEXT PRIMARY KEY, title TEXT NOT NULL, source_sha256 TEXT NOT NULL, pages INTEGER,
                    added_at REAL NOT NULL);
CREATE TABLE tasks (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, pool TEXT NOT NULL, payload TEXT NOT NULL,
    state TEXT NOT NULL, current INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL DEFAULT 0,
    attempt INTEGER NOT NULL DEFAULT 0, losses INTEGER NOT NULL DEFAULT 0, generation TEXT,
    book TEXT REFERENCES books(id), parent TEXT, finish TEXT, retry_of TEXT, priority INTEGER NOT NULL DEFAULT 0,
    not_before REAL NOT NULL DEFAULT 0, waiting_for TEXT, cancelled INTEGER NOT NULL DEFAULT 0, result TEXT,
    error TEXT, traceback TEXT, submitted_at REAL NOT NULL, sent_at REAL, started_at REAL, ended_at REAL);
CREATE INDEX tasks_waiting ON tasks(pool, priority DESC, seq) WHERE state = 'PENDING';
CREATE TABLE counts (state TEXT PRIMARY KEY, n INTEGER NOT NULL);
CREATE TRIGGER tasks_count_in AFTER INSERT ON tasks BEGIN
    INSERT INTO counts VALUES(NEW.state, 1) ON CONFLICT(state) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER tasks_count_out AFTER DELETE ON tasks BEGIN
    UPDATE counts SET n = n - 1 WHERE state = OLD.state;
END;
CREATE TRIGGER tasks_count_move AFTER UPDATE OF state ON tasks WHEN OLD.state <> NEW.state BEGIN
    UPDATE counts SET n = n - 1 WHERE state = OLD.state;
    INSERT INTO counts VALUES(NEW.state, 1) ON CONFLICT(state) DO UPDATE SET n = n + 1;
END;
CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE wishes (key TEXT PRIMARY KEY, value TEXT NOT NULL, at REAL NOT NULL);
INSERT INTO books VALUES('gita', 'Gītā', '0', 3, 0);
INSERT INTO tasks(id, name, pool, payload, state, book, submitted_at)
    VALUES('a', 'ambuda.split_pdf', 'cpu', '{}', 'FAILURE', 'gita', 0);
PRAGMA user_version = 1;
"""
