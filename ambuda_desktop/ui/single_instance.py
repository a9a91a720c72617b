"""One window a data folder: a second start hands its files to the first, which comes to the front.

Who holds the lock is the first. The kernel frees it when its holder ends, however it ends, so a socket that was left
behind by a crash is nobody's: the next holder of the lock puts its own in the place.
"""

import json
import logging
import os
import socket
import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from ambuda_desktop import launch
from ambuda_desktop.locks import FileLock
from ambuda_desktop.paths import Paths

log = logging.getLogger(__name__)

PATIENCE = 5.0  # seconds that a first window gets to answer
TOKEN = "XDG_ACTIVATION_TOKEN"  # how a launcher on Wayland allows a window to come to the front
LONGEST = 4_000_000  # bytes of one message: as much as a command line can hold
ANSWER = b"ok\n"


def socket_path(paths: Paths) -> Path:
    """In the private folder of the data folder, whose path is short enough for a socket."""
    return paths.runtime / "window.sock"


def be_first(paths: Paths) -> FileLock | None:
    """The lock of the first window, or None where another has it. Keep it as long as the window is open."""
    return FileLock.take(paths.locks / "window.lock")


def hand_over(paths: Paths, files: Sequence[Path]) -> FileLock | None:
    """Give `files` to the first window, and let it come to the front.

    Returns the lock where there is no first window any more: then this one is it. Raises TimeoutError where the
    first one does not answer.
    """
    message = {"files": [os.path.abspath(file) for file in files], "token": os.environ.get(TOKEN, "")}  # noqa: PTH100
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        # It holds the lock, but may not listen yet, or no more.
        if _say(socket_path(paths), json.dumps(message).encode() + b"\n", deadline):
            return None
        if (lock := be_first(paths)) is not None:
            return lock
        time.sleep(0.05)
    raise TimeoutError


def open_new_window(paths: Paths) -> None:
    """Open another window on the same data folder, in a process of its own."""
    program, *arguments = launch.program("--data-dir", str(paths.root), "window", "--new-window")
    QProcess.startDetached(program, arguments, str(paths.root))


class Doorbell(QObject):
    """Listens for second starts. Holding the lock, nobody else does."""

    rung = Signal(list)  # of Path

    def __init__(self, paths: Paths, parent: QObject | None = None) -> None:
        super().__init__(parent)
        path = socket_path(paths)
        path.unlink(missing_ok=True)  # what a crash left
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)
        if not self._server.listen(str(path)):
            log.warning("Second starts cannot be noticed: %s", self._server.errorString())

    def close(self) -> None:
        self._server.close()

    def _answer(self) -> None:
        while (caller := self._server.nextPendingConnection()) is not None:
            caller.readyRead.connect(lambda caller=caller: self._read(caller))
            caller.disconnected.connect(caller.deleteLater)
            self._read(caller)

    def _read(self, caller: QLocalSocket) -> None:
        if not caller.canReadLine():
            if caller.bytesAvailable() > LONGEST:
                caller.abort()
            return
        try:
            message = json.loads(bytes(caller.readLine().data()))
            files = [Path(file) for file in message["files"]]
            token = str(message["token"])
        except (ValueError, KeyError, TypeError):
            caller.abort()  # nobody of ours
            return
        if token:
            os.environ[TOKEN] = token  # where Qt looks for it
        self.rung.emit(files)
        caller.write(ANSWER)
        caller.flush()
        caller.disconnectFromServer()


def _say(path: Path, message: bytes, deadline: float) -> bool:
    """Whether the first window has heard it."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(max(0.1, deadline - time.monotonic()))
        try:
            line.connect(str(path))
            line.sendall(message)
            return line.recv(len(ANSWER)) == ANSWER
        except OSError:
            return False
