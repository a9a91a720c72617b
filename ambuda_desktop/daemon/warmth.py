"""Which fork server is in use, and what it should have imported: it learns from the generations.

A module that generations import again and again costs each of them its time. So a server that knows more is started
beside the one in use, and takes its place when it is warm. So is one that has changed code of the program itself: that
code may be of no use, and then the one in use stays. Who edits the program will do so again: from then on, no server
imports what only the program's own tasks need, and a further edit there needs no server.
"""

import json
import logging
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from pathlib import Path

from ambuda_desktop.daemon.backoff import Backoff
from ambuda_desktop.daemon.fork_server import UNSAFE, ForkServer
from ambuda_desktop.files import write_atomic
from ambuda_desktop.paths import Paths

log = logging.getLogger(__name__)

MOST_LEARNED = 4_000  # modules
OWN = "ambuda_desktop."


class Warmth:
    """`server` is the one to order from; `tick()` keeps one alive."""

    def __init__(
        self, paths: Paths, notice: Callable[[str], None],
        start: Callable[[Paths, tuple[str, ...]], ForkServer] = ForkServer,
    ) -> None:  # fmt: skip
        self._paths, self._notice, self._start = paths, notice, start
        self._refused: set[str] = set()  # what no server can have imported
        self._backoff = Backoff()
        self._used: ForkServer = start(paths, tuple(_read(paths.learned_modules)))
        self._next: ForkServer | None = None
        self._next_is_renewed = False  # it has code of the program that the one in use has not
        self._left: list[ForkServer] = []  # no longer in use, but the parents of living generations
        self.is_outdated = False  # code of the program was saved that the one in use has not
        self._is_edited = False  # the program's own code

    @property
    def server(self) -> ForkServer:
        """The one to order from: it carries an order out as soon as it is warm."""
        return self._next if self._next is not None and self._next_is_renewed else self._used

    @property
    def files(self) -> frozenset[str]:
        """Of the program's own code, what servers have imported."""
        return self._used.files | (self._next.files if self._next else frozenset())

    def tick(self) -> None:
        """Hear the servers, and start one where the one in use has died."""
        for server in (self._used, *self._left, *([self._next] if self._next else [])):
            server.tick()
            if server.hangs and server.alive:
                log.warning("A fork server has not imported its modules in time: ending it")
                server.end()
        now = time.monotonic()
        if self._used.alive:
            self._backoff.worked(now)
        elif self._backoff.may_try(now):
            self._replace(now)
        if self._next is not None and not self._next.alive:
            self._give_up_next(self._next)
        elif self._next is not None and self._next.is_warm:
            self._adopt(self._next)

    def learn(self, modules: Iterable[str]) -> None:
        """A generation had to import these: let the next server have them."""
        known = set((self._next or self._used).learned)
        new = [name for name in self._learnable(modules) if name not in known]
        if new and len(known) + len(new) <= MOST_LEARNED and self._next is None:
            log.info("Learning %s modules for a new fork server", len(new))
            with suppress(OSError):  # no room for another process: later, then
                self._next = self._start(self._paths, (*self._used.learned, *new))

    def saved(self, files: Collection[Path]) -> None:
        """These files of the program's own code were saved. A server that still imports may have either code."""
        if files and self._next is not None and not self._next_is_renewed and not self._next.is_warm:
            self._next.end()
            self._next = None  # learned again by the next generation that has to import it
        if files and (not self._used.is_warm or any(str(f) in self.files for f in files)):
            self.is_outdated = True

    def renew(self) -> None:
        """Order from a new server from now on, because the code of the program itself has changed. Raises OSError
        where none can be started."""
        self.is_outdated = self._is_edited = True
        renewed = self._start(self._paths, self._learnable(self._used.learned))
        if self._next is not None:
            self._next.end()
        self._next, self._next_is_renewed = renewed, True

    def _learnable(self, modules: Iterable[str]) -> tuple[str, ...]:
        return tuple(
            m for m in modules if m not in self._refused and not (self._is_edited and m.startswith(OWN))
        )

    def release(self, in_use: Collection[ForkServer]) -> None:
        """Let servers go that nobody needs. `in_use`: those whose generations still live."""
        for server in self._left:
            if server not in in_use:
                server.close()
        # Asking collects those that have ended.
        self._left = [server for server in self._left if server.alive]

    def end(self) -> None:
        """End all servers."""
        for server in (self._used, *self._left, *([self._next] if self._next else [])):
            server.end()

    def _adopt(self, server: ForkServer) -> None:
        self._left.append(self._used)
        self._used = server
        if self._next_is_renewed:
            self.is_outdated = False
        self._next, self._next_is_renewed = None, False
        self._write()

    def _replace(self, now: float) -> None:
        used, learned = self._used, self._used.learned
        code = used.process.returncode
        log.warning("The fork server ended (code %s)", code)
        self._notice(
            "The process that workers are started from ended and was started again; nothing is lost."
        )
        if code == UNSAFE or not used.is_warm:
            # Something that it was to import ends it, or cannot be forked.
            self._refused.update(learned)
            learned = ()
        # At once the first time; a server that cannot start must not be started without a pause.
        self._backoff.failed(now)
        used.close()
        self._used = self._start(self._paths, learned)
        if learned != used.learned:
            self._write()
        if self._next is None:
            self.is_outdated = False  # it imports what is on the disk now

    def _give_up_next(self, server: ForkServer) -> None:
        log.warning("A new fork server ended (code %s); the one before stays", server.process.returncode)
        self._refused.update(set(server.learned) - set(self._used.learned))
        server.close()
        self._next, self._next_is_renewed = None, False

    def _write(self) -> None:
        with suppress(OSError):  # a full disk: the next daemon learns again
            write_atomic(self._paths.learned_modules, json.dumps(self._used.learned).encode(), durable=False)


def _read(path: Path) -> list[str]:
    """The names in the file; whatever is in it, no more of them and no other than a server can be started with."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return []
    names = found[:MOST_LEARNED] if isinstance(found, list) else []
    return [name for name in names if isinstance(name, str) and name.replace(".", "a").isidentifier()]
