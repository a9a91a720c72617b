"""store/running.py: what a worker asks before it starts and between two pages."""

import sqlite3

import pytest

from ambuda_desktop.store import running
from ambuda_desktop.store.control import cancel
from ambuda_desktop.store.dispatch import mark_sent, wait_again
from ambuda_desktop.store.facts import STOPPING, put_fact
from ambuda_desktop.store.query import task
from ambuda_desktop.store.submit import NewTask, insert


@pytest.fixture
def sent(store: sqlite3.Connection) -> str:
    """A task in flight, at its first attempt."""
    insert(store, [NewTask("t", id="a")])
    mark_sent(store, ["a"], "cpu.x.1")
    return "a"


def test_a_message_counts_once(store: sqlite3.Connection, sent: str) -> None:
    # Given a message of the first attempt, then it counts
    assert running.claim(store, sent, 1, pid=7) == "run"

    # When the task was sent again, then only the second one does
    wait_again(store, [sent])
    assert running.claim(store, sent, 1, pid=7) == "ignore"
    mark_sent(store, [sent], "cpu.x.2")
    assert running.claim(store, sent, 1, pid=7) == "ignore"
    assert running.claim(store, sent, 2, pid=7) == "run"
    assert running.claim(store, "unknown", 1, pid=7) == "ignore"


def test_cancel_and_stop_are_seen_between_pages(store: sqlite3.Connection, sent: str) -> None:
    assert running.may_go_on(store, sent) == "run"
    put_fact(store, STOPPING, True)
    assert running.may_go_on(store, sent) == "wait"
    cancel(store, [sent])
    assert running.may_go_on(store, sent) == "cancelled"
    assert running.claim(store, sent, 1, pid=7) == "cancelled"


def test_a_parked_task_waits_in_the_store(store: sqlite3.Connection, sent: str) -> None:
    # When a task parks itself
    running.park(store, sent, "the network", 12.5)

    # Then it waits, for what it said
    found = task(store, sent)
    assert found is not None
    assert (found.state, found.waiting_for, found.not_before) == ("PENDING", "the network", 12.5)


def test_the_end_of_a_cancelled_task(store: sqlite3.Connection, sent: str) -> None:
    running.revoke(store, sent)
    found = task(store, sent)
    assert found is not None
    assert (found.state, found.ended) == ("REVOKED", True)


def test_a_cancelled_task_that_parks_ends(store: sqlite3.Connection, sent: str) -> None:
    cancel(store, [sent])
    running.park(store, sent, "the network", 9e9)
    found = task(store, sent)
    assert found is not None
    assert found.state == "REVOKED"
