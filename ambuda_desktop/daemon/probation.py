"""New code is on probation for a while: where it stops its workers again and again, the code before runs again."""

import time
from collections.abc import Callable, Iterable

from ambuda_desktop.daemon.generation import Generation

PROBATION = 30.0  # seconds that workers with the code before are kept ready
MAX_DEATHS = 2  # deaths of workers with the new code, then it is given up


class Probation:
    """Knows the code on probation, and the one before; both pools have the same."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._code, self._before = "", ""  # hashes
        self._since = 0.0
        self._deaths = 0

    def begin(self, code: str, before: str) -> None:
        """`code` has become live in a pool where `before` was."""
        if (code, before) != (self._code, self._before) or not self._lasts:
            self._code, self._before, self._since, self._deaths = code, before, self._clock(), 0

    def end(self) -> None:
        """Nothing is on probation any more."""
        self._code = self._before = ""

    @property
    def _lasts(self) -> bool:
        return bool(self._before) and self._clock() - self._since <= PROBATION

    def has_failed(self, dead: Generation) -> bool:
        """Note the death of a generation; True where that was one too many for its code."""
        if not self._lasts or dead.code != self._code:
            return False
        self._deaths += 1
        return self._deaths >= MAX_DEATHS

    def way_back(self, generations: Iterable[Generation]) -> dict[str, Generation]:
        """By pool, the generation to which tasks could go again."""
        if not self._lasts:
            return {}
        # The newest of a pool comes last, and counts.
        return {
            g.pool: g for g in sorted(generations, key=lambda g: g.number)
            if g.code == self._before and g.state in ("draining", "resting") and g.live_since is not None
            and g.terminated_at is None and not g.is_deaf
        }  # fmt: skip
