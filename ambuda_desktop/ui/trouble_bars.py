"""What stands in the way of work, said in a bar once it has lasted a moment: nothing blinks."""

import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from ambuda_desktop.ui.bars import Bars
from ambuda_desktop.ui.status import TRIES, Key, Status, troubles

#: Seconds something must last before it is worth a bar; the status bar says it at once.
PATIENCE: dict[Key, float] = {"daemon": 3.0, "redis": 0.0, "broker": 3.0, "pools": 5.0}


class TroubleBars:
    """Keeps the bars in step with the status."""

    def __init__(
        self, bars: Bars, start: Callable[[], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._bars, self._start, self._clock = bars, start, clock
        self._since: dict[Key, float] = {}
        self._shown: dict[Key, str] = {}

    def show(self, status: Status) -> None:
        found = troubles(status)
        now = self._clock()
        for key in list(self._since):
            if key not in found:
                del self._since[key]
        for key in list(self._shown):
            if key not in found:
                del self._shown[key]
                self._bars.hush(key)
        for key, sentence in found.items():
            since = self._since.setdefault(key, now)
            if now - since >= PATIENCE[key] and self._shown.get(key) != sentence:
                self._shown[key] = sentence
                action = None
                if key == "daemon" and (status.daemon_left or status.daemon_tries >= TRIES):
                    action = (QCoreApplication.translate("trouble_bars", "Start it"), self._start)
                self._bars.say(key, sentence, "warning", action, closable=False)
