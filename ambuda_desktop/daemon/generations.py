"""All generations: each pool has one that is live, and perhaps older ones that drain."""

import logging
import multiprocessing
import sqlite3
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from ambuda_desktop.daemon.backoff import Backoff
from ambuda_desktop.daemon.census import Census, exit_code
from ambuda_desktop.daemon.generation import Generation, Kind
from ambuda_desktop.paths import Paths
from ambuda_desktop.pools import CPU, POOLS, Sizes

log = logging.getLogger(__name__)

TERM_TIMEOUT = 5.0  # seconds between SIGTERM and SIGKILL for one that runs nothing any more
KILL_TIMEOUT = 5.0  # seconds after SIGKILL; what is still there hangs in the kernel, and dies when it can
MAX_EARLY_DEATHS = 2  # deaths before it was ready, then prefork is given up for threads


def prefork_works() -> bool:
    """Whether processes can share semaphores here; they cannot where /dev/shm is not writable."""
    try:
        multiprocessing.Lock()
    except OSError:
        return False
    return True


class Generations:
    """`tick()` starts what is missing and ends what has drained. `notice` gets sentences for the user."""

    def __init__(self, paths: Paths, sizes: Sizes, notice: Callable[[str], None], census: Census) -> None:
        self._paths = paths
        self._census = census
        self._sizes = dict(sizes)
        self._notice = notice
        self._all: list[Generation] = []
        # Random, so that workers left by a daemon that was killed can never eat what we send.
        self._run = uuid.uuid4().hex[:6]
        self._count = 0
        self._backoff = {pool: Backoff() for pool in POOLS}
        self._early_deaths = 0
        self._cpu_kind: Kind = "prefork"
        if not prefork_works():
            self._use_threads("/dev/shm is not writable")

    def tick(self, busy: set[str]) -> list[Generation]:
        """Start, promote, retire. `busy`: queues of generations that still have tasks. Returns the dead ones."""
        now = time.monotonic()
        for generation in self._all:
            generation.tick()
            while generation.problems:
                self._notice(generation.problems.pop(0))
            if generation.state == "draining" and generation.queue not in busy:
                generation.terminate()
            if generation.terminated_at is not None and now - generation.terminated_at > TERM_TIMEOUT:
                generation.kill()
        gone = [g for g in self._all if g.state == "gone"]
        self._all = [g for g in self._all if g.state != "gone"]
        for generation in gone:
            self._bury(generation, now)
        for pool in POOLS:
            self._promote(pool)
            if not any(g.pool == pool and g.state in ("starting", "live") for g in self._all):
                if self._backoff[pool].may_try(now):
                    self._start(pool)
            else:
                self._backoff[pool].worked(now)
        return gone

    def live(self, pool: str) -> Generation | None:
        """The one that gets the tasks of a pool; None while it starts."""
        return next((g for g in reversed(self._all) if g.pool == pool and g.state == "live"), None)

    def renew(self) -> None:
        """Start a new one in each pool, because Redis came back empty and a worker may stay deaf to it."""
        for pool in POOLS:
            for generation in self._all:
                if generation.pool == pool:
                    generation.drain()
            self._start(pool)

    def resize(self, sizes: Sizes) -> None:
        """Follow a wish for other pool sizes: a size is changed by a new generation."""
        for pool, size in sizes.items():
            if pool in POOLS and size != self._sizes[pool]:
                self._sizes[pool] = size
                self._start(pool)

    def stop(self, timeout: float) -> None:
        """End all: asked first, killed after `timeout` seconds."""
        for generation in self._all:
            generation.terminate()
        deadline = time.monotonic() + timeout
        while self._all and time.monotonic() < deadline + KILL_TIMEOUT:
            if time.monotonic() > deadline:
                for generation in self._all:
                    generation.kill()
            for generation in self._all:
                generation.tick()
            self._all = [g for g in self._all if g.state != "gone"]
            time.sleep(0.01)

    def facts(self, in_flight: Sequence[sqlite3.Row], paused: set[str]) -> dict[str, Any]:
        """The facts `pools` and `generations`."""
        pools = {}
        for pool in POOLS:
            pools[pool] = {
                "size": self._sizes[pool], "kind": self._cpu_kind if pool == CPU else "threads",
                "busy": sum(row["pool"] == pool for row in in_flight), "ready": self.live(pool) is not None,
                "paused": pool in paused,
            }  # fmt: skip
        processes = self._census.processes(self._all, in_flight)
        generations = [{**g.fact(), "processes": processes[g.queue]} for g in self._all]
        return {"pools": pools, "generations": generations, "exits": self._census.exits}

    def _start(self, pool: str) -> None:
        self._count += 1
        kind: Kind = self._cpu_kind if pool == CPU else "threads"
        queue = f"{pool}.{self._run}.{self._count}"
        log.info("Starting generation %s (%s, %s at once)", queue, kind, self._sizes[pool])
        self._all.append(Generation(self._paths, queue, self._count, kind, self._sizes[pool]))

    def _promote(self, pool: str) -> None:
        """Once a newer one is live, the older ones drain."""
        live = self.live(pool)
        if live is not None and live.kind == "prefork":
            self._early_deaths = 0
        for generation in self._all:
            if live is not None and generation.pool == pool and generation.number < live.number:
                generation.drain()

    def _bury(self, generation: Generation, now: float) -> None:
        if generation.terminated_at is not None:
            log.info("Generation %s has ended", generation.queue)
            return
        code = generation.process.returncode
        self._census.exited(generation.process.pid, generation.pool, "worker", exit_code(code))
        log.warning("Generation %s died (code %s)", generation.queue, code)
        self._notice(f"The {generation.pool} workers stopped unexpectedly and were started again.")
        self._backoff[generation.pool].failed(now)
        if generation.kind == "prefork" and not generation.was_live:
            self._early_deaths += 1
            if self._early_deaths >= MAX_EARLY_DEATHS:
                self._use_threads("worker processes end before they are ready")

    def _use_threads(self, reason: str) -> None:
        self._cpu_kind = "threads"
        log.warning("Using threads instead of processes: %s", reason)
        self._notice(f"Tasks run in threads instead of processes, which is slower: {reason}.")
