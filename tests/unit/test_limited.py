"""worker/limited.py: what runs on a file of somebody else's has limits."""

import resource
import subprocess
import sys
import time

import pytest

from ambuda_desktop.worker import limited
from ambuda_desktop.worker.limited import TookTooLong, limited_memory, run_limited
from tests.support.splitting import Stop

ENDLESS = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_what_a_program_says_is_kept_up_to_a_limit() -> None:
    ran = run_limited([sys.executable, "-c", "print('x' * 10_000_000); raise SystemExit(3)"], 30)
    assert (ran.code, len(ran.out)) == (3, limited.MOST_WORDS)


def test_a_program_that_takes_too_long_is_ended() -> None:
    begin = time.monotonic()
    with pytest.raises(TookTooLong):
        run_limited(ENDLESS, 0.2)
    assert time.monotonic() - begin < 20


def test_a_program_that_wants_too_much_memory_fails() -> None:
    ran = run_limited([sys.executable, "-c", "bytearray(1 << 30)"], 30, memory=512 << 20)
    assert ran.code
    assert "MemoryError" in ran.error


def test_a_program_is_ended_with_its_task(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a task that is ended while it waits for its program
    started: list[subprocess.Popen[bytes]] = []

    def stop(self: "subprocess.Popen[bytes]", timeout: float | None = None) -> int:
        started.append(self)
        monkeypatch.undo()
        raise Stop

    monkeypatch.setattr(subprocess.Popen, "wait", stop)

    # Then the program is ended, too
    with pytest.raises(Stop):
        run_limited(ENDLESS, 60)
    assert started[0].returncode == -9


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="limits of memory are Linux only")
def test_our_own_memory_is_limited_for_a_while() -> None:
    # When we want more than a task may have, then that is an error, and no longer so afterwards
    with limited_memory(64 << 20), pytest.raises(MemoryError):
        bytearray(512 << 20)
    assert len(bytearray(512 << 20)) == 512 << 20
