"""Keeping a daemon alive as long as the window is open."""

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from ambuda_desktop import launch
from ambuda_desktop.paths import Paths
from ambuda_desktop.ui.background import Background

SETTLED = 3.0  # seconds it must have run before a death counts as the first one again
LONGEST = 30.0  # seconds between two starts


class DaemonWatch(QObject):
    """Looks once a second whether a daemon runs, and starts one where none does."""

    changed = Signal()

    def __init__(
        self,
        paths: Paths,
        background: Background,
        parent: QObject | None = None,
        *,
        runs: Callable[[Paths], bool] = launch.daemon_is_running,
        start: Callable[[Paths], bool] = launch.start_daemon,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._paths, self._background = paths, background
        self._is_running, self._start, self._clock = runs, start, clock
        self.running = False
        self.tries = 0
        self.left = False
        self.last_words = ""  # of one that does not start
        self._running_since = 0.0
        self._next_start = 0.0
        self._starting = False

    def look(self, known_state: str | None) -> None:
        """Called once a second; `known_state` is what the daemon last said of itself."""
        now = self._clock()
        running = self._is_running(self._paths)
        if running and not self.running:
            self._running_since = now
            self.left = False
        if running and now - self._running_since > SETTLED:
            self.tries = 0
        if self.running and not running:
            # A daemon that says goodbye was stopped by somebody; one that vanishes has died.
            self.left = known_state == "stopped"
        if running != self.running:
            self.running = running
            self.changed.emit()
        if not running and not self.left and not self._starting and now >= self._next_start:
            self.start()

    def start(self) -> None:
        """Start one, off the GUI thread."""
        self._starting, self.left = True, False
        if self.tries:
            self.last_words = launch.last_words(self._paths)
        self._next_start = self._clock() + min(LONGEST, 2.0 ** (self.tries + 1))
        self.tries += 1
        errand = self._background.start(lambda _store, _errand: self._start(self._paths))
        errand.done.connect(self._started)
        errand.failed.connect(self._started)
        self.changed.emit()

    def _started(self, _result: object) -> None:
        self._starting = False
