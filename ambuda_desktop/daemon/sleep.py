"""Keeping the machine awake while work runs, where the system offers it."""

import logging
import shutil
import subprocess

log = logging.getLogger(__name__)


def _command() -> list[str] | None:
    # Each runs `cat`, which ends when its standard input does: also when we are killed.
    if shutil.which("systemd-inhibit"):
        why = ["--what=sleep:idle", "--who=Ambuda Desktop", "--why=Books are being worked on"]
        return ["systemd-inhibit", *why, "cat"]
    if shutil.which("caffeinate"):
        return ["caffeinate", "-i", "cat"]
    return None


class SleepInhibitor:
    """`hold(True)` while there is work; silently without effect where the system has no such thing."""

    def __init__(self) -> None:
        self._command = _command()
        self._process: subprocess.Popen[bytes] | None = None
        self._ending: list[subprocess.Popen[bytes]] = []

    def hold(self, wanted: bool) -> None:
        """Keep the machine awake, or let it sleep again."""
        self._ending = [process for process in self._ending if process.poll() is None]
        if wanted and self._process is None and self._command:
            self._start(self._command)
        elif not wanted and self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process.terminate()  # it may be waiting for somebody else; we never wait for it
            self._ending.append(self._process)
            self._process = None
        elif self._process is not None and self._process.poll() is not None:
            log.info("Sleep cannot be inhibited here")
            self._command, self._process = None, None

    def _start(self, command: list[str]) -> None:
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        except OSError as error:
            log.info("Sleep cannot be inhibited: %s", error)
            self._command = None
