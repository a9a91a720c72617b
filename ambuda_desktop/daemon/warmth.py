"""Which fork server is in use, and what it should have imported: it learns from the generations.

A module that generations import again and again costs each of them its time. So a server that knows more is started
beside the one in use, and takes its place when it is warm.
"""

import json
import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from ambuda_desktop.daemon.fork_server import UNSAFE, ForkServer
from ambuda_desktop.files import write_atomic
from ambuda_desktop.paths import Paths

log = logging.getLogger(__name__)

MOST_LEARNED = 4_000  # modules


class Warmth:
    """`server` is the one to order from; `tick()` keeps one alive."""

    def __init__(
        self, paths: Paths, start: Callable[[Paths, tuple[str, ...]], ForkServer] = ForkServer
    ) -> None:
        self._paths, self._start = paths, start
        self._refused: set[str] = set()  # what no server can have imported
        self._next: ForkServer | None = None
        self._left: list[ForkServer] = []  # no longer in use, but the parents of living generations
        self.server = start(paths, tuple(_read(paths.learned_modules)))

    def tick(self) -> None:
        """Hear the servers, and start one where the one in use has died."""
        for server in (self.server, *self._left, *([self._next] if self._next else [])):
            server.tick()
        if not self.server.alive:
            self._replace()
        if self._next is not None and not self._next.alive:
            self._give_up_next()
        elif self._next is not None and self._next.is_warm:
            self._left.append(self.server)
            self.server, self._next = self._next, None
            self._write()

    def learn(self, modules: Iterable[str]) -> None:
        """A generation had to import these: let the next server have them."""
        known = (self._next or self.server).learned
        new = [name for name in modules if name not in known and name not in self._refused]
        if new and len(known) + len(new) <= MOST_LEARNED and self._next is None:
            log.info("Learning %s modules for a new fork server", len(new))
            self._next = self._start(self._paths, (*known, *new))

    def renew(self) -> None:
        """Order from a new server from now on, because the code of the program itself has changed."""
        self._left.append(self.server)
        if self._next is not None:
            self._next.end()
            self._next = None
        self.server = self._start(self._paths, self.server.learned)

    def exit_code(self, pid: int | None) -> int | None:
        """How a generation ended, as far as a server has said."""
        servers = (self.server, *self._left)
        return next((s.exit_codes[pid] for s in servers if pid in s.exit_codes), None) if pid else None

    def release(self, *, in_use: bool) -> None:
        """Let servers go that nobody needs. `in_use`: whether generations of the left ones still live."""
        if not in_use:
            for server in self._left:
                server.close()
        self._left = [
            server for server in self._left if server.alive
        ]  # asking collects those that have ended

    def end(self) -> None:
        """End all servers."""
        for server in (self.server, *self._left, *([self._next] if self._next else [])):
            server.end()

    def _replace(self) -> None:
        code = self.server.process.returncode
        log.warning("The fork server ended (code %s)", code)
        learned = self.server.learned
        if code == UNSAFE or not self.server.is_warm:
            # Something that it was to import ends it, or cannot be forked.
            self._refused.update(learned)
            learned = ()
            self.server = self._start(self._paths, learned)
            self._write()
        else:
            self.server = self._start(self._paths, learned)

    def _give_up_next(self) -> None:
        assert self._next is not None
        log.warning("A fork server with learned modules ended (code %s)", self._next.process.returncode)
        self._refused.update(set(self._next.learned) - set(self.server.learned))
        self._next = None

    def _write(self) -> None:
        with suppress(OSError):  # a full disk: the next daemon learns again
            write_atomic(self._paths.learned_modules, json.dumps(self.server.learned).encode(), durable=False)


def _read(path: Path) -> list[str]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return []
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []
