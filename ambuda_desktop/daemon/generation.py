"""One generation: a Celery worker with a queue of its own, in a process group of its own."""

import contextlib
import json
import logging
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from ambuda_desktop.daemon.fork_server import ForkServer
from ambuda_desktop.locks import is_held
from ambuda_desktop.paths import Paths

log = logging.getLogger(__name__)

EXIT_PATIENCE = 0.5  # seconds that the fork server gets to say how it ended, once it has
Kind = Literal["prefork", "threads"]
#: `ready` takes tasks as soon as it is made live; `resting` has ended its own and could be made live again.
State = Literal["starting", "ready", "live", "draining", "resting", "ending", "gone"]


class Generation:
    """An ordered worker. `tick()` moves its state on; nothing here waits."""

    def __init__(self, paths: Paths, server: ForkServer, number: int, order: Mapping[str, Any]) -> None:
        """`order`: the fields of worker/main.py's `Order`. Raises OSError where the server does not take it."""
        self.paths = paths
        self.server = server
        self.number = number
        self.queue: str = order["queue"]
        self.pool = self.queue.split(".")[0]
        self.kind: Kind = order["kind"]
        self.size: int = order["size"]  # tasks at once
        self.state: State = "starting"
        self.code = ""  # the hash of the task code it was started for
        self.pid: int | None = None
        self.exit_code: int | None = None
        self.started_at = time.time()
        self._ordered_at = time.monotonic()
        self._over_at: float | None = None  # time.monotonic() of the end of its line
        self.live_since: float | None = None
        self.draining_since: float | None = None
        self.terminated_at: float | None = None  # time.monotonic() of SIGTERM
        self.is_late = False  # not ready in time, and killed for that
        self.is_deaf = False  # connected to a Redis that is gone; it may not notice for a minute
        self.importing: str | None = None  # the file in hand
        self.imported = False
        self.import_traceback = ""  # of an import that hung
        self.problems: list[dict[str, Any]] = []  # files of task code that cannot be used
        self.failure: str | None = None  # why its code must not be used
        self.sentences: list[str] = []  # for the user, not yet passed on
        self.names: frozenset[str] = frozenset()  # of the tasks that it can run
        self.catalogue: list[dict[str, Any]] | None = (
            None  # what they are; only one pool tells it, after `ready`
        )
        self.files: frozenset[str] = frozenset()  # of task code that it has imported
        self.learned: list[str] = []  # modules of others that it had to import
        self._up = 0
        self._is_ready = False
        self._heard = b""
        stdin, self._stdin = os.pipe()
        self._status, status = os.pipe()
        os.set_blocking(self._status, False)
        try:
            server.order(order, stdin, status)
        except OSError:
            self._close()
            raise
        finally:
            os.close(stdin)
            os.close(status)

    def tick(self) -> None:
        """Hear it, and notice that it is gone with all its processes."""
        if self.state == "gone":
            return
        over = self._listen()
        if self.exit_code is None and self.queue in self.server.exit_codes:
            self.exit_code = self.server.exit_codes.pop(self.queue)
            self.kill()  # pool processes may outlive their parent for a while
        if (
            self.state == "starting"
            and self._is_ready
            and self._up >= (self.size if self.kind == "prefork" else 0)
        ):
            self.state = "ready"
        # Each of its processes holds both the line and the lock, so the end of the line comes with the last of them.
        if over and not is_held(self.lock, shared=True) and not self._exit_code_may_come():
            self._end()

    def _exit_code_may_come(self) -> bool:
        self._over_at = self._over_at or time.monotonic()
        late = time.monotonic() - self._over_at > EXIT_PATIENCE
        return self.pid is not None and self.exit_code is None and self.server.alive and not late

    def _end(self) -> None:
        self.state = "gone"
        self._close()
        place = self.paths.import_traceback(self.queue)
        if self.importing:
            with contextlib.suppress(OSError):
                self.import_traceback = place.read_text(errors="replace")
        for file in (place, self.lock):
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)

    def _listen(self) -> bool:
        """Read what it says; True where the line is at its end."""
        over = False
        with contextlib.suppress(BlockingIOError):
            while not over:
                chunk = os.read(self._status, 65_536)
                over = not chunk
                self._heard += chunk
        *lines, self._heard = self._heard.split(b"\n")
        for line in lines:
            try:
                self._take(json.loads(line))
            except (ValueError, KeyError, TypeError):  # task code may have written on our descriptor
                log.warning("Generation %s said what cannot be read: %.200r", self.queue, line)
        return over

    def _take(self, said: dict[str, Any]) -> None:
        match said["event"]:
            case "born":
                self.pid = said["pid"]
            case "importing":
                self.importing = said["file"]
            case "problem":
                self.problems.append(said)
            case "failed":
                self.failure = said["sentence"]
                self.files = frozenset(said.get("files", ()))
            case "loaded":
                self.imported, self.importing = True, None
                self.names, self.learned = frozenset(said["names"]), said["modules"]
                self.files = frozenset(said["files"])
            case "up":
                self._up += 1
            case "ready":
                self._is_ready = True
            case "catalogue":
                self.catalogue = said["tasks"]
            case "said":
                self.sentences.append(said["sentence"])

    @property
    def lock(self) -> Path:
        return self.paths.locks / f"{self.queue}.lock"

    @property
    def age(self) -> float:
        """Seconds since it was ordered; those that the machine slept do not count."""
        return time.monotonic() - self._ordered_at

    def excuse(self) -> None:
        """It cannot get ready now: its time to do so begins anew."""
        self._ordered_at = time.monotonic()

    def make_live(self) -> None:
        """Tasks go to it from now on."""
        self.state = "live"
        self.live_since, self.draining_since = time.time(), None

    def drain(self) -> None:
        """Give it nothing more; it ends what it runs."""
        if self.state in ("starting", "ready", "live"):
            self.state = "draining"
            self.draining_since = time.time()

    def terminate(self) -> None:
        """Ask it to end (Celery's warm shutdown)."""
        if self.terminated_at is None:
            self.terminated_at = time.monotonic()
            self.state = "ending"
            if self.pid is None:
                self._hang_up()
            else:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End all its processes now."""
        if self.pid is None:
            self._hang_up()
        else:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    def fact(self) -> dict[str, Any]:
        """What the window shows of it."""
        return {
            "queue": self.queue, "pool": self.pool, "number": self.number, "pid": self.pid, "state": self.state,
            "kind": self.kind, "size": self.size, "started_at": self.started_at, "code": self.code,
            "draining_since": self.draining_since,
        }  # fmt: skip

    def _hang_up(self) -> None:
        """It ends itself when it reads the end of its standard input."""
        if self._stdin >= 0:
            os.close(self._stdin)
            self._stdin = -1

    def _close(self) -> None:
        self._hang_up()
        if self._status >= 0:
            os.close(self._status)
            self._status = -1
