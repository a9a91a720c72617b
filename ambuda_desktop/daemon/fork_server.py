"""The daemon's side of the fork server: asking it for generations, and hearing how they end.

An order is taken before the server is warm; it is carried out when it is. A server that dies takes no generation with
it: each has a line of its own to the daemon.
"""

import json
import logging
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import Any

from ambuda_desktop.launch import program
from ambuda_desktop.paths import ENVIRONMENT, Paths

log = logging.getLogger(__name__)

UNSAFE = 3  # exit code of worker/fork_server.py: a learned module has started a thread
MOST = 1 << 20  # bytes of a message
#: Seconds to import in. A module may wait for ever (for a network, say), and orders would wait with it. Less than a
#: generation gets to be ready, so that it is not the generation that is blamed.
WARM_TIMEOUT = 30.0


class ForkServer:
    """A started server. `tick()` hears it; nothing here waits."""

    def __init__(self, paths: Paths, learned: Sequence[str]) -> None:
        self.learned = tuple(learned)
        self.is_warm = False
        self.files: frozenset[str] = frozenset()  # of the program's code that it has imported
        self.exit_codes: dict[str, int] = {}  # of generations, by queue
        self._started_at = time.monotonic()
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        here.setblocking(False)
        self._control = here
        with (paths.logs / "fork-server.stderr").open("ab") as stderr, there:
            command = [*dies_with_us(), *program("fork-server", "--", *learned)]
            self.process = subprocess.Popen(
                command, stdin=there.fileno(), stdout=stderr, stderr=stderr,
                env={**os.environ, ENVIRONMENT: str(paths.root)}, process_group=0, cwd=paths.root,
            )  # fmt: skip

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    @property
    def hangs(self) -> bool:
        """Whether it imports for longer than it may."""
        return not self.is_warm and time.monotonic() - self._started_at > WARM_TIMEOUT

    def order(self, order: Mapping[str, Any], stdin: int, status: int) -> None:
        """Ask for a generation with these two descriptors. Raises OSError where the server cannot take it."""
        socket.send_fds(self._control, [json.dumps(order).encode()], [stdin, status])

    def tick(self) -> None:
        """Hear that it is warm, and which generations ended."""
        while self._control.fileno() >= 0:  # not let go
            try:
                message = self._control.recv(MOST)
            except (BlockingIOError, ConnectionError):
                return
            if not message:
                return
            said = json.loads(message)
            if said["event"] == "warm":
                self.is_warm = True
                self.files = frozenset(said["files"])
                log.info("The fork server %s is warm", said["pid"])
                if said["failed"]:
                    log.info("Not imported before the fork: %s", ", ".join(said["failed"]))
            else:
                self.exit_codes[said["queue"]] = said["code"]

    def close(self) -> None:
        """Let it go: it ends when it reads the end of its line. Its generations live on."""
        self._control.close()

    def end(self) -> None:
        """End it and wait for that."""
        self.close()
        self.process.kill()
        self.process.wait()


def dies_with_us() -> list[str]:
    """Linux: the beginning of a command that the kernel ends with us. Elsewhere the command must see to it."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL"] if setpriv else []
