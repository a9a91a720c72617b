import sqlite3

import pytest
from pytestqt.qtbot import QtBot

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


def test_the_gui_thread_cannot_write(watch: StoreWatch) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        put_fact(watch.connection, "daemon", {})
