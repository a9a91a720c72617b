import contextlib
import sqlite3
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ambuda_desktop import launch
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.connection import connect
from ambuda_desktop.store.facts import fact, put_fact
from ambuda_desktop.ui.store_watch import StoreWatch


def test_notices_a_write_of_somebody_else(qtbot: QtBot, watch: StoreWatch, store: sqlite3.Connection) -> None:
    with qtbot.waitSignal(watch.changed):
        put_fact(store, "daemon", {"state": "running"})
    assert fact(watch.connection, "daemon") == {"state": "running"}


def test_stays_silent_without_writes(qtbot: QtBot, watch: StoreWatch) -> None:
    # When two seconds' ticks pass with nothing written, Then nothing is said to have changed
    with qtbot.assertNotEmitted(watch.changed), qtbot.waitSignals([watch.second, watch.second]):
        pass


def test_reopens_a_replaced_file(
    qtbot: QtBot, watch: StoreWatch, paths: Paths, store: sqlite3.Connection
) -> None:
    # Given a store that somebody moves away and makes anew
    for suffix in ("", "-wal", "-shm"):
        file = paths.store.with_name(paths.store.name + suffix)
        if file.exists():
            file.rename(file.with_name(f"old-{file.name}"))

    # When the new one is written to
    with qtbot.waitSignal(watch.changed):
        fresh = connect(paths.store)
        put_fact(fresh, "daemon", {"state": "starting"})
        fresh.close()

    # Then it is the new one that is read
    qtbot.waitUntil(lambda: fact(watch.connection, "daemon") == {"state": "starting"})


def test_a_file_that_is_no_store_is_complained_of_once_and_the_next_one_is_read(
    qtbot: QtBot, watch: StoreWatch, paths: Paths, tmp_path: Path
) -> None:
    # Given a store in whose place somebody puts garbage
    said: list[str] = []
    watch.unreadable.connect(said.append)
    for path in paths.root.glob("store.db*"):
        path.rename(tmp_path / path.name)
    paths.store.write_bytes(b"no database" * 500)

    # When some seconds pass, then it is said once
    qtbot.waitUntil(lambda: bool(said))
    for _ in range(2):
        with qtbot.waitSignal(watch.second):
            pass
    (sentence,) = said
    assert "file is not a database" in sentence

    # And when the daemon has built another, then that is read, and the sentence is taken back
    with contextlib.closing(connect(tmp_path / "new.db")) as fresh:
        put_fact(fresh, "daemon", {"state": "starting"})
    (tmp_path / "new.db").replace(paths.store)
    qtbot.waitUntil(lambda: said[1:] == [""])
    assert fact(watch.connection, "daemon") == {"state": "starting"}


def test_a_window_that_starts_on_a_damaged_store_waits_for_the_daemon(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a damaged store, and a daemon that builds another
    paths.store.write_bytes(b"no database" * 500)
    started: list[Paths] = []

    def start(of: Paths) -> bool:
        paths.store.unlink()
        started.append(of)
        return True

    monkeypatch.setattr(launch, "start_daemon", start)

    # When a window opens, then it started one, and reads what that made
    with contextlib.closing(StoreWatch(paths)) as watch:
        assert fact(watch.connection, "daemon") is None
    assert started == [paths]


def test_the_gui_thread_cannot_write(watch: StoreWatch) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        put_fact(watch.connection, "daemon", {})
