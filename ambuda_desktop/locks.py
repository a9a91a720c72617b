"""Advisory file locks (`flock`): the kernel frees them at the very moment their last holder dies."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

PROBE = 0.25  # seconds: longer than anybody's `is_held` takes


class FileLock:
    """A held `flock` on a file; children made by fork hold it too, until the last of them ends."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self.descriptor = descriptor

    @classmethod
    def take(cls, path: Path, *, shared: bool = False, wait: float = 0.0) -> Self | None:
        """The lock, or None where another process holds it for longer than `wait` seconds."""
        deadline = time.monotonic() + wait
        while True:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                if time.monotonic() >= deadline:
                    return None
                time.sleep(0.005)
                continue
            # Its last holder may have unlinked the file between our open and our lock.
            with contextlib.suppress(FileNotFoundError):
                if os.fstat(descriptor).st_ino == path.stat().st_ino:
                    return cls(path, descriptor)
            os.close(descriptor)

    def release(self, *, unlink: bool = False) -> None:
        """Give the lock back; the file is unlinked only while the lock is held."""
        if unlink:
            self.path.unlink(missing_ok=True)
        os.close(self.descriptor)


def is_held(path: Path, *, shared: bool = False) -> bool:
    """Whether a living process holds the lock on `path`; `shared`: whether its holders share it.

    Asking takes the lock for a moment, so whoever wants it in earnest waits a little (PROBE). Those who ask for an
    exclusive lock share it, so that they never take one another for its holder; a shared one only the daemon asks for.
    """
    if not path.exists():
        return False
    lock = FileLock.take(path, shared=not shared)
    if lock is None:
        return True
    lock.release()
    return False


def sweep(folder: Path) -> None:
    """Remove the lock files that no living process holds."""
    for path in folder.iterdir():
        if lock := FileLock.take(path):
            lock.release(unlink=True)


@contextlib.contextmanager
def holding(path: Path, *, shared: bool = False) -> Iterator[bool]:
    """Hold the lock on `path` for a block; yields whether it could be had."""
    lock = FileLock.take(path, shared=shared, wait=PROBE)
    try:
        yield lock is not None
    finally:
        if lock is not None:
            lock.release(unlink=not shared)
