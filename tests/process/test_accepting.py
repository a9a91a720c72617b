"""Work is accepted while the daemon or Redis is away, and it is said that it waits."""

import os
import signal
from pathlib import Path

import pytest

from ambuda_desktop.store.books import summary
from tests.support import pdfs
from tests.support.program import Program


@pytest.fixture
def book(tmp_path: Path) -> str:
    """The place of a PDF."""
    pdfs.scanned_book(tmp_path / "book.pdf", 3)
    return str(tmp_path / "book.pdf")


def is_done(program: Program) -> bool:
    found = summary(program.connection, "book")
    return found is not None and found.state == "done"


def test_a_book_waits_for_a_daemon_that_cannot_start(
    program: Program, book: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a machine where Redis is not to be found
    with monkeypatch.context() as without:
        without.setitem(program.environment, "AMBUDA_REDIS_SERVER", str(tmp_path / "none"))

        # When a book is added
        added = program.cli("split", book)

    # Then it is accepted, and it is said why it waits
    assert added.returncode == 0, added.stderr
    assert "“book”" in added.stdout
    assert "accepted, and waits until the daemon runs. " in added.stderr
    assert "which is no program" in added.stderr
    assert "goes on" not in added.stderr

    # And when a daemon can start, then the book is split
    program.start_daemon()
    program.wait_until(lambda: is_done(program), "the book is done")


def test_a_book_waits_for_a_redis_that_does_not_answer(program: Program, book: str) -> None:
    # Given a Redis that hangs
    program.start_daemon()
    pid = program.fact("redis")["pid"]
    os.kill(pid, signal.SIGSTOP)
    program.wait_until(lambda: program.fact("redis")["state"] == "silent", "silence is noticed", timeout=10)

    # When a book is added, then it is accepted, and it is said that it waits
    added = program.cli("split", book)
    assert added.returncode == 0, added.stderr
    assert "Redis does not answer" in added.stderr

    # And when Redis answers again, then the book is split
    os.kill(pid, signal.SIGCONT)
    program.wait_until(lambda: is_done(program), "the book is done")
