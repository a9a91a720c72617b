"""The one door off the GUI thread: copying, writing to the store and long queries go through here."""

import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QThreadPool, Signal

from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.launch import open_store
from ambuda_desktop.paths import Paths
from ambuda_desktop.ui.crash_report import harmless, report, secrets

log = logging.getLogger(__name__)

REPORT_EVERY = 0.05  # seconds between two progress signals of one errand
LEAVE_TIMEOUT = 3000  # milliseconds that errands get to notice that the window closes


class Stopped(Exception):
    """The errand was stopped: raised by `report` where the work calls it."""


class Errand(QObject):
    """A piece of work off the GUI thread. Its signals arrive on the GUI thread; exactly one of
    `done`, `failed` and `stopped` comes."""

    done = Signal(object)
    failed = Signal(str)  # a sentence
    stopped = Signal()
    progress = Signal(object, object)  # Python integers: a Qt int ends at 2 GB

    def __init__(self, post: Callable[[Callable[[], None]], None]) -> None:
        super().__init__()
        self._post = post
        self._stop = threading.Event()
        self._reported_at = 0.0

    def stop(self) -> None:
        """Ask it to stop at its next report."""
        self._stop.set()

    def is_stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._stop.is_set()

    def report(self, current: int, total: int) -> None:
        """Called by the work, in its thread: how far it is. Raises Stopped where it was asked to stop."""
        if self._stop.is_set():
            raise Stopped
        now = time.monotonic()
        if now - self._reported_at >= REPORT_EVERY:
            self._reported_at = now
            self._post(lambda: self.progress.emit(current, total))


Work = Callable[[sqlite3.Connection, Errand], Any]


class Background(QObject):
    """Runs errands, each with its own connection to the store."""

    # All results pass through this one queued signal, so none can run in the thread that made it.
    _posted = Signal(object)

    def __init__(self, paths: Paths, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._paths = paths
        self._errands: set[Errand] = set()
        self._finished = False
        self._quick, self._long = QThreadPool(), QThreadPool()
        self._quick.setMaxThreadCount(4)
        self._long.setMaxThreadCount(2)
        self._posted.connect(self._call, Qt.ConnectionType.QueuedConnection)

    def start(self, work: Work, *, long: bool = False) -> Errand:
        """Run `work(connection, errand)` off the GUI thread.

        `long` work (copying) has threads of its own, so that it never holds up a click.
        """
        errand = Errand(self._posted.emit)
        self._errands.add(errand)
        (self._long if long else self._quick).start(lambda: self._run(work, errand))
        return errand

    def finish(self) -> None:
        """Stop what can be stopped and wait for the rest: the window is closing, and hears no results."""
        self._finished = True
        for errand in self._errands:
            errand.stop()
        for pool in (self._long, self._quick):
            pool.waitForDone(LEAVE_TIMEOUT)

    def _run(self, work: Work, errand: Errand) -> None:
        end: Callable[[], None]
        try:
            if errand.is_stopping():
                raise Stopped
            with contextlib.closing(open_store(self._paths)) as connection:
                result = work(connection, errand)
            end = _emit(errand.done, result)
        except Stopped:
            end = errand.stopped.emit
        except AmbudaError as error:
            end = _emit(errand.failed, str(error))
        except Exception as error:  # whatever it was, the window says it and lives on
            end = partial(self._tell, errand, error)
        with contextlib.suppress(RuntimeError):  # the window has gone meanwhile
            self._posted.emit(lambda: self._end(errand, end))

    def _tell(self, errand: Errand, error: Exception) -> None:
        """On the GUI thread, because a secret that must not be told may be in a field there."""
        log.error("An errand failed\n%s", report(self._paths, type(error), error, error.__traceback__))
        words = harmless(str(error), secrets(self._paths), Path.home())
        place = self._paths.logs / "window.log"
        errand.failed.emit(f"That did not work: {words}. The details are in {place}.")

    def _end(self, errand: Errand, end: Callable[[], None]) -> None:
        self._errands.discard(errand)
        end()

    def _call(self, function: Callable[[], None]) -> None:
        if not self._finished:
            function()


def _emit(signal: Any, value: object) -> Callable[[], None]:
    return lambda: signal.emit(value)
