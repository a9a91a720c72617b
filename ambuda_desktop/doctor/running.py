"""What runs, and what was left behind by something that was killed."""

import os
import sqlite3
import time
from contextlib import closing
from typing import Any

import psutil

from ambuda_desktop.doctor.finding import Finding
from ambuda_desktop.doctor.folders import nearest
from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.launch import daemon_is_running
from ambuda_desktop.locks import is_held
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.connection import connect
from ambuda_desktop.store.facts import facts

START_TIMEOUT = 60.0  # seconds a daemon may take to come up


def runtime_folder(paths: Paths) -> Finding:
    """Whether Redis can have its socket."""
    what, folder = "socket folder", paths.runtime
    place = nearest(folder)
    if not os.access(place, os.W_OK | os.X_OK):
        return Finding(
            what, "problem", f"{place} cannot be written.", "export XDG_RUNTIME_DIR=/tmp, or mend its owner."
        )
    if folder.exists() and folder.stat().st_uid != os.getuid():
        return Finding(what, "problem", f"{folder} belongs to another user.", f"sudo rm -r '{folder}'")
    return Finding(what, "ok", f"{folder}")


def daemon(paths: Paths) -> Finding:
    """Whether the daemon, where there is one, does its work."""
    what = "daemon"
    known = _facts(paths)
    said: dict[str, Any] = known.get("daemon") or {}
    pid, state = said.get("pid"), said.get("state")
    if not daemon_is_running(paths):
        if state in (None, "stopped"):
            return Finding(what, "ok", "not running; it starts by itself when there is work")
        return Finding(
            what, "look", f"process {pid} ended without a word; nothing is lost.",
            "Nothing to do: the next command or window starts it. Its last words are in "
            f"{paths.logs / 'daemon.log'}.",
        )  # fmt: skip
    age = time.time() - float(said.get("started_at") or time.time())
    if state == "starting" and age > START_TIMEOUT:
        return _hangs(what, pid, f"has been starting for {age:.0f} s")
    if pid is not None and not psutil.pid_exists(pid):
        return _hangs(what, None, f"is held by another process than the one that is known ({pid})")
    if (known.get("redis") or {}).get("state") == "silent":
        return Finding(
            what, "look", f"process {pid}; its Redis does not answer.", "It is started again within seconds."
        )
    return Finding(what, "ok", f"{state or 'running'}, process {pid}")


def _hangs(what: str, pid: int | None, says: str) -> Finding:
    kill = f"; if that does not help, kill -9 {pid}" if pid else ""
    return Finding(what, "problem", f"{says}.", f"ambuda-desktop daemon --stop{kill}. Nothing is lost.")


def left_behind(paths: Paths) -> Finding:
    """Whether Redis or workers run on although their daemon is gone."""
    what = "left behind"
    if daemon_is_running(paths):
        return Finding(what, "ok", "nothing")
    left = ["a Redis"] if is_held(paths.runtime / "redis.lock") else []
    if paths.locks.is_dir():
        left += [f"workers ({p.stem})" for p in paths.locks.glob("*.*.*.lock") if is_held(p, shared=True)]
    if left:
        return Finding(
            what, "look", f"{', '.join(left)} of a daemon that is gone.",
            "They end within seconds; if not, the next daemon ends them: ambuda-desktop daemon",
        )  # fmt: skip
    return Finding(what, "ok", "nothing")


def _facts(paths: Paths) -> dict[str, Any]:
    if not paths.store.exists():
        return {}
    try:
        with closing(connect(paths.store)) as connection:
            return facts(connection)
    except (AmbudaError, sqlite3.Error):  # the check of the store tells it
        return {}
