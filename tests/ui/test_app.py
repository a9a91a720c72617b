"""The real process of the window, offscreen."""

import os
import signal
import subprocess
import sys
import time

import pytest

from ambuda_desktop import launch
from ambuda_desktop.paths import Paths

PROGRAM = """
import sys
from pathlib import Path
from ambuda_desktop import launch
from ambuda_desktop.paths import Paths
launch.start_daemon = lambda paths: False
launch.daemon_is_running = lambda paths: True
from ambuda_desktop.ui import app
sys.exit(app.run(Paths(Path(sys.argv[1])), []))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_closes_the_window_cleanly(paths: Paths, number: signal.Signals) -> None:
    # Given a window that stands
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(paths.root)], env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        deadline = time.monotonic() + 30
        while not launch.clients_attached(paths) or not _handles(process.pid, number):
            assert time.monotonic() < deadline
            time.sleep(0.02)  # another process: there is no event to wait for

        # When the signal comes
        process.send_signal(number)
        _, errors = process.communicate(timeout=20)

    # Then it ends with success, without a word of complaint, and its window is remembered
    assert [line for line in errors.splitlines() if "propagateSizeHints" not in line] == []
    assert process.returncode == 0
    assert (paths.root / "window.ini").is_file()


def _handles(pid: int, number: signal.Signals) -> bool:
    """Whether the process has set a handler for the signal."""
    with open(f"/proc/{pid}/status") as file:  # noqa: PTH123
        caught = next(line for line in file if line.startswith("SigCgt"))
    # Python handles SIGINT from its start; ours come together, so SIGTERM tells.
    return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)
