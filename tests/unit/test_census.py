"""daemon/census.py: which processes there are, and how the last ones ended."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import psutil
import pytest

from ambuda_desktop.daemon.census import MEMORY_STEP, MOST_EXITS, Census, exit_code
from ambuda_desktop.daemon.generation import Generation
from ambuda_desktop.store import dispatch
from ambuda_desktop.store.running import claim
from ambuda_desktop.store.submit import NewTask, insert

QUEUE = "cpu.x.1"


@pytest.fixture
def child() -> Iterator[int]:
    """A child of ours that waits."""
    process = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    yield process.pid
    process.communicate()


def generation(kind: str) -> Generation:
    """This very process as the main process of a generation."""
    return cast(Generation, SimpleNamespace(queue=QUEUE, kind=kind, pid=os.getpid()))


def in_flight(store: sqlite3.Connection, pid: int) -> list[sqlite3.Row]:
    insert(store, [NewTask("t", id="a"), NewTask("t", id="b")])
    dispatch.mark_sent(store, ["a", "b"], QUEUE)
    assert claim(store, "a", 1, pid) == "run"
    return dispatch.in_flight(store)


def lines(kind: str, rows: list[sqlite3.Row]) -> dict[int, dict[str, Any]]:
    return {line["pid"]: line for line in Census([]).processes([generation(kind)], rows)[QUEUE]}


def test_a_pool_process_is_shown_with_its_task_and_memory(store: sqlite3.Connection, child: int) -> None:
    # Given a pool process with a task in hand, and a task that was sent but has not started
    found = lines("prefork", in_flight(store, child))

    # Then the process is there once, with that task
    assert found[child]["task"] == "a"
    assert found[child]["since"] is not None
    assert (
        found[child]["memory"] == round(psutil.Process(child).memory_info().rss / MEMORY_STEP) * MEMORY_STEP
    )


def test_an_idle_pool_process_is_shown_too(store: sqlite3.Connection, child: int) -> None:
    assert lines("prefork", [])[child]["task"] is None


def test_threads_share_one_process(store: sqlite3.Connection, child: int) -> None:
    found = lines("threads", in_flight(store, os.getpid()))
    assert list(found) == [os.getpid()]
    assert found[os.getpid()]["task"] == "a"


def test_the_last_exits_are_kept() -> None:
    census = Census([])
    for number in range(MOST_EXITS + 3):
        census.exited(number, "cpu", "worker", exit_code(1))
    assert [exit["pid"] for exit in census.exits] == list(range(3, MOST_EXITS + 3))


def test_exits_in_words() -> None:
    assert (exit_code(-9), exit_code(3)) == ("signal 9", "code 3")
