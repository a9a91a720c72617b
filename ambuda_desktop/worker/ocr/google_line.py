"""Whether Google can be reached, and since when not: all workers of this machine say the same."""

import contextlib
import os
import socket
import time
from pathlib import Path

from ambuda_desktop.paths import Paths
from ambuda_desktop.worker.ocr.engine import MustWait

PROBE_TIMEOUT = 3.0  # seconds
NETWORK_PAUSE = 20.0  # seconds until it is worth another look
QUOTA_PAUSE = 60.0
_PROXIES = ("grpc_proxy", "https_proxy", "HTTPS_PROXY", "http_proxy")


class Line:
    """The way to one server."""

    def __init__(self, paths: Paths, endpoint: str) -> None:
        """`endpoint`: host:port."""
        self._host, _, port = endpoint.rpartition(":")
        self._port = int(port)
        self._offline = paths.runtime / "vision-offline"
        self._exhausted = paths.runtime / "vision-exhausted"
        self._silent = paths.runtime / "vision-silent"

    def check(self) -> None:
        """Where there was no network the last time, look before anything is sent. Raises MustWait."""
        if self._offline.exists() and not self.is_reachable():
            raise self.no_network()

    def is_reachable(self) -> bool:
        """A cheap probe: whether the server takes a connection. Behind a proxy that says nothing, so it may be."""
        if any(os.environ.get(name) for name in _PROXIES) and self._host != "127.0.0.1":
            return True
        try:
            socket.create_connection((self._host, self._port), PROBE_TIMEOUT).close()
        except OSError:
            return False
        return True

    def no_network(self) -> MustWait:
        """What to raise where Google cannot be reached."""
        since = _since(self._offline)
        return MustWait(
            f"Google cannot be reached since {since}. Connect to the network, or choose --engine tesseract.",
            f"the network since {since}",
            NETWORK_PAUSE,
        )

    def no_quota(self) -> MustWait:
        """What to raise where Google takes no more for now."""
        since = _since(self._exhausted)
        return MustWait(
            f"The quota of your account with Google is used up since {since}. Try it later.",
            f"Google's quota since {since}",
            QUOTA_PAUSE,
        )

    def no_answer(self) -> MustWait:
        """What to raise where Google is there and does not answer in time, even for a single page."""
        since = _since(self._silent)
        return MustWait(
            f"Google does not answer in time since {since}: it is overloaded, or the connection is too slow for a "
            "page. Try it later or over a faster connection, or choose --engine tesseract.",
            f"an answer from Google since {since}",
            NETWORK_PAUSE,
        )

    def is_up(self) -> None:
        """Google has answered: all trouble is over."""
        self._offline.unlink(missing_ok=True)
        self._exhausted.unlink(missing_ok=True)
        self._silent.unlink(missing_ok=True)


def _since(file: Path) -> str:
    """When it began, as `14:02`; noted where it begins now."""
    with contextlib.suppress(FileExistsError):
        file.touch(mode=0o600, exist_ok=False)
    try:
        began = file.stat().st_mtime
    except FileNotFoundError:  # it was over for another at this very moment
        began = time.time()
    return time.strftime("%H:%M", time.localtime(began))
