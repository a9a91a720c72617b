"""daemon/fact_board.py: sentences for the user."""

import sqlite3
import time

import pytest

from ambuda_desktop.daemon.fact_board import FactBoard
from ambuda_desktop.store.facts import fact, put_fact


@pytest.mark.parametrize(("said", "times"), [(-3.0, 1), (-60.0, 2), (86_400.0, 2)])
def test_a_sentence_is_said_again_unless_it_was_said_just_now(
    store: sqlite3.Connection, said: float, times: int
) -> None:
    # Given a notice some seconds old; or from the future, where the clock was set back since
    put_fact(store, "notices", [{"at": time.time() + said, "sentence": "Redis stopped."}])

    # When the same happens again
    board = FactBoard(store)
    board.notice("Redis stopped.")
    board.write({})

    # Then it is one notice only where both are one event
    assert len(fact(store, "notices")) == times
