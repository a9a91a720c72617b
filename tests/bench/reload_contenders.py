"""Workers that take up saved code in the ways people do it today, and in ours: the same module for all."""

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
from celery import Celery
from celery.exceptions import CeleryError

from ambuda_desktop.celery_config import celery_settings
from ambuda_desktop.daemon.redis_server import RedisServer
from ambuda_desktop.paths import ENVIRONMENT, Paths
from ambuda_desktop.store.submit import NewTask, insert
from tests.support.program import Program

LONG = 20  # seconds of the task that runs while code is saved
START = 60.0  # seconds until a contender must answer at all
MODULE = """
import time
import google.cloud.vision, PIL.Image, pdf2image
from {app} import app

@app.task(name="pings.ping")
def ping():
    return {version}

@app.task(name="pings.long")
def long(seconds):
    time.sleep(seconds)
    return "survived"
"""
PLAIN = """
import json
import psutil
from celery import Celery
app = Celery("plain", include=["pings"])
app.conf.update(json.load(open({settings!r})))
"""


class Contender:
    """Saves the module, submits tasks, and says what they answered."""

    name = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def save(self, version: int, *, broken: bool = False) -> None:
        part = self.folder / ".pings.part"
        part.write_text("def broken(:\n" if broken else MODULE.format(app=self.app_module, version=version))
        part.replace(self.folder / "pings.py")

    app_module = "plain"

    def submit(self, name: str, *args: Any) -> str:
        raise NotImplementedError

    def answer(self, task_id: str) -> Any:
        """What a task answered, or None."""
        raise NotImplementedError


class Plain(Contender):
    """Celery as it is, started anew by another program, or told to reload by a message."""

    def __init__(self, folder: Path, redis: Paths, name: str, command: list[str]) -> None:
        super().__init__(folder)
        self.name = name
        self.node = f"{folder.name}@bench"
        url = celery_settings_of(redis)["broker_url"]
        settings = {
            "broker_url": url, "result_backend": url, "worker_prefetch_multiplier": 1, "task_acks_late": True,
            "worker_pool_restarts": True,
            "task_default_queue": folder.name, "broker_connection_retry_on_startup": True,
        }  # fmt: skip
        (folder / "settings.json").write_text(json.dumps(settings))
        (folder / "plain.py").write_text(PLAIN.format(settings=str(folder / "settings.json")))
        self.app = Celery("plain", set_as_current=False)
        self.app.conf.update(settings)
        self.save(0)
        worker = f"{sys.executable} -m celery -A plain worker -c 2 -l ERROR -n {self.node}"
        self.process = subprocess.Popen(
            ["nice", "-n", "10", *(part.replace("WORKER", worker) for part in command)] if command else
            ["nice", "-n", "10", *worker.split()],
            cwd=folder, env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=(folder / "log").open("wb"),
            process_group=0,
        )  # fmt: skip

    def submit(self, name: str, *args: Any) -> str:
        return str(self.app.send_task(name, args).id)

    def answer(self, task_id: str) -> Any:
        with contextlib.suppress(CeleryError, OSError):
            result = self.app.AsyncResult(task_id)
            if result.ready():
                return result.result
        return None


class PoolRestart(Plain):
    """Celery's own `pool_restart`, sent after each save."""

    def save(self, version: int, *, broken: bool = False) -> None:
        super().save(version, broken=broken)
        if hasattr(self, "process"):
            self.app.control.broadcast(
                "pool_restart", arguments={"modules": ["pings"], "reload": True}, destination=[self.node]
            )


class Ours(Contender):
    """This program."""

    name = "this program"
    app_module = "ambuda_desktop.celery_app"

    def __init__(self, program: Program) -> None:
        super().__init__(program.paths.tasks)
        self.program = program
        self.save(0)
        program.start_daemon()

    def submit(self, name: str, *args: Any) -> str:
        task = NewTask(name, args=args)
        insert(self.program.connection, [task])
        return task.id

    def answer(self, task_id: str) -> Any:
        task = self.program.task(task_id)
        return (task.value if task.state == "SUCCESS" else task.error) if task.ended else None


def celery_settings_of(paths: Paths) -> dict[str, Any]:
    """Celery's settings for a data folder."""
    before = os.environ.get(ENVIRONMENT)
    os.environ[ENVIRONMENT] = str(paths.root)
    try:
        return celery_settings()
    finally:
        os.environ.pop(ENVIRONMENT)
        if before is not None:
            os.environ[ENVIRONMENT] = before


@contextlib.contextmanager
def all_contenders(folder: Path) -> Iterator[list[Contender]]:
    """Every contender that is installed, at rest, with version 0 of the module."""
    paths = Paths(folder / "redis").make()
    redis = RedisServer(paths)
    redis.start()
    program = Program(folder / "ours")
    started: list[Contender] = []
    try:
        started.append(Ours(program))
        watchmedo = [
            sys.executable,
            "-m",
            "watchdog.watchmedo",
            "auto-restart",
            "-d",
            ".",
            "-p",
            "*.py",
            "--",
        ]
        plain = f"{sys.executable} -m celery -A plain worker -c 2 -l ERROR -n watchmedo@bench".split()
        started.append(Plain(folder / "watchmedo", paths, "watchmedo auto-restart", [*watchmedo, *plain]))
        if importlib.util.find_spec("watchfiles"):
            command = [sys.executable, "-m", "watchfiles", "WORKER", "."]
            started.append(Plain(folder / "watchfiles", paths, "watchfiles CLI", command))
        started.append(PoolRestart(folder / "pool_restart", paths, "Celery's pool_restart", []))
        for contender in started:
            wait_for_answer(contender, 0, START)
        yield started
    finally:
        for one in started:
            if isinstance(one, Plain):
                end_tree(one.process)
        program.end()
        redis.stop()


def end_tree(process: "subprocess.Popen[bytes]") -> None:
    """End a program and all that it started, some of it in process groups of its own."""
    with contextlib.suppress(psutil.NoSuchProcess):
        parent = psutil.Process(process.pid)
        for one in (parent, *parent.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
    process.wait()


def wait_for_answer(contender: Contender, version: int, patience: float) -> float | None:
    """Seconds until a task was answered by this version of the code; None where it never was."""
    begin = time.monotonic()
    asked: list[str] = []
    while time.monotonic() - begin < patience:
        if len(asked) < 3:
            asked.append(contender.submit("pings.ping"))
        for task_id in list(asked):
            answer = contender.answer(task_id)
            if answer == version:
                return time.monotonic() - begin
            if answer is not None or len(asked) > 200:
                asked.remove(task_id)
        time.sleep(0.002)
    return None
