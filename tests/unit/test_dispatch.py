"""store/dispatch.py: what goes out next, and what wins when news cross each other."""

import sqlite3

import pytest

from ambuda_desktop.store import dispatch
from ambuda_desktop.store.control import cancel
from ambuda_desktop.store.dispatch import Update
from ambuda_desktop.store.query import Task, counts, task
from ambuda_desktop.store.running import claim, spawn
from ambuda_desktop.store.submit import NewTask, insert

GENERATION = "cpu.x.1"


def get(store: sqlite3.Connection, task_id: str) -> Task:
    found = task(store, task_id)
    assert found is not None
    return found


@pytest.fixture
def sent(store: sqlite3.Connection) -> str:
    """A task in flight."""
    insert(store, [NewTask("t", id="a")])
    dispatch.mark_sent(store, ["a"], GENERATION)
    return "a"


def test_order_is_priority_then_arrival(store: sqlite3.Connection) -> None:
    # Given tasks of two priorities, one for another pool and one for later
    insert(store, [NewTask("t", id="1"), NewTask("t", id="2"), NewTask("t", id="3", priority=5)])
    insert(store, [NewTask("t", id="net", pool="net"), NewTask("t", id="later", not_before=9e9)])

    # Then the next are: the urgent one, then first come, first served
    assert [r["id"] for r in dispatch.waiting(store, "cpu", 10)] == ["3", "1", "2"]


def test_progress_is_written_and_an_end_is_final(store: sqlite3.Connection, sent: str) -> None:
    # When news come in order, and one comes late
    news = [
        Update(sent, "PROGRESS", GENERATION, current=3, total=7),
        Update(sent, "SUCCESS", GENERATION, result={"done": 7}),
        Update(sent, "PROGRESS", GENERATION, current=5, total=7),
        Update(sent, "FAILURE", GENERATION, error="late"),
    ]
    ended = dispatch.record(store, news)

    # Then the end stands
    row = get(store, sent)
    assert ended
    assert (row.state, row.current, row.total, row.value, row.error) == ("SUCCESS", 7, 7, {"done": 7}, None)


def test_a_generation_that_lost_the_task_may_end_it_but_not_move_it(
    store: sqlite3.Connection, sent: str
) -> None:
    # Given a task that was given to a second generation
    dispatch.wait_again(store, [sent])
    dispatch.mark_sent(store, [sent], "cpu.x.2")

    # When the first one speaks, then its progress does not count, but its end does: the work is done
    dispatch.record(store, [Update(sent, "PROGRESS", GENERATION, current=3, total=7)])
    assert (get(store, sent).state, get(store, sent).current) == ("SENT", 0)
    dispatch.record(store, [Update(sent, "SUCCESS", GENERATION)])
    assert get(store, sent).state == "SUCCESS"


def test_waiting_again_ends_what_was_cancelled(store: sqlite3.Connection, sent: str) -> None:
    # Given a task cancelled in flight, when what had it is gone
    cancel(store, [sent])
    dispatch.wait_again(store, [sent])

    # Then it has ended
    assert get(store, sent).state == "REVOKED"


def test_the_third_loss_is_an_end(store: sqlite3.Connection, sent: str) -> None:
    # When a task takes its process with it again and again
    for _ in range(dispatch.MAX_LOSSES - 1):
        assert not dispatch.lost(store, [sent], "its pool process ended")
        assert get(store, sent).state == "PENDING"
        dispatch.mark_sent(store, [sent], GENERATION)

    # Then the last time is a failure with a sentence
    assert dispatch.lost(store, [sent], "its pool process ended")
    assert get(store, sent).state == "FAILURE"
    assert "3 times" in str(get(store, sent).error)


def test_the_finish_task_comes_once_when_all_children_have_ended(store: sqlite3.Connection) -> None:
    # Given a parent with two children and a finish task
    parent = NewTask("plan", book=None)
    insert(store, [parent])
    dispatch.mark_sent(store, [parent.id], GENERATION)
    children = [NewTask("t", id=i, parent=parent.id) for i in ("c1", "c2")]
    spawn(store, parent.id, children, NewTask("finish", kwargs={"n": 1}))
    dispatch.record(store, [Update(parent.id, "SUCCESS", GENERATION)])

    # When only one child has ended, then there is no finish task yet
    dispatch.mark_sent(store, ["c1", "c2"], GENERATION)
    dispatch.record(store, [Update("c1", "FAILURE", GENERATION, error="x")])
    assert dispatch.insert_finishes(store) == 0

    # When the other one has, whatever their ends, then there is one, and only one
    dispatch.record(store, [Update("c2", "SUCCESS", GENERATION)])
    assert dispatch.insert_finishes(store) == 1
    assert dispatch.insert_finishes(store) == 0
    assert [r["name"] for r in dispatch.waiting(store, "cpu", 9)] == ["finish"]


def test_counts_follow_every_change(store: sqlite3.Connection, sent: str) -> None:
    # Given one task in flight and one that waits, then the counts kept by triggers are the real ones
    insert(store, [NewTask("t")])
    assert counts(store) == {"running": 1, "waiting": 1, "failed": 0, "done": 0, "cancelled": 0}
    dispatch.record(store, [Update(sent, "SUCCESS", GENERATION)])
    store.execute("DELETE FROM tasks WHERE state = 'PENDING'")
    assert counts(store) == {"running": 0, "waiting": 0, "failed": 0, "done": 1, "cancelled": 0}


def test_what_has_not_begun_is_taken_back_for_newer_code(store: sqlite3.Connection) -> None:
    # Given a task that was sent, one that a worker has claimed, and one that was cancelled, all in old code
    insert(store, [NewTask("t", id=name) for name in ("sent", "begun", "cancelled", "new")])
    dispatch.mark_sent(store, ["sent", "begun", "cancelled"], GENERATION)
    dispatch.mark_sent(store, ["new"], "cpu.x.2")
    assert claim(store, "begun", 1, pid=7) == "run"
    cancel(store, ["cancelled"])

    # When Celery says that the first is started, before its process asked whether it may, and other code is live
    dispatch.record(store, [Update("sent", "STARTED", GENERATION)])
    assert dispatch.take_back(store, ["cpu.x.2"]) == 2

    # Then only what has begun stays there, and the old worker may not begin the other
    states = {name: get(store, name).state for name in ("sent", "begun", "cancelled", "new")}
    assert states == {"sent": "PENDING", "begun": "STARTED", "cancelled": "REVOKED", "new": "SENT"}
    assert claim(store, "sent", 1, pid=7) == "ignore"
    dispatch.mark_sent(store, ["sent"], "cpu.x.2")
    assert claim(store, "sent", 1, pid=7) == "ignore"
    assert claim(store, "sent", 2, pid=7) == "run"
