"""Finding what is to be killed, and killing it: `strike` says when it did, or None where it found no victim now."""

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import psutil
import redis

from ambuda_desktop.daemon.redis_server import connect as connect_redis
from tests.support.program import Program

MOST_LOSSES = 2  # a third one would fail the task: that is another promise, with a test of its own


class Killer:
    """Kills by `random`, so that a seed strikes in the same order."""

    def __init__(self, program: Program, chance: random.Random) -> None:
        self._program, self._random = program, chance
        self._kinds = {
            "window": self._window, "daemon": self._daemon, "Redis": self._redis, "generation": self._generation,
            "pool process": self._pool_process, "fork server": self._fork_server,
        }  # fmt: skip

    def strike(self, kind: str) -> float | None:
        """Kill one; returns `time.time()` of it, or None where there is nothing of the kind now."""
        if kind == "all at once":
            return self._everything()
        if kind == "power cut":
            return self._power_cut()
        if kind == "flush":
            return self._flush()
        pid = self._kinds[kind]()
        return None if pid is None else self._kill([pid])

    def stop_all(self) -> list[int]:
        """Stop every process in its tracks; what is stopped starts no others, so this comes to an end."""
        stopped: set[int] = set()
        while new := {process.pid for process in self._program.processes()} - stopped:
            for pid in new:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSTOP)
            stopped |= new
        return list(stopped)

    def _kill(self, pids: Sequence[int]) -> float | None:
        at, killed = time.time(), False
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed = True
        return at if killed else None

    def _everything(self) -> float | None:
        processes = self._program.processes()
        if not any(is_daemon(process) for process in processes):
            return None
        return self._kill([process.pid for process in processes])

    def _power_cut(self) -> float | None:
        """Copy the data folder at this very moment, and go on with the copy."""
        if not any(is_daemon(process) for process in self._program.processes()):
            return None
        paths = self._program.paths
        copy = paths.root.with_name("copy of the data folder")
        stopped = self.stop_all()
        # By a process of its own: closing a file of SQLite's in this one would drop our locks.
        subprocess.run(["cp", "-a", str(paths.root), str(copy)], check=True)
        at = self._kill(stopped)
        self._program.wait_until(lambda: not self._program.processes(), "nothing outlives the power cut")
        self._program.connection.close()
        shutil.rmtree(paths.root)
        with suppress(FileNotFoundError):  # the daemon had only just begun
            shutil.rmtree(paths.runtime)  # it is on a disk in memory
        copy.rename(paths.root)
        return at

    def _flush(self) -> float | None:
        """Delete everything that is in Redis: queues, messages, results."""
        with suppress(redis.RedisError, OSError), connect_redis(self._program.paths, timeout=2.0) as client:
            keys = list(client.scan_iter(count=1000))
            if keys:
                at = time.time()
                client.delete(*keys)
                return at
        return None

    def _window(self) -> int | None:
        return self._one(lambda process: "window" in process.cmdline())

    def _daemon(self) -> int | None:
        return self._one(is_daemon)

    def _redis(self) -> int | None:
        pid = self._program.fact("redis").get("pid")
        return pid if pid and psutil.pid_exists(pid) else None

    def _generation(self) -> int | None:
        alive = [g["pid"] for g in self._program.fact("generations") or [] if g["pid"]]
        return self._choice([pid for pid in alive if psutil.pid_exists(pid)])

    def _pool_process(self) -> int | None:
        """The one that runs a task, if any does."""
        rows = self._program.connection.execute(
            "SELECT pid, losses FROM tasks WHERE state IN ('STARTED', 'PROGRESS') AND pool = 'cpu'"
        ).fetchall()
        return self._choice(
            [r["pid"] for r in rows if r["losses"] < MOST_LOSSES and r["pid"] and psutil.pid_exists(r["pid"])]
        )

    def _fork_server(self) -> int | None:
        return self._choice([process.pid for process in self._program.fork_servers()])

    def _one(self, is_it: Callable[[psutil.Process], bool]) -> int | None:
        found = self._program.each_process(lambda process: process.pid if is_it(process) else None)
        return self._choice([pid for pid in found if pid is not None])

    def _choice(self, pids: Sequence[int]) -> int | None:
        return self._random.choice(sorted(pids)) if pids else None


def is_daemon(process: psutil.Process) -> bool:
    """Whether it is the daemon itself."""
    with suppress(psutil.Error):
        command = process.cmdline()
        return "daemon" in command and "ambuda_desktop" in command
    return False
