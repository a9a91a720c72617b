"""Hot reload: saved task code becomes a new generation, and the live one stays until that is ready."""

import logging
import time
from collections.abc import Callable, Collection
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
MOST_TRIES = 3  # to start new code whose workers end without having said that the code is the reason
RETRY = 0.2  # seconds before another try


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
        self._files: set[Path] = set()  # acted on, and on their way
        self._candidates: list[Generation] = []
        self._tries = 0
        self._next_try: float | None = None  # when there are no candidates, but should be
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
        if places:
            self.note(self._code.changed(places), urgent=urgent)
        while self._generations.gone_back:
            self._history.went_back(self._generations.gone_back.pop(0))
        if self._changed and self.is_on and self._is_due(now):
            self._act()
        elif self._candidates and not (self._changed and self.is_on and not self._generations.is_full):
            # One that a later save may mend, or make outdated, is not judged before that is acted on.
            self._look_at_candidates()
        elif self._next_try is not None and now >= self._next_try:
            self._order()

    def note(self, changed: Collection[Path], *, urgent: bool) -> None:
        """These files are not what they were."""
        if changed:
            self._last = self._clock()
            self._first = self._first if self._changed else self._last
            self._changed |= set(changed)
            self._urgent = self._urgent or urgent

    def reload_now(self) -> None:
        """A person wants it, whether or not anything changed."""
        self._files |= self._relevant()
        self._begin(self._clock(), whatever=True)

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
        changed = self._changed
        self._history.wait(None)
        relevant = self._relevant()
        if relevant or self._history.is_refused:
            self._files |= relevant or changed
            self._begin(self._first)

    def _relevant(self) -> set[Path]:
        """Those of the changed files that matter; from now on they are acted on."""
        changed, self._changed, self._urgent = self._changed, set(), False
        imported = self._imported()
        return {f for f in changed if self._code.is_imported(f, imported)}

    def _begin(self, at: float, *, whatever: bool = False) -> None:
        files = sorted(self._files)
        self._dismiss()
        self._history.begin(files, at)
        self._tries = 0
        fault = first_fault(files)
        if fault is not None:
            self._refuse(fault)
        elif not whatever and self._is_live_already():
            self._end("unchanged", self._code.hash)
        else:
            self._warmth.saved([f for f in files if self._code.own in f.parents])
            self._order()

    def _is_live_already(self) -> bool:
        live = [self._generations.live(pool) for pool in POOLS]
        return all(g is not None and g.code == self._code.hash for g in live)

    def _order(self) -> None:
        self._dismiss()
        self._tries += 1
        # What is broken in the live code too keeps no other code out; but who saves it wants to know.
        tolerated = sorted(self._code.broken - {str(file) for file in self._files})
        try:
            if self._warmth.is_outdated:
                self._warmth.renew()
            made = [self._generations.order(pool, tolerated=tolerated) for pool in POOLS]
        except OSError as error:
            log.warning("No fork server can be started: %s", error)
            made = [None]
        self._candidates = [g for g in made if g is not None]
        if len(self._candidates) < len(made) or None in made:
            self._try_again(Fault("", "The new code cannot be started. The log of the daemon says why."))

    def _look_at_candidates(self) -> None:
        bad = next((g for g in self._candidates if g.failure or g.state == "gone"), None)
        if bad is not None:
            fault = _fault_of(bad)
            if _is_the_fault_of_its_code(bad):
                self._refuse(fault)
            else:
                self._try_again(fault)
        elif all(g.state == "ready" for g in self._candidates):
            candidates, self._candidates = self._candidates, []
            self._generations.promote(candidates)
            self._end("reloaded", candidates[0].code)

    def _try_again(self, fault: Fault) -> None:
        """The workers were killed, or ended with Redis or the fork server: nothing is known against their code."""
        if self._tries >= MOST_TRIES:
            self._refuse(fault)
            return
        log.info("Starting the new code again: %s", fault.sentence)
        self._dismiss()
        self._next_try = self._clock() + RETRY

    def _end(self, outcome: str, code: str) -> None:
        self._files.clear()
        self._history.end(outcome, code)

    def _refuse(self, fault: Fault) -> None:
        self._dismiss()
        self._files.clear()
        self._history.refuse(fault, self._code.hash)

    def _dismiss(self) -> None:
        candidates, self._candidates, self._next_try = self._candidates, [], None
        self._generations.dismiss(candidates)

    def _imported(self) -> set[str]:
        found = set(self._warmth.files)
        for generation in (*(self._generations.live(pool) for pool in POOLS), *self._candidates):
            if generation is not None:
                found |= generation.files
        return found


def _is_the_fault_of_its_code(generation: Generation) -> bool:
    """Whether it said so, or ended itself while it imported; it may have been killed by somebody else."""
    ended_itself = generation.importing is not None and (generation.exit_code or 0) > 0
    return bool(generation.failure) or (ended_itself and generation.terminated_at is None)


def _fault_of(generation: Generation) -> Fault:
    """Why a generation did not get ready."""
    for problem in generation.problems:
        if problem["fatal"]:
            return Fault(problem["file"], problem["sentence"], traceback=problem["traceback"])
    file = generation.importing or ""
    name = Path(file).name
    if traceback := generation.import_traceback:
        return Fault(file, f"{name} was not imported within the time it may take.", traceback=traceback)
    if file:
        return Fault(file, f"{name} ended its process while it was imported.")
    return Fault("", generation.failure or "The workers with the new code ended before they were ready.")
