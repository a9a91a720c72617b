"""store/submit.py: accepting and cancelling."""

import sqlite3

import pytest

from ambuda_desktop.store.connection import transaction
from ambuda_desktop.store.control import cancel
from ambuda_desktop.store.dispatch import Update, mark_sent, record
from ambuda_desktop.store.query import counts, task
from ambuda_desktop.store.submit import NewTask, insert, submit_again


def state(store: sqlite3.Connection, task_id: str) -> str:
    found = task(store, task_id)
    assert found is not None
    return found.state


def test_an_accepted_task_waits(store: sqlite3.Connection) -> None:
    # When a task is inserted
    new = NewTask("example.add", kwargs={"x": 1}, pool="net")
    insert(store, [new])

    # Then it waits, with all it was given
    found = task(store, new.id)
    assert found is not None
    assert (found.state, found.pool, found.kwargs) == ("PENDING", "net", {"x": 1})


def test_inserting_an_id_twice_keeps_the_first(store: sqlite3.Connection) -> None:
    # Given a task, when its id is inserted again (a plan that is run twice)
    insert(store, [NewTask("first", id="a")])
    insert(store, [NewTask("second", id="a")])

    # Then there is one row, the first
    found = task(store, "a")
    assert found is not None
    assert found.name == "first"
    assert counts(store)["waiting"] == 1


def test_submitting_again_keeps_the_row_and_its_attempts(store: sqlite3.Connection) -> None:
    # Given a task in flight
    insert(store, [NewTask("t", id="a", pool="net")])
    mark_sent(store, ["a"], "net.x.1")

    # When Celery's retry submits it again
    assert submit_again(store, NewTask("t", id="a", kwargs={"n": 2}, not_before=5.0))

    # Then it is the same row, waiting, in its own pool
    found = task(store, "a")
    assert found is not None
    assert (found.state, found.pool, found.attempt, found.not_before) == ("PENDING", "net", 1, 5.0)
    assert found.kwargs == {"n": 2}


def test_submitting_an_unknown_id_again_is_left_to_insert(store: sqlite3.Connection) -> None:
    assert not submit_again(store, NewTask("t", id="nobody"))


def test_a_cancelled_task_that_wants_a_retry_ends(store: sqlite3.Connection) -> None:
    # Given a task cancelled while it runs
    insert(store, [NewTask("t", id="a")])
    mark_sent(store, ["a"], "cpu.x.1")
    cancel(store, ["a"])

    # When it asks to be tried again, then it ends instead
    assert submit_again(store, NewTask("t", id="a"))
    assert state(store, "a") == "REVOKED"


def test_cancel_hits_the_whole_family(store: sqlite3.Connection) -> None:
    # Given a parent in flight, a waiting child and grandchild, and a stranger
    parents = [NewTask("t", id="p"), NewTask("t", id="c", parent="p"), NewTask("t", id="g", parent="c")]
    insert(store, [*parents, NewTask("t", id="stranger")])
    mark_sent(store, ["p"], "cpu.x.1")

    # When the parent is cancelled
    hit = cancel(store, ["p"])

    # Then those that wait have ended, the one that runs is asked to, the stranger is not touched
    assert hit == 3
    assert [state(store, i) for i in ("p", "c", "g", "stranger")] == ["SENT", "REVOKED", "REVOKED", "PENDING"]
    row = task(store, "p")
    assert row is not None
    assert row.cancelled


def test_an_end_is_final_whoever_submits_the_id_again(store: sqlite3.Connection) -> None:
    # Given a task that has ended
    insert(store, [NewTask("t", id="a")])
    mark_sent(store, ["a"], "cpu.x.1")
    record(store, [Update("a", "SUCCESS", "cpu.x.1", result=1)])

    # When its id is submitted again, cancelled or not, then it stays ended
    assert submit_again(store, NewTask("t", id="a"))
    assert state(store, "a") == "SUCCESS"
    cancel(store, ["a"])
    assert submit_again(store, NewTask("t", id="a"))
    assert state(store, "a") == "SUCCESS"


def test_a_transaction_that_fails_accepts_nothing(store: sqlite3.Connection) -> None:
    # When something goes wrong within a transaction
    def fail_half_way() -> None:
        with transaction(store):
            insert(store, [NewTask("t")])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()

    # Then nothing of it is there
    assert counts(store)["waiting"] == 0
