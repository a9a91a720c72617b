"""cli/waiting_for_text.py: commands that wait for books and their texts."""

from contextlib import closing

import pytest

from ambuda_desktop.cli import session as session_module
from ambuda_desktop.cli import waiting
from ambuda_desktop.cli.session import Session
from ambuda_desktop.cli.waiting_for_text import follow_with_text
from ambuda_desktop.daemon.rebuild import see_to_store
from ambuda_desktop.paths import Paths
from tests.support import damage
from tests.support.rebuilding import add, end_plans, split


def test_a_store_that_is_damaged_before_the_first_look_keeps_nobody_from_waiting(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given a book that was accepted and is split, and a daemon that replaces a damaged store
    split(add(paths, "gita"), [1, 2, 3, 4])
    end_plans(paths)
    monkeypatch.setattr(waiting.Waiter, "start", lambda _: None)
    monkeypatch.setattr(session_module, "await_another_store", lambda *_: see_to_store(paths))

    # When the store is overwritten between the acceptance and the first look of whoever waits
    with closing(Session(paths)) as session:
        session.store.execute("SELECT * FROM books").fetchall()
        for path in paths.root.glob("store.db*"):
            if not path.name.endswith("-shm"):
                damage.overwrite(path, 0, path.stat().st_size)
        follow_with_text(session, ["gita"])

    # Then the end of the book is told all the same
    assert "gita: 4 pages" in capsys.readouterr().out
