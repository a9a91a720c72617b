"""worker/task.py: the base class asks the store, holds a lease, and ends between two steps."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from celery.exceptions import Ignore

from ambuda_desktop.celery_app import ATTEMPT, StoreCelery
from ambuda_desktop.locks import FileLock, is_held
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.control import cancel
from ambuda_desktop.store.dispatch import mark_sent
from ambuda_desktop.store.facts import STOPPING, put_fact
from ambuda_desktop.store.query import Task, children, task
from ambuda_desktop.store.submit import NewTask, insert
from ambuda_desktop.worker.task import Cancelled, Park, StoreTask

ID = "2f9d7d1e-8d0b-4a86-9d5c-0a8d3f0f1111"


@pytest.fixture
def app(paths: Paths) -> StoreCelery:
    """An app whose results stay in memory."""
    return StoreCelery(
        "unit", set_as_current=False, task_cls=f"{StoreTask.__module__}:StoreTask", backend="cache+memory://"
    )


@pytest.fixture
def run(app: StoreCelery, store: sqlite3.Connection) -> Callable[..., Any]:
    """Runs a function as the first attempt of a task that was sent, as a worker would."""
    insert(store, [NewTask("t", id=ID)])
    mark_sent(store, [ID], "cpu.x.1")

    @contextmanager
    def request(made: Any, attempt: int) -> Iterator[None]:
        made.push_request(id=ID, called_directly=False, **{ATTEMPT: attempt})
        yield
        made.pop_request()

    def run(function: Callable[[StoreTask], Any], attempt: int = 1) -> Any:
        def body(self: Any) -> Any:  # Celery makes no tasks of lambdas
            return function(self)

        made = app.task(bind=True, shared=False, name=f"t{id(function)}")(body)
        with request(made, attempt):
            return made()

    return run


def row(store: sqlite3.Connection) -> Task:
    found = task(store, ID)
    assert found is not None
    return found


def test_a_task_holds_its_lease_while_it_runs(paths: Paths, run: Callable[..., Any]) -> None:
    lease = paths.locks / ID
    assert run(lambda self: is_held(lease)) is True
    assert not is_held(lease)


def test_a_task_that_runs_elsewhere_is_left_alone(paths: Paths, run: Callable[..., Any]) -> None:
    # Given a lease held by another worker
    lease = FileLock.take(paths.locks / ID)
    assert lease is not None

    # When its message comes a second time, then it is not run
    with pytest.raises(Ignore):
        run(lambda self: pytest.fail("it was run twice at once"))
    lease.release()


def test_an_outdated_message_is_left_alone(run: Callable[..., Any]) -> None:
    with pytest.raises(Ignore):
        run(lambda self: pytest.fail("an old message was obeyed"), attempt=7)


def test_a_task_cancelled_before_it_starts_ends(store: sqlite3.Connection, run: Callable[..., Any]) -> None:
    cancel(store, [ID])
    with pytest.raises(Cancelled):
        run(lambda self: pytest.fail("a cancelled task was run"))
    assert row(store).state == "REVOKED"


def test_a_task_cancelled_while_it_runs_ends_after_the_step(
    store: sqlite3.Connection, run: Callable[..., Any]
) -> None:
    done = []

    def steps(self: StoreTask) -> None:
        for number in (1, 2, 3):
            done.append(number)
            if number == 2:
                cancel(store, [ID])
            self.progress(number, 3)

    with pytest.raises(Cancelled):
        run(steps)
    assert (done, row(store).state) == ([1, 2], "REVOKED")


def test_the_last_step_is_never_cancelled(store: sqlite3.Connection, run: Callable[..., Any]) -> None:
    # When the cancel comes after the last step, then the work is done, and says so
    def steps(self: StoreTask) -> str:
        cancel(store, [ID])
        self.progress(3, 3)
        return "done"

    assert run(steps) == "done"


def test_a_daemon_that_stops_lets_tasks_wait(store: sqlite3.Connection, run: Callable[..., Any]) -> None:
    put_fact(store, STOPPING, True)
    with pytest.raises(Park):
        run(lambda self: self.progress(1, 3))
    assert row(store).state == "PENDING"


def test_a_task_may_park_itself(store: sqlite3.Connection, run: Callable[..., Any]) -> None:
    def offline(self: StoreTask) -> None:
        raise Park("the network", until=12.0)

    with pytest.raises(Park):
        run(offline)
    assert (row(store).state, row(store).waiting_for, row(store).not_before) == (
        "PENDING",
        "the network",
        12.0,
    )


def test_progress_is_throttled_but_the_last_one_is_sent(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a task that reports a thousand steps at once
    sent: list[dict[str, int]] = []

    def steps(self: StoreTask) -> None:
        monkeypatch.setattr(self, "update_state", lambda state, meta: sent.append(meta))
        for number in range(1, 1001):
            self.progress(number, 1000)

    run(steps)
    assert len(sent) < 50
    assert sent[-1] == {"current": 1000, "total": 1000}


def test_children_of_a_cancelled_parent_are_not_submitted(
    store: sqlite3.Connection, run: Callable[..., Any]
) -> None:
    def plan(self: StoreTask) -> None:
        cancel(store, [ID])
        self.spawn([NewTask("child", parent=ID)], NewTask("finish"))

    with pytest.raises(Cancelled):
        run(plan)
    assert children(store, ID) == []


def test_a_store_that_is_busy_for_long_is_not_the_fault_of_the_task(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a store that somebody holds locked
    def locked(*_: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr("ambuda_desktop.worker.task.park", locked)

    # When a task wants to park, then it ends without a word, and the daemon will send it again
    def offline(self: StoreTask) -> None:
        raise Park("the network")

    with pytest.raises(Ignore):
        run(offline)


def test_called_as_a_function_it_is_one(app: StoreCelery) -> None:
    @app.task(bind=True, shared=False, name="direct")
    def direct(self: Any) -> int:
        self.progress(1, 2)
        return 5

    assert direct() == 5
