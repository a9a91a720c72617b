"""What dies, or is broken, costs itself only: the daemon mends it and loses no task."""

import os
import shutil
import signal
from pathlib import Path

import psutil
import pytest

from ambuda_desktop.daemon.redis_server import connect
from ambuda_desktop.paths import Paths
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
    # Given a task that stops its pool process each time
    program.add_tasks()
    program.start_daemon()
    task_id = submit(program, "crash")

    # Then it fails after three attempts with a sentence, and others still run
    ended = program.wait_for_end(task_id)
    assert (ended.state, ended.attempt) == ("FAILURE", 3)
    assert "stopped its worker 3 times" in str(ended.error)
    assert "SIGKILL" in str(ended.error)
    assert program.wait_for_end(submit(program, "add", x=1, y=2)).value == 3


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
