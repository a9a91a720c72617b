"""launch.py: waiting for a daemon that builds another store."""

import subprocess
import sys

import pytest

from ambuda_desktop import launch
from ambuda_desktop.errors import NotRunning
from ambuda_desktop.paths import Paths


def test_a_damaged_store_starts_one_daemon_and_its_failure_ends_the_wait(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a damaged store, and a daemon that takes a moment and then fails
    paths.store.write_bytes(b"no database" * 500)
    code = "import sys, time; time.sleep(0.3); sys.exit('The disk is full.')"
    monkeypatch.setattr(launch, "program", lambda *_: [sys.executable, "-S", "-c", code])
    started: list[subprocess.Popen[bytes]] = []
    monkeypatch.setattr(launch, "_started", started)

    # When the store is wanted, then one is started, and its reason is told
    with pytest.raises(NotRunning, match="The disk is full"):
        launch.open_store(paths)
    assert len(started) == 1
