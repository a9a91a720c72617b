"""store/control.py: what a person does with accepted work."""

import math
import sqlite3

from ambuda_desktop.store import control, dispatch, running
from ambuda_desktop.store.query import Task, counts, history, task
from ambuda_desktop.store.submit import NewTask, insert, insert_book


def get(store: sqlite3.Connection, task_id: str) -> Task:
    found = task(store, task_id)
    assert found is not None
    return found


def book_with(store: sqlite3.Connection, *ids: str, book: str = "gita") -> None:
    insert_book(store, book, book, "0" * 64)
    insert(store, [NewTask("t", id=i, book=book) for i in ids])


def next_ids(store: sqlite3.Connection) -> list[str]:
    return [row["id"] for row in dispatch.waiting(store, "cpu", 10)]


def test_a_paused_book_gets_nothing_and_what_is_submitted_for_it_waits_too(store: sqlite3.Connection) -> None:
    # Given a book with a task in flight and one that waits, and a task of another book
    book_with(store, "running", "waiting")
    book_with(store, "other", book="megha")
    dispatch.mark_sent(store, ["running"], "cpu.x.1")

    # When the book is paused, and the running task submits another
    control.pause_books(store, ["gita"])
    insert(store, [NewTask("t", id="later", book="gita")])

    # Then only the other book's task goes out, and the running one is told to wait
    assert next_ids(store) == ["other"]
    assert running.may_go_on(store, "running") == "wait"
    running.park(store, "running", None, 0.0)
    assert next_ids(store) == ["other"]

    # And when it is resumed, all of them go out
    control.resume_books(store, ["gita"])
    assert next_ids(store) == ["running", "waiting", "other", "later"]


def test_a_paused_pool_stops_its_own_tasks_only(store: sqlite3.Connection) -> None:
    # Given a task in flight in each pool
    insert(store, [NewTask("t", id="page"), NewTask("t", id="mail", pool="net")])
    dispatch.mark_sent(store, ["page", "mail"], "x")

    # When one pool is paused, then its task is told to wait
    control.pause_pools(store, ["cpu"])
    assert control.paused_pools(store) == {"cpu"}
    assert (running.may_go_on(store, "page"), running.may_go_on(store, "mail")) == ("wait", "run")

    # And with all pools paused there is no work left once the tasks are parked
    control.pause_pools(store)
    for name in ("page", "mail"):
        running.park(store, name, None, 0.0)
    assert not dispatch.work_is_left(store)
    control.resume_pools(store, ["net"])
    assert control.paused_pools(store) == {"cpu"}
    assert dispatch.work_is_left(store)


def test_a_task_that_waits_for_a_person_goes_on_when_it_is_released(store: sqlite3.Connection) -> None:
    # Given a task that parked until a person comes
    book_with(store, "plan")
    dispatch.mark_sent(store, ["plan"], "cpu.x.1")
    running.park(store, "plan", "password", math.inf)

    # Then it does not go out, and keeps no daemon alive
    assert next_ids(store) == []
    assert not dispatch.work_is_left(store)
    assert get(store, "plan").waiting_for == "password"

    # When it is released, then it does
    control.release(store, "plan")
    assert next_ids(store) == ["plan"]
    assert get(store, "plan").waiting_for is None


def test_the_end_of_a_pause_is_no_answer(store: sqlite3.Connection) -> None:
    # Given a plan that waits for a password, and its book is paused
    book_with(store, "plan")
    dispatch.mark_sent(store, ["plan"], "cpu.x.1")
    running.park(store, "plan", "password", math.inf)
    control.pause_books(store, ["gita"])

    # When the pause ends, then it waits for the password all the same; and the other way round
    control.resume_books(store, ["gita"])
    assert next_ids(store) == []
    assert get(store, "plan").waiting_for == "password"
    control.pause_books(store, ["gita"])
    control.release(store, "plan")
    assert next_ids(store) == []
    control.resume_books(store, ["gita"])
    assert next_ids(store) == ["plan"]


def test_a_cancelled_task_of_a_paused_book_has_ended(store: sqlite3.Connection) -> None:
    book_with(store, "a")
    control.pause_books(store, ["gita"])
    assert control.cancel(store, ["a"]) == 1
    assert get(store, "a").state == "REVOKED"


def test_what_is_tried_again_is_one_history_and_no_longer_counts_as_failed(store: sqlite3.Connection) -> None:
    # Given a task that failed twice, tried again each time
    insert(store, [NewTask("t", id="1")])
    for old, new in (("1", "2"), ("2", "3")):
        dispatch.record(store, [dispatch.Update(old, "FAILURE", error="on purpose")])
        control.insert_retry(store, NewTask("t", id=new, retry_of=old), [old])

    # Then the three are one history whichever of them is asked for, and none is counted as failed
    for name in ("1", "2", "3"):
        assert [t.id for t in history(store, name)] == ["1", "2", "3"]
    assert counts(store) == {"running": 0, "waiting": 1, "failed": 0, "done": 0, "cancelled": 0}
    assert get(store, "1").retried
    assert get(store, "1").error == "on purpose"


def test_a_book_is_forgotten_only_when_all_its_tasks_have_ended(store: sqlite3.Connection) -> None:
    # Given a book with a failed task and one that waits
    book_with(store, "a", "b")
    dispatch.record(store, [dispatch.Update("a", "FAILURE", error="on purpose")])
    assert not control.forget_book(store, "gita")
    assert get(store, "b").state == "PENDING"

    # When the other has ended too
    control.cancel(store, ["b"])
    assert control.forget_book(store, "gita")

    # Then nothing of it is left, in the counts either
    assert task(store, "a") is None
    assert set(counts(store).values()) == {0}
