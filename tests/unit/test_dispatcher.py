"""daemon/dispatcher.py: what goes to which generation. Nothing is published; the app is the test's own."""

import os
import sqlite3
import subprocess
import time
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import MagicMock

import pytest
from kombu.exceptions import OperationalError

from ambuda_desktop.broker_refusal import BrokerRefuses
from ambuda_desktop.daemon import dispatcher as dispatching
from ambuda_desktop.daemon.census import Census
from ambuda_desktop.daemon.dispatcher import Dispatcher
from ambuda_desktop.daemon.generation import Generation
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.known_tasks import waiting_for_code
from ambuda_desktop.store.running import claim
from ambuda_desktop.store.submit import NewTask, insert


def live(queue: str, *names: str) -> Generation:
    """A live generation that knows these tasks."""
    return cast(
        Generation, SimpleNamespace(queue=queue, pool=queue.split(".")[0], size=4, names=frozenset(names))
    )


@pytest.fixture
def published() -> list[tuple[str, str]]:
    """The ids that were published, each with its queue."""
    return []


@pytest.fixture
def dispatcher(paths: Paths, store: sqlite3.Connection, published: list[tuple[str, str]]) -> Dispatcher:
    app: Any = SimpleNamespace(publish=lambda row, queue: published.append((row["id"], queue)))
    return Dispatcher(paths, store, app, Census([]), list[str]().append)


@pytest.mark.parametrize("state", ["its process lives", "its process is gone"])
def test_a_task_that_could_not_say_how_it_ended_has_lost_nothing(
    dispatcher: Dispatcher, store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    # Given a task that was begun, and whose process gave up its lease without a word: the store was locked, say
    insert(store, [NewTask("t", id="a")])
    dispatcher.send([live("cpu.x.1", "t")])
    with subprocess.Popen(["true"]) as ended:
        pass
    claim(store, "a", 1, os.getpid() if state == "its process lives" else ended.pid)

    # When nobody has held its lease for long enough
    sweep(dispatcher, monkeypatch)

    # Then it waits again, and only the end of its process counts as a loss
    row = store.execute("SELECT state, losses FROM tasks").fetchone()
    assert tuple(row) == ("PENDING", 0 if state == "its process lives" else 1)


def test_a_clock_that_is_set_back_lets_nobody_wait_for_it(
    dispatcher: Dispatcher, store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a task that waits for ten seconds, and a clock that was a day ahead
    day = 86_400
    insert(store, [NewTask("t", id="a", not_before=time.time() + day + 10)])
    ahead = time.time() - time.monotonic() + day
    monkeypatch.setattr(dispatcher, "_clock", ahead)

    # When the clock is set right
    sweep(dispatcher, monkeypatch)

    # Then the task waits for ten seconds still
    left = store.execute("SELECT not_before FROM tasks").fetchone()[0] - time.time()
    assert 0 < left < 11


def test_an_argument_that_is_no_number_costs_nobody_its_time(
    dispatcher: Dispatcher, store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a clock that was a day ahead, and tasks with what Python writes as JSON and SQLite does not read as such
    day, soon = 86_400, time.time() + 86_410
    nan, moment = {"x": float("nan")}, datetime.fromtimestamp(soon, UTC).isoformat()
    insert(store, [NewTask("t", nan, id="a", not_before=soon), NewTask("t", id="b", not_before=soon)])
    insert(store, [NewTask("t", nan, id="asked for", not_before=soon, eta=moment)])
    monkeypatch.setattr(dispatcher, "_clock", time.time() - time.monotonic() + day)

    # When the clock is set right
    sweep(dispatcher, monkeypatch)

    # Then those that wait for ten seconds do so still, and the one that was asked for at a moment waits for that
    moved = {r["id"] for r in store.execute("SELECT id FROM tasks WHERE not_before < ?", (soon - 1,))}
    assert moved == {"a", "b"}


def test_a_clock_is_minded_once_the_store_can_be_written(
    dispatcher: Dispatcher, store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a clock that was a day ahead and is set right while the store is locked
    day = 86_400
    insert(store, [NewTask("t", id="a", not_before=time.time() + day + 10)])
    monkeypatch.setattr(dispatcher, "_clock", time.time() - time.monotonic() + day)
    locked = sqlite3.OperationalError("database is locked")
    with monkeypatch.context() as patch:
        patch.setattr("ambuda_desktop.store.dispatch.bring_forward", MagicMock(side_effect=locked))
        with pytest.raises(sqlite3.OperationalError):
            sweep(dispatcher, monkeypatch)

    # When it can be written, then the task waits for ten seconds, and no day less than that
    for _ in range(2):
        dispatcher._next_sweep = 0.0
        sweep(dispatcher, monkeypatch)
        left = store.execute("SELECT not_before FROM tasks").fetchone()[0] - time.time()
        assert 0 < left < 11


def sweep(dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sweep as if every task in flight had been without a lease for long enough."""
    monkeypatch.setattr(dispatching, "PATIENCE", -1.0)
    monkeypatch.setattr(dispatching, "SWEEP_EVERY", 0.0)
    redis: Any = SimpleNamespace(answers=True, started_at=0.0)
    feed: Any = SimpleNamespace(look_up=lambda _ids: [])
    dispatcher.sweep(redis, feed)


def test_a_task_waits_where_its_own_pool_does_not_know_it(
    dispatcher: Dispatcher, store: sqlite3.Connection, published: list[tuple[str, str]]
) -> None:
    # Given one pool with a task's code, and one that was started again while its file was broken
    insert(store, [NewTask("t", id="a"), NewTask("t", id="b", pool="net")])
    dispatcher.send([live("cpu.x.1", "t"), live("net.x.2")])

    # Then the pool that lacks it is not given it: it would answer that there is no such task, and that is an end
    assert published == [("a", "cpu.x.1")]
    assert waiting_for_code(store) == {"t": 1}

    # And when the file is mended, then it goes there
    dispatcher.send([live("cpu.x.1", "t"), live("net.x.3", "t")])
    assert published[1:] == [("b", "net.x.3")]
    assert waiting_for_code(store) == {}


def test_a_pool_that_is_away_for_a_moment_keeps_what_waits_for_it(
    dispatcher: Dispatcher, store: sqlite3.Connection, published: list[tuple[str, str]]
) -> None:
    insert(store, [NewTask("t", id="b", pool="net")])
    dispatcher.send([live("cpu.x.1", "t")])
    assert waiting_for_code(store) == {}
    dispatcher.send([live("cpu.x.1", "t"), live("net.x.2", "t")])
    assert published == [("b", "net.x.2")]


def test_a_broker_that_does_not_answer_is_asked_once(paths: Paths, store: sqlite3.Connection) -> None:
    # Given a broker that takes the first of four tasks, and does not answer any more
    asked: list[str] = []

    def publish(row: sqlite3.Row, _queue: str) -> None:
        asked.append(row["id"])
        if len(asked) > 1:
            raise OperationalError("timed out")

    refused: list[str] = []
    app: Any = SimpleNamespace(publish=publish)
    dispatcher = Dispatcher(paths, store, app, Census([]), list[str]().append, refused.append)
    insert(store, [NewTask("t", id=i) for i in "abcd"])

    # When they are sent, then one is out, and all others wait again, without each having waited for an answer
    assert dispatcher.send([live("cpu.x.1", "t")]) == 1
    assert asked == ["a", "b"]
    assert refused == [""]
    assert [row["id"] for row in dispatcher.in_flight()] == ["a"]
    assert store.execute("SELECT count(*) FROM tasks WHERE state = 'PENDING'").fetchone()[0] == 3


def test_a_broker_that_refuses_ends_no_task_and_its_reason_is_passed_on(
    paths: Paths, store: sqlite3.Connection
) -> None:
    # Given a broker that refuses all
    def publish(_row: sqlite3.Row, _queue: str) -> None:
        raise BrokerRefuses("Its user may not write.")

    refused: list[str] = []
    app: Any = SimpleNamespace(publish=publish)
    dispatcher = Dispatcher(paths, store, app, Census([]), list[str]().append, refused.append)
    insert(store, [NewTask("t", id="a")])

    # Then the task waits, and a person can be told why
    assert dispatcher.send([live("cpu.x.1", "t")]) == 0
    assert refused == ["Its user may not write."]
    assert store.execute("SELECT state FROM tasks").fetchone()[0] == "PENDING"
