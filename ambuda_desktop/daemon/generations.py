"""All generations: each pool has one that is live, perhaps one that will be, and older ones that drain."""

import logging
import sqlite3
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from ambuda_desktop.daemon.backoff import Backoff
from ambuda_desktop.daemon.census import Census, exit_code
from ambuda_desktop.daemon.false_starts import FalseStarts
from ambuda_desktop.daemon.generation import Generation, Kind
from ambuda_desktop.daemon.probation import Probation
from ambuda_desktop.daemon.task_code import TaskCode
from ambuda_desktop.daemon.warmth import Warmth
from ambuda_desktop.paths import Paths
from ambuda_desktop.pools import CPU, POOLS, Sizes

log = logging.getLogger(__name__)

TERM_TIMEOUT = 5.0  # seconds between SIGTERM and SIGKILL for one that runs nothing any more
KILL_TIMEOUT = 5.0  # seconds after SIGKILL; what is still there hangs in the kernel, and dies when it can
START_TIMEOUT = 60.0  # seconds until it must be ready
MAX_DRAINING = 4  # older generations of a pool that may still run tasks when new code comes


class Generations:
    """`tick()` starts what is missing and ends what has drained. `notice` gets sentences for the user."""

    def __init__(
        self, paths: Paths, sizes: Sizes, notice: Callable[[str], None], census: Census, code: TaskCode,
        warmth: Warmth,
    ) -> None:  # fmt: skip
        self._paths, self._census, self._code, self._warmth = paths, census, code, warmth
        self._sizes, self._notice = dict(sizes), notice
        self._all: list[Generation] = []
        self._live: dict[str, Generation] = {}
        #: Promoted one by one as they get ready: a first start, another size, a Redis that came back empty.
        self._coming: dict[str, Generation] = {}
        # Random, so that workers left by a daemon that was killed can never eat what we send.
        self._run = uuid.uuid4().hex[:6]
        self._count = 0
        self._backoff = {pool: Backoff() for pool in POOLS}
        self._false_starts = FalseStarts(code, notice)
        self._too_bad = ""  # the hash of code that could not take the place of live one
        self._probation = Probation()
        #: The broker does not answer, so nobody can get ready, and nobody is to blame for it.
        self.is_cut_off = False
        #: What happened to code that was live: for whoever keeps the history of reloads.
        self.gone_back: list[str] = []

    def tick(self, busy: set[str]) -> list[Generation]:
        """Start, promote, retire. `busy`: queues of generations that still have tasks. Returns the dead ones."""
        now = time.monotonic()
        self._warmth.tick()
        for generation in self._all:
            generation.tick()
            while generation.sentences:
                self._notice(generation.sentences.pop(0))
            self._retire(generation, generation.queue in busy, now)
        gone = [g for g in self._all if g.state == "gone"]
        self._all = [g for g in self._all if g.state != "gone"]
        for generation in gone:
            self._bury(generation, now)
        for pool in POOLS:
            self._keep(pool, now)
        self._warmth.release([g.server for g in self._all])
        return gone

    @property
    def all(self) -> Sequence[Generation]:
        """Each that has not ended."""
        return self._all

    def live(self, pool: str) -> Generation | None:
        """The one that gets the tasks of a pool; None while it starts."""
        return self._live.get(pool)

    def order(self, pool: str, *, tolerated: Sequence[str] | None) -> Generation | None:
        """Start a generation with the code that is on the disk now, which somebody promotes; None where that cannot
        be. `tolerated`: files that may be unusable; None: any may."""
        self._count += 1
        kind: Kind = self._false_starts.kind if pool == CPU else "threads"
        queue = f"{pool}.{self._run}.{self._count}"
        order = {"queue": queue, "kind": kind, "size": self._sizes[pool],
                 "tolerated": None if tolerated is None else list(tolerated), **self._code.order()}  # fmt: skip
        try:
            generation = Generation(self._paths, self._warmth.server, self._count, order)
        except OSError as error:
            log.warning("No generation can be ordered: %s", error)
            return None
        generation.code = self._code.hash
        log.info(
            "Generation %s ordered (%s, %s at once, code %s)", queue, kind, generation.size, generation.code
        )
        self._all.append(generation)
        return generation

    def promote(self, generations: Sequence[Generation]) -> None:
        """Tasks go to these from now on; the ones before end what they run. Where something newer is live, or comes
        while they got ready, that stays: code never goes back by chance."""
        for generation in generations:
            before = self._live.get(generation.pool)
            if before is not None and before.number > generation.number:
                self.dismiss([generation])
                continue
            coming = self._coming.get(generation.pool)
            if coming is not None and coming.number < generation.number:
                self.dismiss([self._coming.pop(generation.pool)])
            if before is not None and before.code != generation.code:
                self._probation.begin(generation.code, before.code)
            self._make_live(generation)
            for problem in generation.problems:
                self._notice(problem["sentence"])

    def _make_live(self, generation: Generation) -> None:
        before = self._live.get(generation.pool)
        if before is not None:
            before.drain()
        generation.make_live()
        self._live[generation.pool] = generation
        self._false_starts.none_of(generation)
        # In one pool only, where that was started again while the other still has the file as it was.
        broken = [{p["file"] for p in live.problems} for live in self._live.values()]
        self._code.broken = set.intersection(*broken)
        self._warmth.learn(generation.learned)

    def dismiss(self, generations: Sequence[Generation]) -> None:
        """End generations at once; tasks that they have wait again."""
        for generation in generations:
            generation.terminate()
            generation.kill()

    def stop_draining(self, queues: Sequence[str]) -> None:
        """End these older generations now, because a person does not want to wait for them."""
        self.dismiss([g for g in self._all if g.state in ("draining", "resting") and g.queue in queues])

    def renew(self) -> None:
        """Start a new one in each pool, because Redis came back empty and a worker may stay deaf to it."""
        for generation in self._all:
            generation.is_deaf = True
            generation.drain()
        self._live.clear()
        self._coming.clear()
        self.restart()

    def resize(self, sizes: Sizes) -> None:
        """Follow a wish for other pool sizes: a size is changed by a new generation."""
        for pool, size in sizes.items():
            if pool in POOLS and size != self._sizes[pool]:
                self._sizes[pool] = size
                self._start(pool)

    def restart(self) -> None:
        """Start a new one in each pool, because a person wants it."""
        for pool in POOLS:
            self._start(pool)

    @property
    def is_booting(self) -> bool:
        """Whether generations are on their way that go live by themselves."""
        return bool(self._coming)

    @property
    def is_full(self) -> bool:
        """Whether too many older generations still run tasks to let new code in."""
        return any(
            sum(g.state == "draining" and g.pool == p for g in self._all) >= MAX_DRAINING for p in POOLS
        )

    def stop(self, timeout: float) -> None:
        """End all: asked first, killed after `timeout` seconds."""
        for generation in self._all:
            generation.terminate()
        deadline = time.monotonic() + timeout
        while self._all and time.monotonic() < deadline + KILL_TIMEOUT:
            late = time.monotonic() > deadline
            # What was ordered of a server that hangs is gone only with it.
            (self._warmth.end if late else self._warmth.tick)()
            for generation in self._all:
                if late:
                    generation.kill()
                generation.tick()
            self._all = [g for g in self._all if g.state != "gone"]
            time.sleep(0.01)
        self._warmth.end()

    def facts(self, in_flight: Sequence[sqlite3.Row], paused: set[str]) -> dict[str, Any]:
        """The facts `pools`, `generations` and `exits`."""
        pools = {}
        for pool in POOLS:
            pools[pool] = {
                "size": self._sizes[pool], "kind": self._false_starts.kind if pool == CPU else "threads",
                "busy": sum(row["pool"] == pool for row in in_flight), "ready": self.live(pool) is not None,
                "paused": pool in paused,
            }  # fmt: skip
        processes = self._census.processes(self._all, in_flight)
        tasks = {g.queue: sum(row["generation"] == g.queue for row in in_flight) for g in self._all}
        generations = [
            {**g.fact(), "tasks": tasks[g.queue], "processes": processes[g.queue]} for g in self._all
        ]
        return {"pools": pools, "generations": generations, "exits": self._census.exits}

    def _start(self, pool: str) -> None:
        """Start one that is promoted as soon as it is ready. Where one is live, it stays if the code on the disk has
        become worse meanwhile; where none is, whatever can be used is used."""
        before = self._coming.pop(pool, None)
        if before is not None:
            self.dismiss([before])
        made = self.order(pool, tolerated=sorted(self._code.broken) if pool in self._live else None)
        if made is not None:
            self._coming[pool] = made
        else:
            self._backoff[pool].failed(time.monotonic())

    def _keep(self, pool: str, now: float) -> None:
        """Promote the one that is coming; start one where none is live or about to be, or the live one has not the
        size that it should have."""
        coming = self._coming.get(pool)
        if coming is not None and coming.state == "ready":
            del self._coming[pool]
            self.promote([coming])
            coming = None
        live = self._live.get(pool)
        if live is not None:
            self._backoff[pool].worked(now)
        is_right = live is not None and (live.size == self._sizes[pool] or self._too_bad == self._code.hash)
        if not is_right and coming is None and not self.is_cut_off and self._backoff[pool].may_try(now):
            self._start(pool)

    def _retire(self, generation: Generation, busy: bool, now: float) -> None:
        may_rest = self._probation.way_back(self._all).get(generation.pool) is generation
        if generation.state == "draining" and not busy:
            if may_rest:
                generation.state = "resting"
            else:
                generation.terminate()
        elif generation.state == "resting" and not may_rest:
            generation.terminate()
        elif generation.state == "starting" and self.is_cut_off:
            generation.excuse()
        elif generation.state == "starting" and generation.age > START_TIMEOUT and not generation.is_late:
            log.warning("Generation %s is not ready after %s s: ending it", generation.queue, START_TIMEOUT)
            generation.is_late = True
            generation.kill()
        if generation.terminated_at is not None and now - generation.terminated_at > TERM_TIMEOUT:
            generation.kill()

    def _bury(self, generation: Generation, now: float) -> None:
        pool = generation.pool
        was_live = self._live.get(pool) is generation
        if was_live:
            del self._live[pool]
        was_coming = self._coming.get(pool) is generation
        if was_coming:
            del self._coming[pool]
        if generation.terminated_at is not None:
            log.info("Generation %s has ended", generation.queue)
            return
        code = exit_code(generation.exit_code)
        if generation.live_since is None:
            log.warning("Generation %s did not get ready (%s)", generation.queue, code)
            # What becomes of the others is the business of who ordered them.
            if was_coming and not self.is_cut_off:
                self._note_early_death(generation, now)
            return
        self._census.exited(generation.pid, pool, "worker", code)
        log.warning("Generation %s died (%s)", generation.queue, code)
        if was_live and not self._go_back(generation):
            self._notice(f"The {pool} workers stopped unexpectedly and were started again.")
            self._backoff[pool].failed(now)

    def _note_early_death(self, generation: Generation, now: float) -> None:
        """It died before it was ready: because of its code, or because processes do not work here."""
        self._backoff[generation.pool].failed(now)
        if generation.pool in self._live:
            if generation.failure or generation.import_traceback:
                self._too_bad = generation.code
                why = generation.failure or f"{generation.importing} takes too long to import."
                self._notice(f"The {generation.pool} workers stay as they are: {why}")
            return
        if not generation.failure and not self._go_back(generation):
            self._false_starts.note(generation)

    def _go_back(self, dead: Generation) -> bool:
        """Let the code before run again, where this one stops its workers again and again."""
        if not self._probation.has_failed(dead):
            return False
        kept = self._probation.way_back(self._all)
        if dead.pool not in kept:
            return False
        self._notice("The code that was saved last stops its workers, so the code before runs again.")
        self.gone_back.append(dead.code)
        self.dismiss(list(self._coming.values()))
        self._coming.clear()
        self._probation.end()
        for generation in kept.values():
            self._make_live(generation)
        return True
