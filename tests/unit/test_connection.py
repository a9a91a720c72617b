"""store/connection.py: opening the store."""

import os
import sqlite3
from pathlib import Path

import pytest

from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.connection import connect
from ambuda_desktop.store.query import counts
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
