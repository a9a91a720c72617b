"""daemon/main.py: what goes on between two daemons of one process. The daemon is the test's own."""

import os
import signal
import sqlite3
from collections.abc import Iterator

import pytest

from ambuda_desktop.daemon import main
from ambuda_desktop.locks import FileLock
from ambuda_desktop.paths import Paths


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """None of them ends the tests, and all are as they were afterwards."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_a_store_is_built_ends_the_program(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    # Given a daemon that ends because its store is damaged
    begun: list[Paths] = []

    class Damaged:
        asked_to_stop = False

        def __init__(self, paths: Paths, *_: object) -> None:
            assert not begun, "another daemon was begun"
            begun.append(paths)

        def run_until_damage(self, *, while_needed: bool) -> Exception | None:
            return sqlite3.DatabaseError("malformed")

    # When the signal comes while another store is built
    def build(_paths: Paths, damage: Exception | None) -> None:
        if damage is not None:
            os.kill(os.getpid(), number)

    monkeypatch.setattr(main, "Daemon", Damaged)
    monkeypatch.setattr(main, "see_to_store", build)
    monkeypatch.setattr("ambuda_desktop.logs.to_file", lambda *_, **__: None)
    main.run(paths, while_needed=False, foreground=False)

    # Then no other daemon is begun, and its lock is free
    assert begun == [paths]
    lock = FileLock.take(paths.locks / "daemon.lock")
    assert lock is not None
    lock.release()
