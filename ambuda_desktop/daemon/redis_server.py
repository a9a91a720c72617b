"""The Redis (or Valkey) server of this data folder: started, asked whether it answers, started again."""

import logging
import os
import secrets
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from ambuda_desktop.daemon.backoff import Backoff
from ambuda_desktop.daemon.fork_server import dies_with_us
from ambuda_desktop.errors import AmbudaError, NotRunning
from ambuda_desktop.locks import PROBE, FileLock, is_held
from ambuda_desktop.paths import Paths, resources
from ambuda_desktop.programs import server_binary

log = logging.getLogger(__name__)

START_TIMEOUT = 10.0  # seconds; 10 to 40 ms are usual
PING_EVERY = 1.0  # seconds
PING_TIMEOUT = 0.5  # seconds
SILENT_LIMIT = 10.0  # seconds without an answer, then it is ended and started again
FULL = "ambuda-is-full"  # a key that is gone when somebody has emptied the server


def connect(paths: Paths, timeout: float | None) -> redis.Redis:
    """A client that says at once what is wrong instead of trying again. `timeout`: seconds for an answer."""
    return redis.Redis(
        unix_socket_path=str(paths.redis_socket), username="ambuda", password=paths.redis_password.read_text(),
        socket_timeout=timeout, retry=Retry(NoBackoff(), 0),
    )  # fmt: skip


class RedisServer:
    """`tick()` is called all the time; it says True when the server was started anew and so is empty."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        self.process: subprocess.Popen[bytes] | None = None
        self.silent_since: float | None = None  # time.time(), for people
        self._silent_from = 0.0  # time.monotonic(), for us: a clock may be set back
        self.started_at = 0.0  # time.monotonic()
        self._backoff = Backoff()
        self._next_ping = 0.0

    def start(self) -> None:
        """Start the server and wait until it answers. Raises MissingProgram or NotRunning."""
        self.paths.make()  # the folder for running programs may be swept away while we run
        self._end_leftover()
        folder = self.paths.runtime
        conf = folder / "redis.conf"
        conf.touch(mode=0o600)
        values = {"socket": self.paths.redis_socket, "folder": folder, "log": self.paths.logs / "redis.log"}
        quoted = {key: str(value).replace("\\", "\\\\").replace('"', '\\"') for key, value in values.items()}
        conf.write_text((resources() / "redis.conf").read_text().format(**quoted, password=self._password()))
        lock = FileLock.take(folder / "redis.lock", wait=PROBE)
        if lock is None:
            raise NotRunning(f"Another Redis works in {folder}. End it, then start again.")
        # The server inherits the locked descriptor: as long as it lives, everybody can see that it does.
        self.process = subprocess.Popen(
            [*dies_with_us(), server_binary(), str(conf)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            pass_fds=[lock.descriptor], process_group=0,
        )  # fmt: skip
        lock.release()
        self.client = connect(self.paths, timeout=PING_TIMEOUT)
        self._wait_until_it_answers()
        self.client.set(FULL, "1")
        self.silent_since = None
        self.started_at = time.monotonic()

    def tick(self) -> bool:
        """Start the server again where it died or is deaf; True where it was started (and is empty)."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            log.warning("Redis ended with code %s", self.process.returncode)
            self.process = None
            self._backoff.failed(now)
        if self.process is None:
            if not self._backoff.may_try(now):
                return False
            try:
                self.start()
            except (AmbudaError, OSError):
                log.exception("Redis could not be started again")
                self._backoff.failed(now)
                return False
            return True
        if now >= self._next_ping:
            self._next_ping = now + PING_EVERY
            self._ping()
        if self.silent_since is not None and now - self._silent_from > SILENT_LIMIT:
            self._end(f"Redis did not answer for {SILENT_LIMIT} s")
        return False

    @property
    def answers(self) -> bool:
        return self.process is not None and self.silent_since is None

    def stop(self) -> None:
        """End the server; it has nothing to save."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def fact(self) -> dict[str, Any]:
        """What the window shows of Redis; `memory` in bytes, to the tenth of a megabyte so that it rests."""
        state = "stopped" if self.process is None else "running" if self.silent_since is None else "silent"
        memory = None
        if state == "running":
            with suppress(redis.RedisError):
                memory = round(int(self.client.info("memory")["used_memory"]), -5)
        pid = self.process.pid if self.process else None
        return {"state": state, "pid": pid, "memory": memory, "since": self.silent_since}

    def _end(self, why: str) -> None:
        """End a server of no use; the next tick starts another."""
        assert self.process is not None
        log.warning("%s: ending it", why)
        self.process.kill()
        self.process.wait()

    def _ping(self) -> None:
        if not self.paths.redis_socket.exists():
            self._end("The socket of Redis is gone")  # connections that are open would go on for a while
            return
        try:
            full = self.client.get(FULL)
            self.silent_since = None
            self._backoff.worked(time.monotonic())
            if full is None:
                self._end("Redis was emptied")  # what it had is lost, and only a new one is known to be
        except redis.RedisError as error:
            if self.silent_since is None:
                log.warning("Redis does not answer: %s", error)
                self.silent_since, self._silent_from = time.time(), time.monotonic()

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline and self.process is not None and self.process.poll() is None:
            with suppress(redis.RedisError):
                self.client.ping()
                return
            time.sleep(0.005)
        self.stop()
        raise NotRunning(f"Redis did not start. The reason is at the end of {self.paths.logs / 'redis.log'}.")

    def _password(self) -> str:
        """Made once per data folder, so that programs that stay open can connect again."""
        path = self.paths.redis_password
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(24))
        return path.read_text()

    def _end_leftover(self) -> None:
        """End the server of a daemon that was killed: its data is of no use, and it holds the lock."""
        lock = self.paths.runtime / "redis.lock"
        pid_file = self.paths.runtime / "redis.pid"
        if is_held(lock) and pid_file.exists():
            log.warning("Ending the Redis that an earlier daemon left behind")
            with suppress(ProcessLookupError, ValueError):
                os.kill(int(pid_file.read_text()), signal.SIGKILL)
            deadline = time.monotonic() + START_TIMEOUT
            while is_held(lock) and time.monotonic() < deadline:
                time.sleep(0.01)
        self.paths.redis_socket.unlink(missing_ok=True)
        Path(pid_file).unlink(missing_ok=True)
