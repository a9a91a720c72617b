"""The daemon: one per data folder, ends softly, mends what dies."""

import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from ambuda_desktop.celery_app import StoreCelery
from ambuda_desktop.launch import attach, daemon_is_running, start_daemon
from ambuda_desktop.store.connection import transaction
from ambuda_desktop.store.control import cancel
from ambuda_desktop.store.facts import put_wish
from tests.support import pdfs
from tests.support.program import Program, steps_done, submit


def test_a_second_daemon_refuses_and_names_the_first(program: Program) -> None:
    # Given a daemon
    first = program.start_daemon()

    # When another is started on the same folder
    second = program.cli("daemon")

    # Then it refuses with the first one's pid, and the first goes on
    assert second.returncode == 5
    assert f"process {first.pid}" in second.stderr
    assert first.poll() is None


def test_sigterm_stops_after_the_step_in_hand_and_the_next_daemon_goes_on(
    program: Program, folder: Path
) -> None:
    # Given a task of many steps that has begun
    program.add_tasks()
    daemon = program.start_daemon()
    task_id = submit(program, "steps", count=60, folder=str(folder))
    program.wait_until(lambda: steps_done(folder) >= 3, "the task has begun")

    # When the daemon is asked to end
    daemon.send_signal(signal.SIGTERM)

    # Then it does, soon, with nothing left running and the task waiting
    assert daemon.wait(timeout=20) == 0
    assert not program.processes()
    assert program.task(task_id).state == "PENDING"
    assert steps_done(folder) < 60

    # And a new daemon brings it to its end
    program.start_daemon()
    assert program.wait_for_end(task_id).state == "SUCCESS"


def test_cancel_of_waiting_and_running_tasks(program: Program, folder: Path) -> None:
    # Given a full pool of one process and a task that waits behind it
    program.add_tasks()
    put_wish(program.connection, "pools", {"cpu": 1})
    program.start_daemon()
    running = submit(program, "steps", count=400, folder=str(folder))
    program.wait_until(lambda: steps_done(folder) >= 2, "the first has begun")
    waiting = submit(program, "steps", count=400, folder=str(folder))

    # When both are cancelled
    with transaction(program.connection):
        hit = cancel(program.connection, [running, waiting])

    # Then the waiting one has ended at once, the running one does after its step
    assert hit == 2
    assert program.task(waiting).state == "REVOKED"
    assert program.wait_for_end(running).state == "REVOKED"
    assert steps_done(folder) < 400


def test_a_full_cpu_pool_does_not_hold_up_a_mail(program: Program, folder: Path) -> None:
    # Given more long work than the cpu pool has processes
    program.add_tasks()
    program.start_daemon()
    long = [submit(program, "steps", count=200, folder=str(folder)) for _ in range(6)]

    # When a mail is submitted, then it is sent while the long work goes on
    assert program.wait_for_end(submit(program, "mail")).value == "sent"
    assert not any(program.task(t).ended for t in long)
    with transaction(program.connection):
        cancel(program.connection, long)


def test_a_redis_that_is_no_program_is_said_at_once(program: Program, tmp_path: Path) -> None:
    # Given a wrong setting
    program.environment["AMBUDA_REDIS_SERVER"] = "/nowhere/redis"
    pdfs.scanned_book(tmp_path / "book.pdf", 1)

    # Then whoever waits is told, and whoever starts the daemon has its exit code
    waited = program.cli("split", str(tmp_path / "book.pdf"), "--wait")
    assert (waited.returncode, "AMBUDA_REDIS_SERVER" in waited.stderr) == (6, True)
    assert program.cli("daemon").returncode == 7


def test_workers_are_polite(program: Program) -> None:
    # Given a running daemon, then its workers run at nice 10 and the daemon itself does not
    daemon = program.start_daemon()
    assert psutil.Process(program.live_generation("cpu")["pid"]).nice() == 10
    assert psutil.Process(daemon.pid).nice() == psutil.Process().nice()


def test_pool_size_follows_the_wish(program: Program) -> None:
    # Given a running daemon, when another size is wished
    program.start_daemon()
    before = program.live_generation("cpu")["number"]
    put_wish(program.connection, "pools", {"cpu": 3})

    # Then a new generation of that size takes over, and the old one goes
    program.wait_until(lambda: program.live_generation("cpu")["number"] > before, "a new generation is live")
    assert program.live_generation("cpu")["size"] == 3
    program.wait_until(lambda: len(program.fact("generations")) == 2, "the old generation has gone")


def test_the_daemon_needs_no_qt(program: Program, tmp_path: Path) -> None:
    # Given a machine where importing Qt fails
    blocked = tmp_path / "blocked" / "PySide6"
    blocked.mkdir(parents=True)
    (blocked / "__init__.py").write_text("raise ImportError('there is no Qt here')")

    # When the daemon is started there, then it runs tasks
    program.add_tasks()
    program.start_daemon(PYTHONPATH=str(blocked.parent))
    assert program.wait_for_end(submit(program, "add", x=1, y=2)).value == 3


def test_without_shared_memory_tasks_run_in_threads_and_it_is_said(program: Program) -> None:
    # Given a machine whose /dev/shm is not writable (a mount of this test's own)
    mount = "mount --bind /dev/shm /dev/shm && mount -o remount,bind,ro /dev/shm"
    private = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", f'{mount} && exec "$@"', "sh"]
    if subprocess.run([*private, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine allows no mount namespaces")
    program.add_tasks()

    # When the daemon is started there
    daemon = program.start_daemon(before=private)

    # Then tasks run, in threads, and the user is told
    assert program.wait_for_end(submit(program, "add", x=1, y=2)).value == 3
    assert program.fact("pools")["cpu"]["kind"] == "threads"
    assert "/dev/shm is not writable" in program.fact("notices")[-1]["sentence"]
    assert daemon.poll() is None


def test_a_daemon_that_nobody_needs_goes(program: Program) -> None:
    # Given a daemon started for as long as it is needed, when there is no work and nobody watches
    daemon = program.start_daemon("--while-needed")

    # Then it ends by itself
    assert daemon.wait(timeout=30) == 0
    assert not daemon_is_running(program.paths)


def test_work_that_comes_while_an_unneeded_daemon_goes_is_done(program: Program) -> None:
    # Given a daemon that is just ending because nobody needs it
    program.add_tasks()
    program.start_daemon("--while-needed")
    program.wait_until(lambda: program.fact("daemon")["state"] == "stopped", "it goes")

    # When work comes at that moment, from a client that sees a daemon or sees none
    client = attach(program.paths)
    task_id = submit(program, "add", x=1, y=2)
    start_daemon(program.paths)

    # Then it is done
    assert program.wait_for_end(task_id).value == 3
    assert client is not None
    client.release()


def test_stop_without_a_daemon_says_so(program: Program) -> None:
    # When there is nothing to stop, then that is no failure
    stopped: subprocess.CompletedProcess[str] = program.cli("daemon", "--stop")
    assert (stopped.returncode, stopped.stdout) == (0, "No daemon was running.\n")


def test_a_shell_without_redis_can_submit(program: Program) -> None:
    # Given no daemon at all, when a task is submitted with Celery's API
    app = StoreCelery("shell")
    result = app.send_task("example.add", (1, 2))

    # Then it is accepted and waits
    assert program.task(result.id).state == "PENDING"
