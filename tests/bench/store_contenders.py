"""Plain Celery with default settings on a Redis of its own, and the store without a daemon."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
from celery import Celery, group
from celery.exceptions import CeleryError

from ambuda_desktop.celery_app import StoreCelery
from ambuda_desktop.daemon.redis_server import RedisServer, connect
from ambuda_desktop.paths import ENVIRONMENT, Paths
from tests.bench.contenders import Failed, temporary
from tests.bench.measuring import LIMIT, cpu_of
from tests.bench.reload_contenders import celery_settings_of, end_tree
from tests.support import pdfs

NOTHING = """
from ambuda_desktop.celery_app import app

@app.task
def nothing(x):
    return x
"""
#: The same functions that our own tasks call, in tasks that are Celery's alone.
PLAIN = """
from pathlib import Path
from celery import Celery
from ambuda_desktop.books import BookFolder
from ambuda_desktop.worker.split import finish, plan, ranges

app = Celery("plain", broker={url!r}, backend={url!r})

def ignore(done, total):
    pass

@app.task
def nothing(x):
    return x

@app.task
def split_book(folder):
    return plan.plan(BookFolder(Path(folder)), None, ignore).ranges

@app.task
def split_pages(folder, numbers):
    return ranges.split_range(BookFolder(Path(folder)), numbers, ignore)

@app.task
def finish_split(folder):
    return len(finish.finish(BookFolder(Path(folder)))[0].pages)
"""
START = 60.0  # seconds until a worker must answer


class Plain:
    """A worker of plain Celery's, or only its Redis where nothing is to run."""

    def __init__(self, redis: RedisServer, paths: Paths, url: str) -> None:
        self._redis, self._paths, self._url = redis, paths, url
        self.worker: subprocess.Popen[bytes] | None = None
        self.app = self.new_app()

    def new_app(self) -> Celery:
        """What a program has that submits tasks; nothing in it is used again by the next."""
        return Celery("plain", broker=self._url, backend=self._url, set_as_current=False)

    def submit(self, name: str, arguments: list[tuple[Any, ...]], app: Celery | None = None) -> Any:
        """As people do it: a group of tasks with these arguments; returns its GroupResult."""
        app = app or self.app
        return group([app.signature(f"plain.{name}", a) for a in arguments], app=app).apply_async()

    def forget(self) -> None:
        """Take back all that nobody runs."""
        with connect(self._paths, timeout=10) as client:
            client.delete("celery")

    def cpu(self) -> float:
        """CPU seconds of Redis and worker so far."""
        pids = [self._redis.fact()["pid"], *([self.worker.pid] if self.worker else [])]
        trees = [psutil.Process(pid) for pid in pids]
        return cpu_of([*trees, *(child for tree in trees for child in tree.children(recursive=True))])

    def split(self, pdf: Path) -> float:
        """CPU seconds of a whole book."""
        with temporary() as folder:
            place = str(pdfs.put_in_library(folder, pdf).path)
            before = self.cpu()
            planned = self.app.send_task("plain.split_book", (place,)).get(LIMIT)
            self.submit("split_pages", [(place, numbers) for numbers in planned]).get(LIMIT)
            if not self.app.send_task("plain.finish_split", (place,)).get(LIMIT):
                raise Failed("plain Celery made no page")
            return self.cpu() - before


@contextlib.contextmanager
def plain_celery(processes: int) -> Iterator[Plain]:
    """Plain Celery on a Redis of its own, with a worker of so many processes; 0: none."""
    with temporary() as folder:
        paths = Paths(folder / "redis").make()
        redis = RedisServer(paths)
        redis.start()
        try:
            url = celery_settings_of(paths)["broker_url"]
            plain = Plain(redis, paths, url)
            if processes:
                (folder / "plain.py").write_text(PLAIN.format(url=url))
                plain.worker = _start(folder, processes)
                _wait_for(plain)
            yield plain
        finally:
            if plain.worker:
                end_tree(plain.worker)
            redis.stop()


@contextlib.contextmanager
def store_app() -> Iterator[StoreCelery]:
    """Our app on an empty store of its own. No daemon runs, but its Redis: Celery's groups subscribe to each result."""
    before = os.environ.get(ENVIRONMENT)
    with temporary() as folder:
        paths = Paths(folder / "data").make()
        os.environ[ENVIRONMENT] = str(paths.root)
        redis = RedisServer(paths)
        redis.start()
        app = StoreCelery("bench", set_as_current=False)
        try:
            yield app
        finally:
            app.close_store()
            app.close()
            redis.stop()
            os.environ.pop(ENVIRONMENT)
            if before is not None:
                os.environ[ENVIRONMENT] = before


def _start(folder: Path, processes: int) -> "subprocess.Popen[bytes]":
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "plain", "worker", "-c", str(processes)],
            cwd=folder, env={**os.environ, "PYTHONPATH": str(folder)}, process_group=0,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log,
        )  # fmt: skip


def _wait_for(plain: Plain) -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline:
        with contextlib.suppress(CeleryError):
            plain.app.send_task("plain.nothing", (0,)).get(5)
            return
    raise Failed("plain Celery did not start")
