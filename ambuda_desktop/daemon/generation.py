"""One generation: a Celery worker with a queue of its own, in a process group of its own."""

import contextlib
import logging
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any, Literal

from ambuda_desktop.launch import program
from ambuda_desktop.locks import is_held
from ambuda_desktop.paths import ENVIRONMENT, Paths

log = logging.getLogger(__name__)

Kind = Literal["prefork", "threads"]
State = Literal["starting", "live", "draining", "dying", "gone"]

START_TIMEOUT = 60.0  # seconds until it must be ready: a task module may hang while it is imported
READY, PROBLEM = "ready", "problem"  # how the lines begin that worker/main.py says


class Generation:
    """A started worker. `tick()` moves its state on; nothing here waits."""

    def __init__(self, paths: Paths, queue: str, number: int, kind: Kind, size: int) -> None:
        self.paths = paths
        self.queue = queue
        self.pool = queue.split(".")[0]
        self.number = number
        self.kind = kind
        self.size = size  # tasks at once
        self.state: State = "starting"
        self.was_live = False
        self.problems: list[str] = []  # sentences about task files, not yet passed on
        self._heard = b""
        self.started_at = time.time()
        self.terminated_at: float | None = None  # time.monotonic() of SIGTERM
        with (paths.logs / f"worker-{self.pool}.stderr").open("ab") as stderr:
            self.process = subprocess.Popen(
                program("worker", queue, kind, str(size)),
                # We hold the other end of its stdin: when we die, however we die, it reads the end and goes.
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr,
                env={**os.environ, ENVIRONMENT: str(paths.root)}, process_group=0, cwd=paths.root,
            )  # fmt: skip
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)

    def tick(self) -> None:
        """Notice that it is ready, or that it is gone with all its processes."""
        self._listen()
        if self.state == "starting" and time.time() - self.started_at > START_TIMEOUT:
            log.warning("Generation %s did not get ready within %s s: ending it", self.queue, START_TIMEOUT)
            self.kill()
        if self.state != "gone" and self.process.poll() is not None:
            self.state = "dying"
            self.kill()  # pool processes may outlive their parent for a while
            if not is_held(self.lock, shared=True):
                self.state = "gone"

    def _listen(self) -> None:
        assert self.process.stdout is not None
        self._heard += self.process.stdout.read() or b""
        *lines, self._heard = self._heard.split(b"\n")
        for line in lines:
            word, _, sentence = line.decode(errors="replace").partition(" ")
            if word == PROBLEM:
                self.problems.append(sentence)
            elif word == READY and self.state == "starting":
                self.state = "live"
                self.was_live = True

    @property
    def lock(self) -> Path:
        return self.paths.locks / f"{self.queue}.lock"

    def drain(self) -> None:
        """Give it nothing more; it ends what it runs."""
        if self.state in ("starting", "live"):
            self.state = "draining"

    def terminate(self) -> None:
        """Ask it to end (Celery's warm shutdown)."""
        if self.terminated_at is None:
            self.terminated_at = time.monotonic()
            with contextlib.suppress(ProcessLookupError):
                self.process.terminate()

    def kill(self) -> None:
        """End all its processes now."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def fact(self) -> dict[str, Any]:
        """What the window shows of it."""
        return {
            "queue": self.queue, "pool": self.pool, "number": self.number, "pid": self.process.pid,
            "state": self.state, "kind": self.kind, "size": self.size, "started_at": self.started_at,
        }  # fmt: skip
