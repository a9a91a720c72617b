"""What the daemon tells the world: facts, written only when they changed, and not more often than eyes can see."""

import sqlite3
import threading
import time
from typing import Any

from ambuda_desktop.store.connection import transaction
from ambuda_desktop.store.facts import fact, put_fact

EVERY = 0.2  # seconds
REPEATED = 10.0  # seconds: both pools report the same broken file
MAX_NOTICES = 20


class FactBoard:
    """Facts to be shown, and the last sentences for the user."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._written: dict[str, Any] = {}
        self._notices: list[dict[str, Any]] = fact(connection, "notices") or []
        self._next = 0.0
        self._lock = threading.Lock()

    def notice(self, sentence: str) -> None:
        """A sentence for the user about something that happened; said again within seconds, it is one. May be called
        from any thread."""
        now = time.time()
        with self._lock:
            # One from the future was said before the clock was set back.
            if not any(n["sentence"] == sentence and 0 <= now - n["at"] < REPEATED for n in self._notices):
                self._notices = [*self._notices, {"at": now, "sentence": sentence}][-MAX_NOTICES:]

    @property
    def due(self) -> bool:
        """Whether it is time to gather the facts again."""
        return time.monotonic() >= self._next

    def write(self, facts: dict[str, Any]) -> None:
        """Write those of `facts`, and the notices, that differ from what is written."""
        self._next = time.monotonic() + EVERY
        changed = {k: v for k, v in {**facts, "notices": self._notices}.items() if self._written.get(k) != v}
        if changed:
            with transaction(self._connection):
                for key, value in changed.items():
                    put_fact(self._connection, key, value)
            self._written |= changed
