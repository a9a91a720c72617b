"""Hot reload: saved task code becomes a new generation, and the live one stays until that is ready."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from ambuda_desktop.daemon.code_watch import CodeWatch
from ambuda_desktop.daemon.generation import Generation
from ambuda_desktop.daemon.generations import Generations
from ambuda_desktop.daemon.reload_history import ReloadHistory
from ambuda_desktop.daemon.syntax import Fault, first_fault
from ambuda_desktop.daemon.task_code import TaskCode
from ambuda_desktop.daemon.warmth import Warmth
from ambuda_desktop.pools import POOLS

log = logging.getLogger(__name__)

QUIET = 0.05  # seconds without a further change, then what was saved in one go is complete
LONGEST = 1.0  # seconds that further changes may put a reload off
LOOK = 1.0  # seconds between two looks whether a folder has come


class Reloader:
    """`tick()` is called all the time. The first save acts at once; while a new generation boots, later ones wait for
    a moment of quiet, and take its place."""

    def __init__(
        self, code: TaskCode, watch: CodeWatch, generations: Generations, warmth: Warmth, history: ReloadHistory,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._code, self._watch, self._generations, self._warmth = code, watch, generations, warmth
        self._history, self._clock = history, clock
        self.is_on = True
        self._changed: set[Path] = set()  # not yet acted on
        self._urgent = False
        self._first, self._last = 0.0, 0.0  # when they changed
        self._candidates: list[Generation] = []
        self._next_look = 0.0

    @property
    def is_booting(self) -> bool:
        """Whether new generations are on their way: then somebody waits for every millisecond."""
        return bool(self._candidates)

    def tick(self) -> None:
        """Hear what changed, act on it, and look how the new generations do."""
        now = self._clock()
        if now >= self._next_look:
            self._next_look = now + LOOK
            self._watch.look_for_folders()
        places, urgent = self._watch.take()
        changed = self._code.changed(places) if places else set()
        if changed:
            self._first = self._first if self._changed else now
            self._last = now
            self._changed |= changed
            self._urgent = self._urgent or urgent
        while self._generations.gone_back:
            self._history.went_back(self._generations.gone_back.pop(0))
        if self._candidates and not self._changed:
            self._look_at_candidates()
        if self._changed and self.is_on and self._is_due(now):
            self._act()

    def reload_now(self) -> None:
        """A person wants it, whether or not anything changed; also what was saved while reload was off."""
        files, self._changed, self._urgent = sorted(self._changed), set(), False
        self._history.begin(files, self._clock())
        fault = first_fault(files)
        if fault is not None:
            self._refuse(fault)
            return
        self._order()

    def _is_due(self, now: float) -> bool:
        if self._generations.is_full:
            self._history.wait(
                "Older code still runs tasks in too many generations; the new code waits for one of them."
            )
            return False
        if self._urgent and not self._candidates:
            return True
        return now - self._last >= QUIET or now - self._first >= LONGEST

    def _act(self) -> None:
        files, self._changed, self._urgent = sorted(self._changed), set(), False
        self._dismiss()
        imported = self._imported()
        relevant = [f for f in files if self._code.is_imported(f, imported)]
        if not relevant and not self._history.is_refused:
            return
        self._history.begin(relevant or files, self._first)
        fault = first_fault(relevant)
        if fault is not None:
            self._refuse(fault)
            return
        if self._is_live_already():
            self._history.end("unchanged", self._code.hash)
            return
        if any(str(f) in self._warmth.server.files for f in relevant):
            self._warmth.renew()
        self._order()

    def _is_live_already(self) -> bool:
        live = [self._generations.live(pool) for pool in POOLS]
        return all(g is not None and g.code == self._code.hash for g in live)

    def _order(self) -> None:
        self._dismiss()
        tolerated = sorted(self._code.broken)
        for pool in POOLS:
            made = self._generations.order(pool, tolerated=tolerated)
            if made is not None:
                self._candidates.append(made)
        if len(self._candidates) < len(POOLS):
            self._refuse(Fault("", "The new code cannot be started. The log of the daemon says why."))

    def _look_at_candidates(self) -> None:
        bad = next((g for g in self._candidates if g.failure or g.state == "gone"), None)
        if bad is not None:
            self._refuse(_fault_of(bad))
        elif all(g.state == "ready" for g in self._candidates):
            candidates, self._candidates = self._candidates, []
            self._generations.promote(candidates)
            self._history.end("reloaded", candidates[0].code)

    def _refuse(self, fault: Fault) -> None:
        self._dismiss()
        self._history.refuse(fault, self._code.hash)

    def _dismiss(self) -> None:
        candidates, self._candidates = self._candidates, []
        self._generations.dismiss(candidates)

    def _imported(self) -> set[str]:
        found = set(self._warmth.server.files)
        for generation in (*(self._generations.live(pool) for pool in POOLS), *self._candidates):
            if generation is not None:
                found |= generation.files
        return found


def _fault_of(generation: Generation) -> Fault:
    """Why a generation did not get ready."""
    for problem in generation.problems:
        if problem["fatal"]:
            return Fault(problem["file"], problem["sentence"], traceback=problem["traceback"])
    file = generation.importing or ""
    try:
        traceback = generation.paths.import_traceback(generation.queue).read_text()
    except OSError:
        traceback = ""
    name = Path(file).name
    if traceback:
        return Fault(file, f"{name} was not imported within the time it may take.", traceback=traceback)
    if file:
        return Fault(file, f"{name} ended its process while it was imported.")
    return Fault("", generation.failure or "The workers with the new code ended before they were ready.")
