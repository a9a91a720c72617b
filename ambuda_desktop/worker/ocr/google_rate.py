"""How fast Google may be asked, by all workers of this machine together (GCRA, the generic cell rate algorithm)."""

import os
import time
from collections.abc import Callable

from ambuda_desktop.locks import FileLock
from ambuda_desktop.paths import Paths

IMAGES_A_MINUTE = 1_800  # Google's own limit for an account
BURST = 128  # images that may go at once: a request of each thread of the pool
#: Seconds an image. Less than a minute has room for, so that with a burst before it no minute has too many.
INTERVAL = 60 / (IMAGES_A_MINUTE - BURST)
LOCK_WAIT = 5.0  # seconds; it is held for some microseconds


class Rate:
    """Shared by a file, which says when the images that were let through would have gone evenly."""

    def __init__(self, paths: Paths, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: of the whole machine, so that all processes mean the same by it."""
        self._file = paths.runtime / "vision-rate"
        self._clock = clock

    def reserve(self, images: int) -> float:
        """Take the right to send so many images; returns how many seconds to wait before they are sent."""
        lock = FileLock.take(self._file, wait=LOCK_WAIT)
        if lock is None:
            return images * INTERVAL  # somebody was stopped while holding it
        try:
            now = self._clock()
            behind = _read(lock.descriptor)
            if behind > now + 60:  # written before the machine was started again
                behind = now
            due = max(behind, now) + images * INTERVAL
            os.pwrite(lock.descriptor, f"{due:<31.6f}\n".encode(), 0)
        finally:
            lock.release()
        return max(0.0, round(due - BURST * INTERVAL - now, 3))


def _read(descriptor: int) -> float:
    try:
        return float(os.pread(descriptor, 32, 0) or 0)
    except ValueError:
        return 0.0
