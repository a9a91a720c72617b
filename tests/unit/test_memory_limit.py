"""daemon/memory_limit.py: a pool process that takes too much is ended, and nobody else is."""

import sqlite3
import subprocess
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import psutil
import pytest

from ambuda_desktop.daemon import memory_limit
from ambuda_desktop.daemon.census import Census
from ambuda_desktop.daemon.generation import Generation
from ambuda_desktop.daemon.memory_limit import MemoryLimit, private_memory
from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings
from ambuda_desktop.store import dispatch
from ambuda_desktop.store.running import claim
from ambuda_desktop.store.submit import NewTask, insert

QUEUE = "cpu.x.1"
Process = subprocess.Popen[bytes]


@pytest.fixture
def processes() -> Iterator[list[Process]]:
    """The main process of a generation, two pool processes of its group, and one of somebody else's."""
    group, started = 0, []
    for number in range(4):
        started.append(
            subprocess.Popen(["cat"], stdin=subprocess.PIPE, process_group=group if number < 3 else 0)
        )
        group = started[0].pid
    yield started
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> dict[int, int]:
    """Bytes by pid: what processes seem to take."""
    taken: dict[int, int] = {}
    monkeypatch.setattr(memory_limit, "private_memory", lambda pid: taken.get(pid, 0))
    return taken


def generation(pid: int, kind: str = "prefork") -> Generation:
    return cast(Generation, SimpleNamespace(queue=QUEUE, pool="cpu", kind=kind, pid=pid))


def in_flight(store: sqlite3.Connection, *pids: int) -> list[sqlite3.Row]:
    """A running task for each of these processes: `task 0`, `task 1`, ..."""
    ids = [f"task {number}" for number in range(len(pids))]
    insert(store, [NewTask("t", id=i) for i in ids])
    dispatch.mark_sent(store, ids, QUEUE)
    for i, pid in zip(ids, pids, strict=True):
        assert claim(store, i, 1, pid) == "run"
    return dispatch.in_flight(store)


def test_a_process_over_the_limit_is_ended_and_the_reason_is_known(
    paths: Paths, store: sqlite3.Connection, processes: list[Process], memory: dict[int, int]
) -> None:
    # Given two pool processes at work, one of which takes more than the user allows
    Settings(memory_limit=300).save(paths.settings)
    main, greedy, modest, _ = processes
    rows = in_flight(store, greedy.pid, modest.pid)
    memory |= {main.pid: 400_000_000, greedy.pid: 300_000_001, modest.pid: 300_000_000}

    # When the daemon looks
    census = Census([])
    MemoryLimit(paths, census, pytest.fail).tick(rows, [generation(main.pid)])

    # Then that one is ended, and what is told of its end is the reason, once
    assert greedy.wait(10) == -9
    assert (main.poll(), modest.poll()) == (None, None)
    reason, advice = census.why(rows[0], "signal 9")
    assert reason == "it used more than 300 MB of memory"
    assert "memory_limit" in advice
    assert census.why(rows[0], "signal 9") == ("signal 9", "")
    assert census.why(rows[1], "signal 9") == ("signal 9", "")


def test_a_process_of_somebody_else_is_left_alone(
    paths: Paths, store: sqlite3.Connection, processes: list[Process], memory: dict[int, int]
) -> None:
    # Given rows whose processes have ended, and one number was given to another program
    main, ended, _, other = processes
    ended.kill()
    ended.wait()
    rows = in_flight(store, ended.pid, other.pid)
    memory |= {ended.pid: 10**12, other.pid: 10**12}

    # Then it lives on
    census = Census([])
    MemoryLimit(paths, census, pytest.fail).tick(rows, [generation(main.pid)])
    assert psutil.Process(other.pid).status() != psutil.STATUS_ZOMBIE
    assert census.why(rows[1], "signal 9") == ("signal 9", "")


def test_threads_that_share_a_process_are_told_of_once(
    paths: Paths, store: sqlite3.Connection, processes: list[Process], memory: dict[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    # Given a worker of threads over the limit
    monkeypatch.setattr(memory_limit, "EVERY", 0.0)
    main = processes[0]
    memory[main.pid] = 10**12
    told: list[str] = []
    limit = MemoryLimit(paths, Census([]), told.append)

    # Then no task of it is ended, and the user is told what to do
    for _ in range(3):
        limit.tick(in_flight(store, main.pid) if not told else dispatch.in_flight(store),
                   [generation(main.pid, "threads")])  # fmt: skip
    assert main.poll() is None
    assert len(told) == 1
    assert "“cpu” use more than 2000 MB" in told[0]


def test_nobody_looks_while_nothing_runs_or_more_often_than_needed(
    paths: Paths, store: sqlite3.Connection, processes: list[Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []

    def look(pid: int) -> int:
        looks.append(pid)
        return 0

    monkeypatch.setattr(memory_limit, "private_memory", look)
    main, child, *_ = processes
    limit = MemoryLimit(paths, Census([]), pytest.fail)
    limit.tick([], [generation(main.pid)])
    rows = in_flight(store, child.pid)
    for _ in range(3):
        limit.tick(rows, [generation(main.pid)])
    assert looks == [child.pid]


@pytest.mark.parametrize("linux", [True, False])
def test_memory_is_that_of_the_process(
    processes: list[Process], monkeypatch: pytest.MonkeyPatch, linux: bool
) -> None:
    monkeypatch.setattr(psutil, "LINUX", linux and psutil.LINUX)
    rss = psutil.Process(processes[0].pid).memory_info().rss
    assert 0 < private_memory(processes[0].pid) <= rss
    processes[0].kill()
    processes[0].wait()
    assert private_memory(processes[0].pid) == 0


def test_damaged_settings_limit_as_if_there_were_none(paths: Paths) -> None:
    paths.settings.write_text("{")
    limits: Any = Settings.usable(paths.settings)
    assert (limits.memory_limit, limits.memory_recycle) == (2000, 500)
