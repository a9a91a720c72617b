"""The real program in a throwaway data folder, for tests that start it."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import psutil

from ambuda_desktop.launch import daemon_is_running
from ambuda_desktop.paths import ENVIRONMENT, Paths
from ambuda_desktop.store.connection import connect
from ambuda_desktop.store.facts import fact
from ambuda_desktop.store.query import Task, task
from ambuda_desktop.store.submit import NewTask, insert

PATIENCE = 45.0  # seconds that a test waits for a fact before it gives up

Answer = TypeVar("Answer")

EXAMPLE_TASKS = '''
import os
import time
from ambuda_desktop.celery_app import app

@app.task
def add(x, y):
    return x + y

@app.task
def total(numbers):
    return sum(numbers)

@app.task(bind=True, max_retries=3)
def flaky(self):
    if self.request.retries < 2:
        raise self.retry(countdown=0.1)
    return "in the end"

@app.task
def fail():
    raise ValueError("on purpose")

@app.task
def crash():
    os.kill(os.getpid(), 9)

@app.task(bind=True)
def steps(self, count, folder, pause=0.05):
    """Writes a file a step; ends early when it is cancelled or parked."""
    for number in range(1, count + 1):
        time.sleep(pause)
        with open(os.path.join(folder, str(number)), "a") as file:
            file.write(f"{os.getpid()}\\n")
        self.progress(number, count)
    return count

@app.task(pool="net")
def mail():
    return "sent"
'''


class Program:
    """One data folder and whatever runs on it."""

    def __init__(self, root: Path) -> None:
        self.paths = Paths(root).make()
        self.environment = {**os.environ, ENVIRONMENT: str(root)}
        self.connection: sqlite3.Connection = connect(self.paths.store)
        self._daemons: list[subprocess.Popen[bytes]] = []

    def add_tasks(self, source: str = EXAMPLE_TASKS, name: str = "example") -> None:
        """Put task code into the user's task folder, before the daemon starts."""
        self.paths.tasks.mkdir(exist_ok=True)
        (self.paths.tasks / f"{name}.py").write_text(source)

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "ambuda_desktop", *arguments]

    def cli(self, *arguments: str, timeout: float = 90, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run the command line to its end."""
        return subprocess.run(
            self.command(*arguments), env=self.environment, timeout=timeout, text=True,
            capture_output=True, check=False, stdin=subprocess.DEVNULL, **options,
        )  # fmt: skip

    def start_daemon(
        self, *arguments: str, before: Sequence[str] = (), **environment: str
    ) -> "subprocess.Popen[bytes]":
        """Start a daemon of the test's own (by the command `before`) and wait until both pools are ready."""
        process = subprocess.Popen(
            [*before, *self.command("daemon", *arguments)], env={**self.environment, **environment},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._daemons.append(process)
        self.wait_until(lambda: self.fact("daemon").get("pid") == process.pid, "the daemon says it is there")
        self.wait_until_ready()
        return process

    def wait_until_ready(self) -> None:
        self.wait_until(
            lambda: all(pool["ready"] for pool in self.fact("pools").values() or [{"ready": False}]),
            "both pools are ready",
        )

    def fact(self, key: str) -> Any:
        """A fact, or an empty dictionary."""
        return fact(self.connection, key) or {}

    def task(self, task_id: str) -> Task:
        found = task(self.connection, task_id)
        assert found is not None, f"no task {task_id}"
        return found

    def wait_until(self, true: Callable[[], Any], what: str, timeout: float = PATIENCE) -> Any:
        """Wait for a fact; fails with `what` and the end of the daemon's log."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if value := true():
                return value
            time.sleep(0.01)
        log = self.paths.logs / "daemon.log"
        raise AssertionError(f"Waited in vain: {what}\n{log.read_text()[-3000:] if log.exists() else ''}")

    def wait_for_end(self, task_id: str) -> Task:
        self.wait_until(lambda: self.task(task_id).ended, f"task {task_id} ends")
        return self.task(task_id)

    def processes(self) -> list[psutil.Process]:
        """Every living process that belongs to this data folder, known by its environment, not by its name."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.pid != os.getpid() and process.environ().get(ENVIRONMENT) == str(self.paths.root):
                    found.append(process)
            except (psutil.AccessDenied, psutil.NoSuchProcess):
                continue
        return found

    def each_process(self, answer: Callable[[psutil.Process], Answer]) -> list[Answer]:
        """What every living process answers; one that ends while it is asked says nothing."""
        found = []
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                found.append(answer(process))
        return found

    def fork_servers(self) -> list[psutil.Process]:
        """What generations are forked from, known by its parent: generations have the same command line."""
        found = []
        with suppress(psutil.Error):
            for process in psutil.Process(self.fact("daemon").get("pid")).children():
                with suppress(psutil.Error):
                    if "fork-server" in process.cmdline():
                        found.append(process)
        return found

    def kill_generation(self, pool: str) -> int:
        """kill -9 the main process of a pool's live generation; returns its pid."""
        pid = int(self.live_generation(pool)["pid"])
        os.kill(pid, signal.SIGKILL)
        return pid

    def live_generation(self, pool: str) -> dict[str, Any]:
        self.wait_until_ready()
        return next(g for g in self.fact("generations") if g["pool"] == pool and g["state"] == "live")

    def reopen(self) -> None:
        """Connect to the store anew: it is another file."""
        self.connection = connect(self.paths.store)

    def end(self) -> None:
        """Stop everything and prove that nothing is left."""
        self.stop()
        self.connection.close()

    def stop(self) -> None:
        """As `end`, but the store can still be read."""
        if daemon_is_running(self.paths):
            stopped = self.cli("daemon", "--stop")
            assert stopped.returncode == 0, stopped.stderr
        for process in self._daemons:
            if process.poll() is None:
                process.kill()
            process.wait()
        self.wait_until(lambda: not self.processes(), f"no process is left: {self.processes()}", timeout=15)


def submit(program: Program, name: str, **kwargs: object) -> str:
    """Submit one of the example tasks; returns its id."""
    task = NewTask(f"example.{name}", kwargs=kwargs, pool="net" if name == "mail" else "cpu")
    insert(program.connection, [task])
    return task.id


def steps_done(folder: Path) -> int:
    """How many steps the task `steps` has made."""
    return len(list(folder.iterdir()))
