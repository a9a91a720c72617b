"""How fast a book goes, from what the window saw of it."""

import time
from collections import deque
from collections.abc import Callable

WINDOW = 20.0  # seconds looked back on
ENOUGH = 2.0  # seconds of samples before a rate is shown


class Pace:
    """Pages a minute over the last seconds: an average since the start would count nights asleep."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._samples: deque[tuple[float, int]] = deque()

    def note(self, done: int) -> None:
        """Note how many pages are done now."""
        now = self._clock()
        if self._samples and done < self._samples[-1][1]:
            self._samples.clear()
        if not self._samples or now - self._samples[-1][0] >= 0.2 or len(self._samples) == 1:
            self._samples.append((now, done))
        while len(self._samples) > 2 and now - self._samples[0][0] > WINDOW:
            self._samples.popleft()

    @property
    def per_minute(self) -> float | None:
        """None until enough was seen, or while nothing moves."""
        if len(self._samples) < 2:
            return None
        (since, before), done = self._samples[0], self._samples[-1][1]
        lasted = self._clock() - since
        return (done - before) / lasted * 60 if lasted >= ENOUGH and done > before else None

    def seconds_left(self, pages: int) -> float | None:
        """How long `pages` more will take."""
        rate = self.per_minute
        return pages / rate * 60 if rate else None
