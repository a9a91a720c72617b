"""How much memory a pool process may take: one that takes more is ended before it takes the machine with it.

One that merely grew is replaced between two tasks, by Celery's own `--max-memory-per-child` (worker/main.py). What
tasks of ours do with files of somebody else's, and the programs that they start, has limits of addresses
(worker/limited.py): these fail by themselves, mostly before this limit is reached.
"""

import contextlib
import logging
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil

from ambuda_desktop.daemon.census import Census
from ambuda_desktop.daemon.generation import Generation
from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings

log = logging.getLogger(__name__)

EVERY = 0.25  # seconds between two looks; a process fills 1,000 MB in less, but rarely
MB = 1_000_000
PAGE = os.sysconf("SC_PAGE_SIZE")
ADVICE = "If it needs more, raise “memory_limit” in the settings."


class MemoryLimit:
    """Looks at the processes that have a task in hand. `notice` gets sentences for the user."""

    def __init__(self, paths: Paths, census: Census, notice: Callable[[str], None]) -> None:
        self._paths, self._census, self._notice = paths, census, notice
        self._next_look = 0.0
        self._told: set[str] = set()  # queues of generations of threads that take more

    def tick(self, in_flight: Sequence[sqlite3.Row], generations: Sequence[Generation]) -> None:
        """End each pool process that takes more than the settings allow; its task is tried again, but not for ever."""
        now = time.monotonic()
        if not in_flight or now < self._next_look:
            return
        self._next_look = now + EVERY
        most = Settings.usable(self._paths.settings).memory_limit
        busy = {row["generation"] for row in in_flight}
        for generation in generations:
            if generation.pid is None or generation.queue not in busy:
                continue
            if generation.kind == "prefork":
                for row in _running(generation.pid, generation.queue, in_flight):
                    if private_memory(row["pid"]) > most * MB:
                        self._end(row, most)
            elif private_memory(generation.pid) > most * MB:
                self._tell(generation, most)

    def _end(self, row: sqlite3.Row, most: int) -> None:
        reason = f"it used more than {most} MB of memory"
        log.warning("Ending pool process %s, which runs task %s: %s", row["pid"], row["id"], reason)
        self._census.ends(row, reason, ADVICE)
        with contextlib.suppress(ProcessLookupError):
            os.kill(row["pid"], signal.SIGKILL)

    def _tell(self, generation: Generation, most: int) -> None:
        """Threads share a process, and nobody can say which of them took the memory: ending it would end the others'
        tasks too, so a person decides."""
        if generation.queue not in self._told:
            self._told.add(generation.queue)
            self._notice(
                f"The workers of “{generation.pool}” use more than {most} MB of memory. “Restart workers” starts new "
                "ones; these go when their tasks have ended."
            )


def _running(group: int, queue: str, in_flight: Sequence[sqlite3.Row]) -> Iterator[sqlite3.Row]:
    """The rows whose process is one of this generation: the number of one that ended may be anybody's by now."""
    for row in in_flight:
        if row["generation"] == queue and row["pid"] and row["pid"] != group:
            with contextlib.suppress(ProcessLookupError):
                if os.getpgid(row["pid"]) == group:
                    yield row


def private_memory(pid: int) -> int:
    """Bytes of memory that a process shares with no file, as far as the system tells; 0 for one that is gone."""
    try:
        if psutil.LINUX:  # psutil would read two files more
            _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_text().split()
            return (int(resident) - int(shared)) * PAGE
        return int(psutil.Process(pid).memory_info().rss)
    except (OSError, psutil.Error):
        return 0
