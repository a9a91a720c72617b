"""Starting, finding and stopping the daemon, for window and command line; they never import it."""

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from typing import Any

import psutil

from ambuda_desktop.errors import NotRunning, StoreDamaged
from ambuda_desktop.locks import PROBE, FileLock, is_held
from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings
from ambuda_desktop.store.connection import connect, is_replaced
from ambuda_desktop.store.facts import fact, put_wish

LAST_WORDS = 4096  # bytes
SOON = 3.0  # seconds that a daemon may take to say that it runs
REBUILD_TIMEOUT = 30.0  # seconds to build a store from the books; 1,000 books of 300 pages take six
STOP_MARGIN = 15.0  # seconds past the user's own stop timeout, for Redis and the workers to end

_started: list["subprocess.Popen[bytes]"] = []


def program(*arguments: str) -> list[str]:
    """The command that starts this program again; the packaged one is its own interpreter."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *arguments]
    return [sys.executable, "-P", "-m", "ambuda_desktop", *arguments]  # -P: nothing is imported from the cwd


def daemon_is_running(paths: Paths) -> bool:
    """Whether a daemon works on this data folder: asked of the kernel, not of a pid file."""
    return is_held(paths.locks / "daemon.lock")


def attach(paths: Paths) -> FileLock | None:
    """Hold this as long as a window or command waits for work: a daemon started by one of them goes
    when its work is done and no one holds it."""
    return FileLock.take(paths.locks / "clients.lock", shared=True, wait=PROBE)


def clients_attached(paths: Paths) -> bool:
    """Whether any window or waiting command is open."""
    return is_held(paths.locks / "clients.lock", shared=True)


def start_daemon(paths: Paths) -> bool:
    """Start a daemon that outlives us and goes when it is no longer needed; False where one runs already."""
    if daemon_is_running(paths):
        return False
    with (paths.logs / "daemon.stderr").open("ab") as stderr:
        daemon = subprocess.Popen(
            [*program("--data-dir", str(paths.root)), "daemon", "--while-needed"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            start_new_session=True,
            cwd=paths.root,  # wherever we were started must not stay busy: a USB stick, say
        )
    # Kept, so that one that ends while we live is collected here and leaves no zombie.
    _started[:] = [process for process in [*_started, daemon] if process.poll() is None]
    return True


def open_store(paths: Paths) -> sqlite3.Connection:
    """The store, for window and command line. One that is damaged the daemon sets aside and builds anew: it is started
    for that, and waited for. Raises NotRunning with the daemon's reason where it cannot, StoreDamaged where it takes
    too long, and AmbudaError as `connect` does."""
    deadline = time.monotonic() + REBUILD_TIMEOUT
    started = False
    while True:
        try:
            return connect(paths.store)
        except StoreDamaged:
            if started and _has_failed(paths):
                raise _failure(paths) from None
            if time.monotonic() >= deadline:
                raise
            paths.store_doubt.touch()
            if not (_started and _started[-1].poll() is None):  # one takes a moment until it holds its lock
                started = start_daemon(paths) or started
        time.sleep(0.05)


def await_another_store(paths: Paths, damaged: sqlite3.Connection) -> None:
    """Wait, as long as that is bearable, until the daemon has put another store in the place of one that is damaged."""
    paths.store_doubt.touch()
    start_daemon(paths)
    deadline = time.monotonic() + REBUILD_TIMEOUT
    while not is_replaced(damaged) and time.monotonic() < deadline and not _has_failed(paths):
        time.sleep(0.05)


def _has_failed(paths: Paths) -> bool:
    """Whether the daemon that we started has ended with an error."""
    return bool(_started and _started[-1].poll()) and not daemon_is_running(paths)


def _failure(paths: Paths) -> NotRunning:
    return NotRunning(last_words(paths) or "The daemon ended at once.")


def stop_timeout(paths: Paths) -> float:
    """Seconds that running tasks get; settings that cannot be read must not keep anybody from stopping."""
    return Settings.usable(paths.settings).stop_timeout


def keep_daemon(paths: Paths) -> None:
    """Start a daemon where none runs, and after one that is just stopping."""
    deadline = time.monotonic() + stop_timeout(paths) + STOP_MARGIN
    while _daemon_fact(paths).get("state") == "stopping" and time.monotonic() < deadline:
        if not daemon_is_running(paths):
            break
        time.sleep(0.05)
    start_daemon(paths)


def _daemon_fact(paths: Paths) -> dict[str, Any]:
    with closing(open_store(paths)) as connection:
        return fact(connection, "daemon") or {}


def wait_for_daemon(paths: Paths, timeout: float = 20.0) -> None:
    """Wait (seconds) until the daemon has said that it runs. Raises NotRunning with the reason, or its place."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if _daemon_fact(paths).get("state") == "running" and daemon_is_running(paths):
            return
        if _has_failed(paths):
            raise _failure(paths)
        time.sleep(0.02)
    raise NotRunning(f"The daemon did not start. The reason is at the end of {paths.logs / 'daemon.log'}.")


def why_work_waits(paths: Paths) -> str | None:
    """A sentence where what was accepted just now has to wait for the daemon or Redis; asked after `keep_daemon`."""
    try:
        wait_for_daemon(paths, SOON)
    except NotRunning as error:
        return f"The work is accepted, and waits until the daemon runs. {error}"
    with closing(open_store(paths)) as connection:
        redis = fact(connection, "redis") or {}
    if redis.get("state") in ("silent", "stopped"):
        return (
            "The work is accepted, and waits: Redis does not answer. It goes on by itself when Redis is back."
        )
    return None


def last_words(paths: Paths) -> str:
    """The last line that a daemon said on its way down; empty where none did."""
    try:
        with (paths.logs / "daemon.stderr").open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - LAST_WORDS))
            lines = file.read().decode(errors="replace").strip().splitlines()
    except FileNotFoundError:
        return ""
    return lines[-1] if lines else ""


def stop_daemon(paths: Paths) -> bool:
    """Ask the daemon to stop after the pages in hand and wait until it has; False where none runs.

    Raises NotRunning where it does not end in time.
    """
    if not daemon_is_running(paths):
        return False
    with closing(open_store(paths)) as connection:
        put_wish(connection, "stop", True)
    deadline = time.monotonic() + stop_timeout(paths) + STOP_MARGIN
    while time.monotonic() < deadline:
        if not daemon_is_running(paths):
            return True
        time.sleep(0.02)
    pid = _daemon_fact(paths).get("pid")
    who = f" (process {pid})" if pid and psutil.pid_exists(pid) else ""
    raise NotRunning(f"The daemon{who} did not stop in time.")
