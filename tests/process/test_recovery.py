"""What dies, or is broken, costs itself only: the daemon mends it and loses no task."""

import os
import shutil
import signal
from pathlib import Path

import psutil
import pytest

from ambuda_desktop.daemon.redis_server import connect
from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings
from ambuda_desktop.store.facts import put_wish
from ambuda_desktop.store.submit import NewTask, insert
from tests.support.program import Program, steps_done, submit

ODD_TASKS = """
from ambuda_desktop.celery_app import app

@app.task(bind=True)
def nonsense(self):
    self.update_state(state="PROGRESS", meta={"current": 1, "total": [1]})
    self.update_state(state="PROGRESS", meta={"current": 2 ** 70, "total": float("nan")})

@app.task
def no_text():
    raise ValueError("Megha\\udcff.pdf")
"""


POISON_TASKS = """
import ctypes
import os
import time
from ambuda_desktop.celery_app import app

@app.task
def segfault():
    ctypes.string_at(0)

@app.task
def leave():
    os._exit(0)

@app.task
def grow(megabytes, seconds):
    held = []
    for _ in range(megabytes // 10):
        held.append(b"x" * 10_000_000)
        time.sleep(0.01)
    time.sleep(seconds)
    return os.getpid()
"""


def test_kill_of_the_daemon_leaves_no_process_and_loses_no_task(program: Program, folder: Path) -> None:
    # Given work in progress
    program.add_tasks()
    daemon = program.start_daemon()
    tasks = [submit(program, "steps", count=20, folder=str(folder)) for _ in range(3)]
    program.wait_until(lambda: steps_done(folder) >= 2, "the work has begun")

    # When the daemon is killed
    daemon.kill()
    daemon.wait()

    # Then its workers and its Redis die with it, and the next daemon finishes everything
    program.wait_until(lambda: not program.processes(), "nothing outlives the daemon", timeout=10)
    program.start_daemon()
    assert {program.wait_for_end(t).state for t in tasks} == {"SUCCESS"}


def test_workers_and_daemon_killed_at_once_leave_no_process(program: Program, folder: Path) -> None:
    # Given a pool process in the middle of a long task
    program.add_tasks()
    daemon = program.start_daemon()
    submit(program, "steps", count=2000, folder=str(folder))
    program.wait_until(lambda: steps_done(folder) >= 2, "the task has begun")

    # When its parent and the daemon are killed at the same moment, so that nobody is left to end it
    program.kill_generation("cpu")
    daemon.kill()
    daemon.wait()

    # Then it ends itself
    program.wait_until(lambda: not program.processes(), "nothing outlives the daemon", timeout=5)


def _empty(paths: Paths) -> None:
    with connect(paths, timeout=1.0) as redis:
        redis.delete(*redis.scan_iter(count=10_000))


WHAT_IS_SAID = {
    "generation": "The cpu workers stopped unexpectedly",
    "child": "A task stopped its worker (its pool process ended: signal 9 (SIGKILL)); it is tried again.",
    "fork server": "The process that workers are started from ended",
    "redis": "Redis stopped and was started again",
    "socket": "Redis stopped and was started again",
    "folder": "Redis stopped and was started again",
    "emptied": "Redis stopped and was started again",
}


@pytest.mark.parametrize("victim", list(WHAT_IS_SAID))
def test_what_is_killed_is_started_again_and_its_task_too(
    program: Program, folder: Path, victim: str
) -> None:
    # Given a task in progress
    program.add_tasks()
    daemon = program.start_daemon()
    task_id = submit(program, "steps", count=20, folder=str(folder))
    program.wait_until(lambda: steps_done(folder) >= 2, "the task has begun")

    # When a part of the program is killed
    match victim:
        case "generation":
            program.kill_generation("cpu")
        case "child":
            os.kill(int((folder / "1").read_text().split()[0]), signal.SIGKILL)
        case "fork server":
            program.fork_servers()[0].kill()
        case "redis":
            os.kill(program.fact("redis")["pid"], signal.SIGKILL)
        case "socket":
            program.paths.redis_socket.unlink()
        case "folder":
            shutil.rmtree(program.paths.runtime)
        case "emptied":
            _empty(program.paths)

    # Then the user is told, the task still ends well, and new ones run, under the same daemon
    program.wait_until(
        lambda: any(WHAT_IS_SAID[victim] in n["sentence"] for n in program.fact("notices") or []),
        "the user is told", timeout=5,
    )  # fmt: skip
    assert program.wait_for_end(task_id).state == "SUCCESS"
    assert program.wait_for_end(submit(program, "add", x=1, y=2)).value == 3
    assert daemon.poll() is None
    assert program.task(task_id).attempt <= 2


def test_a_task_that_kills_its_worker_fails_in_the_end(program: Program) -> None:
    # Given tasks that stop their pool process each time: by a signal, in a C library, by leaving as if all were well
    program.add_tasks()
    program.add_tasks(POISON_TASKS, name="poison")
    program.start_daemon()
    poison = {"example.crash": "SIGKILL", "poison.segfault": "SIGSEGV", "poison.leave": "exitcode 0"}
    tasks = [NewTask(name) for name in poison]
    insert(program.connection, tasks)

    # Then each fails after three attempts with a sentence, and others still run
    for task, reason in zip(tasks, poison.values(), strict=True):
        ended = program.wait_for_end(task.id)
        assert (ended.state, ended.attempt) == ("FAILURE", 3)
        assert "stopped its worker 3 times" in str(ended.error)
        assert reason in str(ended.error)
    assert program.wait_for_end(submit(program, "add", x=1, y=2)).value == 3


def test_a_task_that_takes_too_much_memory_fails_in_the_end(program: Program, folder: Path) -> None:
    # Given limits, a task that goes far over them, and one beside it
    program.add_tasks()
    program.add_tasks(POISON_TASKS, name="poison")
    Settings(memory_limit=250, memory_recycle=200).save(program.paths.settings)
    put_wish(program.connection, "pools", {"cpu": 2})
    program.start_daemon()
    greedy = NewTask("poison.grow", kwargs={"megabytes": 400, "seconds": 60})
    beside = submit(program, "steps", count=60, folder=str(folder))
    insert(program.connection, [greedy])

    # Then it fails after three attempts and says what to do, and the other did not have to run twice
    ended = program.wait_for_end(greedy.id)
    assert (ended.state, ended.attempt) == ("FAILURE", 3)
    assert "stopped its worker 3 times (its pool process ended: it used more than 250 MB of memory)" in str(
        ended.error
    )
    assert "memory_limit" in str(ended.error)
    other = program.wait_for_end(beside)
    assert (other.state, other.attempt) == ("SUCCESS", 1)
    deaths = program.wait_until(
        lambda: len(program.fact("exits")) == 3 and program.fact("exits"), "three deaths"
    )
    assert {death["reason"] for death in deaths} == {"it used more than 250 MB of memory"}

    # And a process that has merely grown is another one for the next task, which does not wait for the one that is
    # gone, and that is nobody's death
    grown = [NewTask("poison.grow", kwargs={"megabytes": 150, "seconds": 0}) for _ in range(5)]
    insert(program.connection, grown)
    found = [program.wait_for_end(task.id) for task in grown]
    assert {task.attempt for task in found} == {1}
    assert len({task.value for task in found}) == 5
    assert program.fact("exits") == deaths


def test_a_redis_that_hangs_is_noticed_and_replaced(program: Program) -> None:
    # Given a daemon whose Redis is stopped in its tracks
    program.add_tasks()
    program.start_daemon()
    pid = program.fact("redis")["pid"]
    os.kill(pid, signal.SIGSTOP)

    # When work is submitted
    task_id = submit(program, "add", x=1, y=2)

    # Then the facts say so within seconds, Redis is replaced, and the work is done
    program.wait_until(lambda: program.fact("redis")["state"] == "silent", "silence is noticed", timeout=10)
    assert program.wait_for_end(task_id).value == 3
    assert not psutil.pid_exists(pid)


def test_odd_rows_and_news_cost_themselves_only(program: Program) -> None:
    # Given tasks that report nonsense, and a row that cannot be sent
    program.add_tasks(ODD_TASKS, name="odd")
    program.add_tasks()
    daemon = program.start_daemon()
    odd = [NewTask(f"odd.{name}") for name in ("nonsense", "no_text")]
    unsendable = NewTask("odd.nonsense", options={"expires": "tomorrow"})
    insert(program.connection, [unsendable, *odd])

    # Then each has its end, and the daemon goes on
    assert program.wait_for_end(odd[0].id).state == "SUCCESS"
    assert "Megha" in str(program.wait_for_end(odd[1].id).error)
    assert "cannot be sent" in str(program.wait_for_end(unsendable.id).error)
    assert program.wait_for_end(submit(program, "add", x=1, y=2)).value == 3
    assert daemon.poll() is None


def test_a_broken_task_file_is_named_and_the_others_work(program: Program) -> None:
    # Given a file that is no Python beside a good one
    program.add_tasks("def broken(:", name="oops")
    program.add_tasks()
    program.start_daemon()

    # Then tasks run, and the user is told which file it is
    assert program.wait_for_end(submit(program, "add", x=1, y=2)).value == 3
    assert any("oops.py" in n["sentence"] for n in program.fact("notices"))
