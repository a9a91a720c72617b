"""One generation of workers: a Celery worker that serves one queue, and never outlives the daemon.

It begins in a process that was just forked. Its standard input is a pipe whose other end only the daemon holds: when
that ends, the daemon is gone, and so are we. On `status` goes one JSON object a line, an event each:
`born` (pid), `problem` (of a file of task code), `failed` (it cannot be used), `loaded` (what it can run), `up` (one
pool process), `ready`, `catalogue` (of its tasks), `said` (a sentence for the user).
"""

import contextlib
import faulthandler
import io
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from celery import signals

from ambuda_desktop import logs
from ambuda_desktop.celery_app import app
from ambuda_desktop.locks import PROBE, FileLock
from ambuda_desktop.paths import Paths
from ambuda_desktop.pools import NET
from ambuda_desktop.settings import Settings
from ambuda_desktop.worker import tasks
from ambuda_desktop.worker.catalogue import catalogue
from ambuda_desktop.worker.loading import imported_files, load_tasks
from ambuda_desktop.worker.refused import LOGGER, RefusedMessages
from ambuda_desktop.worker.source_import import modules_below

NICE = 10  # the person at the machine comes first
IMPORT_TIMEOUT = 15.0  # seconds for a file of task code; google.cloud.vision takes 3 on a slow disk, once
REAP_EVERY = 0.2  # seconds between two looks for pool processes that ended
FAILED = 1  # exit code of one whose task code cannot be used


@dataclass(frozen=True)
class Order:
    """What a generation is to be. Travels as JSON."""

    queue: str
    kind: str  # prefork or threads
    size: int  # tasks at once
    folders: list[str] = field(default_factory=list)  # of the user's task code
    own: str | None = None  # the program's code, where it may be edited
    #: Files that may be unusable; None: any may.
    tolerated: list[str] | None = None
    skip: list[str] = field(
        default_factory=list
    )  # files that must not be imported: they hang, or end the process


class Status:
    """The line to the daemon; pool processes have it too."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def say(self, event: str, **values: Any) -> None:
        """One event. Written whole: while pool processes write as well, lines are shorter than PIPE_BUF."""
        line = json.dumps({"event": event, **values}).encode() + b"\n"
        while line:
            line = line[os.write(self._descriptor, line) :]


def run(order: Order, stdin: int, status: Status) -> int:
    """Serve a queue until told to stop. Returns an exit code."""
    paths = Paths.current()
    os.dup2(stdin, 0)
    _die_with_daemon(stdin)
    status.say("born", pid=os.getpid())
    # Held by every process of this generation, because forked ones inherit it: free means that all are gone.
    lock = FileLock.take(paths.locks / f"{order.queue}.lock", shared=True, wait=PROBE)
    if lock is None:
        status.say("failed", sentence=f"The lock of {order.queue} is held by another process.")
        return FAILED
    _open_outputs(paths, order.queue.split(".")[0])
    os.nice(NICE - os.nice(0))
    if not _load(order, status):
        return FAILED
    logging.getLogger(LOGGER).addHandler(
        RefusedMessages(lambda sentence: status.say("said", sentence=sentence))
    )
    signals.setup_logging.connect(_keep_our_logging)
    # A pool process, too: its parent may be killed with the daemon, and then nobody else ends it.
    signals.worker_process_init.connect(lambda **_: _die_with_daemon(stdin), weak=False)
    signals.worker_process_init.connect(lambda **_: status.say("up"), weak=False)
    signals.worker_ready.connect(lambda **_: status.say("ready"), weak=False)
    if order.queue.startswith(f"{NET}."):
        # It takes as long as to import all task code, and is the same in both pools: so once, and last.
        signals.worker_ready.connect(lambda **_: status.say("catalogue", tasks=catalogue(app)), weak=False)
    if order.kind == "prefork":
        signals.worker_ready.connect(_look_for_ends)
    recycle = Settings.usable(paths.settings).memory_recycle * 1000  # KB
    app.Worker(
        hostname=f"{order.queue}@ambuda", queues=[order.queue], pool=order.kind, concurrency=order.size,
        max_memory_per_child=recycle, loglevel=logging.INFO, quiet=True,
        without_mingle=True, without_gossip=True, without_heartbeat=True,
    ).start()  # fmt: skip
    return 0


def _load(order: Order, status: Status) -> bool:
    """Import the task code and say what came of it; False where that code must not be used."""
    own = Path(order.own) if order.own else None
    folders = [Path(folder) for folder in order.folders]
    before = set(sys.modules)
    with _watched_import(order.queue) as watch:

        def begin(file: Path) -> None:
            watch()
            status.say("importing", file=str(file))

        problems = load_tasks(folders, own, begin, order.skip)
    fatal = [p for p in problems if order.tolerated is not None and p.file not in order.tolerated]
    for problem in problems:
        status.say("problem", **asdict(problem), fatal=problem in fatal)
    files = imported_files([*folders, *([own] if own else [])], before)
    if fatal:
        status.say("failed", sentence=fatal[0].sentence, files=files)
        return False
    status.say("loaded", names=sorted(app.tasks), files=files, modules=_learned(before, folders))
    return True


@contextlib.contextmanager
def _watched_import(queue: str) -> Iterator[Callable[[], None]]:
    """An import that hangs ends the process, and leaves its traceback where the daemon finds it. Call what is yielded
    when another file begins."""
    place = Paths.current().import_traceback(queue)
    with place.open("w") as file:

        def watch() -> None:
            faulthandler.dump_traceback_later(IMPORT_TIMEOUT, exit=True, file=file)

        watch()
        try:
            yield watch
        finally:
            faulthandler.cancel_dump_traceback_later()
    place.unlink(missing_ok=True)


def _learned(before: set[str], folders: list[Path]) -> list[str]:
    """What the task code needs beyond the fork server's modules; that may import it the next time."""
    new = set(sys.modules) - before
    task_code = set(modules_below([*folders, Path(tasks.__path__[0])], new).values())
    found = []
    for name in sorted(new - task_code):
        module = sys.modules[name]
        importable = getattr(module, "__spec__", None) is not None and name != "__main__"
        # One without a file is built in, or a mere folder: perhaps one of the user's.
        file = getattr(module, "__file__", None)
        if importable and file:
            found.append(name)
    return found


def _open_outputs(paths: Paths, pool: str) -> None:
    """What tasks print, and what Python says on its way down, goes into a file."""
    descriptor = os.open(paths.logs / f"worker-{pool}.stderr", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for standard in (1, 2):
        os.dup2(descriptor, standard)
    os.close(descriptor)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True)  # `dev` shows what tasks print when they print it
    logs.to_file(paths.logs / f"worker-{pool}.log")


def _look_for_ends(sender: Any, **_: Any) -> None:
    """A pool process closes its pipe a moment before its end can be waited for. Celery looks when the pipe closes, so
    mostly too early, and then not for five seconds, in which the next task may wait for a process that is gone."""
    sender.hub.call_repeatedly(REAP_EVERY, sender.pool.maintain_pool)


def _keep_our_logging(**_: Any) -> None:
    logging.getLogger("celery").setLevel(logging.INFO)


def _die_with_daemon(line: int) -> None:
    """End when nobody holds the other end of this pipe any more."""

    def wait() -> None:
        while os.read(line, 1024):
            pass
        # The whole group: pool processes and what they started (poppler) must not write on.
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=wait, name="die-with-daemon", daemon=True).start()
