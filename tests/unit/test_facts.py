"""store/facts.py: wishes that time has overtaken."""

import sqlite3
import time

import pytest

from ambuda_desktop.store.facts import drop_wish, put_wish, wish


@pytest.mark.parametrize(("made", "kept"), [(-60.0, False), (-1.0, True), (86_400.0, False)])
def test_a_wish_of_the_past_or_of_a_clock_that_was_set_back_is_dropped(
    store: sqlite3.Connection, made: float, kept: bool
) -> None:
    # Given a wish made some seconds from now
    put_wish(store, "stop", True)
    store.execute("UPDATE wishes SET at = ?", (time.time() + made,))

    # When a daemon that began ten seconds ago drops what was not meant for it
    drop_wish(store, "stop", before=time.time() - 10)

    # Then only what was made since stays
    assert (wish(store, "stop") is True) == kept
