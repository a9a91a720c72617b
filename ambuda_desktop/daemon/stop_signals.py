"""SIGTERM and Ctrl+C. They count for the process, not for one daemon of it: a store that has to be built anew ends one
and begins another."""

import logging
import signal
from types import FrameType

log = logging.getLogger(__name__)


class StopSignals:
    """Whether the process was asked to end; `listen()` begins to hear it, in the main thread."""

    def __init__(self) -> None:
        self.came = False

    def listen(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        log.info("Signal %s: stopping", signal.Signals(number).name)
        # The second signal means now.
        signal.signal(number, signal.SIG_DFL)
        self.came = True
