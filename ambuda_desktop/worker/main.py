"""One generation of workers: a Celery worker that serves one queue, and never outlives the daemon.

The daemon holds the other end of our standard input: when that ends, the daemon is gone, and so are we.
On standard output go a line for each task file that cannot be used and each message that is refused, and one when
the pool takes tasks.
"""

import logging
import os
import signal
import sys
import threading
from typing import Any

from celery import signals

from ambuda_desktop import logs
from ambuda_desktop.celery_app import app
from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.locks import PROBE, FileLock
from ambuda_desktop.paths import Paths
from ambuda_desktop.worker.loading import load_tasks
from ambuda_desktop.worker.refused import LOGGER, RefusedMessages

NICE = 10  # the person at the machine comes first
READY = "ready"
PROBLEM = "problem"


def run(queue: str, kind: str, size: int) -> int:
    """Serve `queue` with `size` tasks at once, in a `prefork` or `threads` pool, until told to stop."""
    paths = Paths.current()
    # Held by every process of this generation, because forked ones inherit it: free means that all are gone.
    lock = FileLock.take(paths.locks / f"{queue}.lock", shared=True, wait=PROBE)
    if lock is None:
        raise AmbudaError(f"The lock of {queue} is held by another process.")
    status = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what tasks print must not fill the daemon's pipe
    threading.Thread(target=_die_with_daemon, name="die-with-daemon", daemon=True).start()
    os.nice(NICE - os.nice(0))
    logs.to_file(paths.logs / f"worker-{queue.split('.')[0]}.log")
    signals.setup_logging.connect(_keep_our_logging)

    def say(sentence: str) -> None:
        print(PROBLEM, " ".join(sentence.split()), file=status, flush=True)

    logging.getLogger(LOGGER).addHandler(RefusedMessages(say))
    for sentence in load_tasks(paths.tasks):
        say(sentence)

    @signals.worker_ready.connect(weak=False)
    def announce(**_: Any) -> None:
        print(READY, file=status, flush=True)

    arguments = ["worker", "-n", f"{queue}@ambuda", "-Q", queue, "-P", kind, "-c", str(size), "--loglevel", "INFO",
                 "--without-mingle", "--without-gossip", "--without-heartbeat"]  # fmt: skip
    app.worker_main(arguments)
    return 0


def _keep_our_logging(**_: Any) -> None:
    logging.getLogger("celery").setLevel(logging.INFO)


def _die_with_daemon() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    # The whole group: pool processes and what they started (poppler) must not write on.
    os.killpg(0, signal.SIGKILL)
