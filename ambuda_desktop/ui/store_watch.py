"""Noticing that the store changed: the window's heartbeat."""

import contextlib
import logging
import sqlite3
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.launch import open_store
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.connection import connect, is_damage
from ambuda_desktop.store.facts import facts

log = logging.getLogger(__name__)

TICK = 33  # milliseconds
LOCK_WAIT = 20  # milliseconds a read on the GUI thread waits for a lock; then the next tick tries again


class StoreWatch(QObject):
    """Holds the GUI thread's read connection and says when what it reads has changed."""

    changed = Signal()  # at most once a tick
    second = Signal()  # once a second, for what changes with time alone
    unreadable = Signal(str)  # a sentence; an empty one: it can be read again

    def __init__(self, paths: Paths, parent: QObject | None = None) -> None:
        """Raises AmbudaError where the store cannot be opened."""
        super().__init__(parent)
        self._paths = paths
        self.connection = self._open(open_store)
        self._complaint = ""
        self._version = self._read_version()
        self._checked_at = time.monotonic()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK)
        self._timer.timeout.connect(self.tick)

    def start(self) -> None:
        self._timer.start()

    def close(self) -> None:
        self._timer.stop()
        self.connection.close()

    def tick(self) -> None:
        """Look once; the timer calls this."""
        now = time.monotonic()
        looks = now - self._checked_at >= 1
        try:
            if looks:
                self._checked_at = now
                self.second.emit()  # first: it starts a daemon, which builds a store where there is none
                self._reopen_if_replaced()
                facts(self.connection)  # what every window reads: is it still a store?
            version = self._read_version()
            if version != self._version:
                self._version = version
                self.changed.emit()
            if looks:
                self._complain("")
        except sqlite3.OperationalError as error:
            # Locked for a moment, by recovery after a crash for instance: look again at the next tick.
            log.debug("The store could not be read: %s", error)
            self._version = -1
        except (AmbudaError, sqlite3.DatabaseError) as error:
            if is_damage(error):
                with contextlib.suppress(OSError):
                    self._paths.store_doubt.touch()
            words = self.tr("The task store is damaged: {}. The daemon builds another from the books.")
            self._complain(str(error) if isinstance(error, AmbudaError) else words.format(error))

    def _complain(self, sentence: str) -> None:
        if sentence != self._complaint:
            self._complaint = sentence
            self.unreadable.emit(sentence)

    def _open(self, opens: Callable[[Paths], sqlite3.Connection]) -> sqlite3.Connection:
        connection = opens(self._paths)
        # The GUI thread never writes; SQLite makes sure of it.
        connection.executescript(f"PRAGMA query_only=ON; PRAGMA busy_timeout={LOCK_WAIT};")
        self._inode = self._paths.store.stat().st_ino
        return connection

    def _reopen_if_replaced(self) -> None:
        # A replaced or deleted file is invisible to data_version: the old one is still open.
        try:
            inode = self._paths.store.stat().st_ino
        except FileNotFoundError:
            inode = -1
        if inode != self._inode:
            # Not `open_store`: the window must not wait for a daemon.
            fresh = self._open(lambda paths: connect(paths.store))
            self.connection.close()
            self.connection = fresh
            self._version = -1

    def _read_version(self) -> int:
        # fetchall: an open cursor would stop data_version from moving.
        version: int = self.connection.execute("PRAGMA data_version").fetchall()[0][0]
        return version
