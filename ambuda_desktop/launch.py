"""Starting, finding and stopping the daemon, for window and command line; they never import it."""

import subprocess
import sys
import time

import psutil

from ambuda_desktop.errors import NotRunning
from ambuda_desktop.locks import PROBE, FileLock, is_held
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.connection import connect
from ambuda_desktop.store.facts import fact, put_wish

STOP_MARGIN = 15.0  # seconds past the user's own stop timeout, for Redis and the workers to end

_started: list["subprocess.Popen[bytes]"] = []


def program(*arguments: str) -> list[str]:
    """The command that starts this program again; the packaged one is its own interpreter."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *arguments]
    return [sys.executable, "-m", "ambuda_desktop", *arguments]


def daemon_is_running(paths: Paths) -> bool:
    """Whether a daemon works on this data folder: asked of the kernel, not of a pid file."""
    return is_held(paths.locks / "daemon.lock")


def attach(paths: Paths) -> FileLock | None:
    """Hold this as long as a window or command waits for work: a daemon started by one of them goes
    when its work is done and no one holds it."""
    return FileLock.take(paths.locks / "clients.lock", shared=True, wait=PROBE)


def clients_attached(paths: Paths) -> bool:
    """Whether any window or waiting command is open."""
    return is_held(paths.locks / "clients.lock")


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
        )
    # Kept, so that one that ends while we live is collected here and leaves no zombie.
    _started[:] = [process for process in [*_started, daemon] if process.poll() is None]
    return True


def wait_for_daemon(paths: Paths, timeout: float = 20.0) -> None:
    """Wait (seconds) until the daemon has said that it runs. Raises NotRunning with the reason's place."""
    connection = connect(paths.store)
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        known = fact(connection, "daemon")
        if known and known["state"] == "running" and daemon_is_running(paths):
            return
        time.sleep(0.02)
    raise NotRunning(f"The daemon did not start. The reason is at the end of {paths.logs / 'daemon.log'}.")


def stop_daemon(paths: Paths, timeout: float) -> bool:
    """Ask the daemon to stop after the pages in hand and wait until it has; False where none runs.

    `timeout`: seconds the running tasks get. Raises NotRunning where it does not end in time.
    """
    if not daemon_is_running(paths):
        return False
    connection = connect(paths.store)
    put_wish(connection, "stop", True)
    known = fact(connection, "daemon")
    deadline = time.monotonic() + timeout + STOP_MARGIN
    while time.monotonic() < deadline:
        if not daemon_is_running(paths):
            return True
        time.sleep(0.02)
    alive = known and psutil.pid_exists(known["pid"])
    who = f" (process {known['pid']})" if alive else ""
    raise NotRunning(f"The daemon{who} did not stop in time.")
