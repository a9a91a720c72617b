"""Which tasks pass the filter: looked up off the GUI thread, because a million take 0.4 s."""

import sqlite3
import time
from array import array

from PySide6.QtCore import QObject, QTimer, Signal

from ambuda_desktop.store import query
from ambuda_desktop.store.query import TaskFilter
from ambuda_desktop.ui.background import Background, Errand, Stopped, Work

SOONEST = 0.15  # seconds between the end of one look-up and the next
STEPS = 50_000  # of SQLite's machine, between two looks whether the look-up is still wanted
PATIENCE = 4  # and at least so many times as long as the last one took


class TaskList(QObject):
    """Keeps the list of the current filter fresh, at a rate that a long list can bear."""

    loaded = Signal(object)  # an array of all, newest first
    grown = Signal(object)  # an array of those that came since

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self.filter = TaskFilter()
        self._newest: int | None = None  # None: all are to be read
        self._errand: Errand | None = None
        self._again = False
        self._started_at = 0.0
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self._paused_enough)

    def set_filter(self, wanted: TaskFilter) -> None:
        """Look up other tasks, now."""
        self.filter = wanted
        self._newest = None
        self._pause.stop()
        if self._errand is not None:
            self._errand.stop()  # its end starts the new one
        else:
            self._start()

    def renew(self) -> None:
        """Something changed: look again, soon."""
        if self._errand is not None or self._pause.isActive():
            self._again = True
        else:
            self._start()

    def _start(self) -> None:
        self._again = False
        self._started_at = time.monotonic()
        wanted = self.filter
        # With no filter on states, tasks only ever come: it is enough to ask for the newer ones.
        after = self._newest if self._newest and wanted.group is None else None
        self._errand = errand = self._background.start(_look_up(wanted, after or 0))
        errand.done.connect(lambda seqs: self._arrived(wanted, after, seqs))
        errand.failed.connect(lambda _sentence: self._ended(wanted != self.filter))
        errand.stopped.connect(lambda: self._ended(True))

    def _arrived(self, wanted: TaskFilter, after: int | None, seqs: "array[int]") -> None:
        if wanted == self.filter:
            if seqs:
                self._newest = seqs[0]
            elif after is None:
                self._newest = 0
            if after is None:
                self.loaded.emit(seqs)
            elif seqs:
                self.grown.emit(seqs)
        self._ended(wanted != self.filter)

    def _ended(self, now: bool = False) -> None:
        self._errand = None
        if now:
            self._start()
            return
        took = time.monotonic() - self._started_at
        self._pause.start(round(1000 * max(SOONEST, PATIENCE * took)))

    def _paused_enough(self) -> None:
        if self._again:
            self._start()


def _look_up(wanted: TaskFilter, after: int) -> Work:
    def work(store: sqlite3.Connection, errand: Errand) -> "array[int]":
        # A search through a million tasks that nobody waits for any more ends at once.
        store.set_progress_handler(errand.is_stopping, STEPS)
        try:
            return query.task_seq_array(store, wanted, after)
        except sqlite3.OperationalError:
            if errand.is_stopping():
                raise Stopped from None
            raise

    return work
