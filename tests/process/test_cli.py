"""One book through the commands, as a user in a terminal would take it."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pikepdf

from ambuda_desktop.manifest import Manifest
from ambuda_desktop.store.books import BookSummary, summary
from ambuda_desktop.store.submit import NewTask, insert
from tests.process.test_split import SLOW, fake_poppler, text_book
from tests.support import pdfs
from tests.support.program import Program


def see(program: Program, book: str = "book") -> BookSummary:
    found = summary(program.connection, book)
    assert found is not None
    return found


def said(program: Program, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
    """The objects that a command writes."""
    done = program.cli(*arguments, "--json")
    assert done.returncode == code, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_one_book_goes_through_all_commands(program: Program, tmp_path: Path) -> None:
    # Given a book whose pages take a while, and a trash of this test's own
    program.environment |= fake_poppler(tmp_path / "bin", "sleep 0.7")
    program.environment["XDG_DATA_HOME"] = str(tmp_path / "share")
    text_book(tmp_path / "book.pdf", 12)

    # When its first pages are split, then its images are as they were asked for
    (added,) = said(
        program, "split", str(tmp_path / "book.pdf"), "--pages", "1-10", "--max-dpi", "72", "--grayscale"
    )
    assert added["book"] == "book"
    program.wait_until(lambda: see(program).done >= 1, "a page is there")

    # When it is paused, then it rests after the page in hand, and a restart changes nothing
    assert said(program, "pause", "book") == [{"book": "book", "paused": True}]
    program.wait_until(lambda: see(program).state == "waiting" or not in_hand(program), "it rests")
    rested = see(program).done
    assert 1 <= rested < 10
    assert said(program, "daemon", "--stop") == [{"stopped": True}]
    said(program, "workers", "--set", "cpu=1")
    said(program, "resume", "book")
    program.wait_until(lambda: see(program).done > rested, "it goes on")
    (workers,) = said(program, "workers")
    assert (workers["running"], workers["pools"]["cpu"]["size"]) == (True, 1)

    # When it is cancelled, then what was made stays; when it is tried again, then the rest is made
    said(program, "cancel", "book")
    program.wait_until(lambda: see(program).state == "cancelled", "it has ended")
    kept = see(program).done
    assert kept < 10
    (ended,) = said(program, "retry", "book", "--wait")
    assert (ended["state"], ended["done"], ended["pages"]) == ("done", 10, 12)
    records = Manifest.load(program.paths.library / "book" / "manifest.json").pages[:10]
    assert {record.options.grayscale for record in records} == {True}

    # When it is split with other options, then all images are PNGs
    (again,) = said(program, "resplit", "book", "--format", "png", "--wait")
    assert again["options"] == {**added["options"], "format": "png"}
    names = {path.name for path in Path(again["pages_folder"]).iterdir()}
    assert names == {f"{number}.png" for number in range(1, 11)}

    # Then its history tells all of it, and each task has a log that can be asked for
    (shown,) = said(program, "show", "book")
    assert len(shown["splits"]) == 3
    last = said(program, "tasks", "--book", "book", "--limit", "1")[0]
    assert program.cli("logs", last["id"], "--follow").returncode == 0

    # When it is removed, then it is in the trash, and what was added is where it was
    said(program, "remove", "book", "--yes")
    assert said(program, "books") == []
    assert said(program, "tasks") == []
    assert not (program.paths.library / "book").exists()
    assert (tmp_path / "share" / "Trash" / "files" / "book" / "pages" / "1.png").is_file()
    assert (tmp_path / "book.pdf").is_file()


def in_hand(program: Program) -> int:
    found: int = program.connection.execute(
        "SELECT count(*) FROM tasks WHERE state IN ('SENT', 'STARTED', 'PROGRESS')"
    ).fetchone()[0]
    return found


def test_a_password_comes_from_standard_input_and_goes_nowhere_else(program: Program, tmp_path: Path) -> None:
    # Given a locked book
    pdfs.scanned_book(tmp_path / "plain.pdf", 3)
    with pikepdf.open(tmp_path / "plain.pdf") as pdf:
        pdf.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(user="rāma-vana", owner="x"))

    # When nobody can be asked, then it is said what to do
    waited = program.cli("split", str(tmp_path / "locked.pdf"), "--wait")
    assert (waited.returncode, "unlock locked" in waited.stderr) == (10, True)

    # When a wrong password is given, then it is said; the right one opens it
    assert give(program, "wrong", "unlock", "locked").returncode == 10
    assert see(program, "locked").waiting_for == "another password"
    opened = give(program, "rāma-vana", "unlock", "locked", "--wait")
    assert (opened.returncode, "3 pages" in opened.stdout) == (0, True)

    # And so it is in one command
    once = give(
        program, "rāma-vana", "split", str(tmp_path / "locked.pdf"), "--again", "--password-stdin", "--wait"
    )
    assert (once.returncode, see(program, "locked-2").state) == (0, "done")
    program.cli("daemon", "--stop")
    for path in program.paths.root.rglob("*"):
        if path.is_file() and path.suffix not in (".jpg", ".pdf"):
            assert "rāma-vana".encode() not in path.read_bytes(), path


def give(program: Program, password: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        program.command(*arguments), env=program.environment, input=f"{password}\n", text=True,
        capture_output=True, check=False, timeout=90,
    )  # fmt: skip


class Terminal:
    """A command in a terminal: what a person sees, and types."""

    def __init__(self, program: Program, *arguments: str, **environment: str) -> None:
        self.program = program
        self.seen = ""
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            os.execve(
                sys.executable,
                program.command(*arguments),
                {**program.environment, "TERM": "xterm", **environment},
            )
        os.set_blocking(self.file, False)

    def wait_for(self, words: str, times: int = 1) -> None:
        self.program.wait_until(
            lambda: self._read().count(words) >= times, f"“{words}” is seen {times} times in {self.seen!r}"
        )

    def type(self, text: str) -> None:
        os.write(self.file, text.encode())

    def end(self) -> int:
        """Read to the end; the exit code."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            self._read()
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._read()
                os.close(self.file)
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.01)
        os.kill(self.pid, signal.SIGKILL)
        raise AssertionError(f"It does not end: {self.seen!r}")

    def _read(self) -> str:
        try:
            while portion := os.read(self.file, 65536):
                self.seen += portion.decode(errors="replace")
        except (BlockingIOError, OSError):
            pass  # nothing new, or nobody at the other end
        return self.seen


def test_a_person_sees_a_bar_and_may_leave_while_work_goes_on(program: Program, tmp_path: Path) -> None:
    # Given a book whose pages take a while, split in a terminal
    program.environment |= fake_poppler(tmp_path / "bin", SLOW)
    text_book(tmp_path / "book.pdf", 8)
    terminal = Terminal(program, "split", str(tmp_path / "book.pdf"), "--wait")
    terminal.wait_for("█")

    # When it is paused in another, then the first says so and how it goes on
    program.cli("pause", "book")
    terminal.wait_for("“ambuda-desktop resume book” lets it go on.")
    program.cli("resume", "book")

    # When Ctrl+C is typed, then it ends with its code and the work goes on
    terminal.type("\x03")
    assert terminal.end() == 130
    assert "The work goes on." in terminal.seen
    program.wait_until(lambda: see(program).state == "done", "the book is done all the same")


def test_a_person_is_asked_for_a_password_that_nobody_sees(program: Program, tmp_path: Path) -> None:
    # Given a locked book, split in a terminal
    pdfs.scanned_book(tmp_path / "plain.pdf", 3)
    with pikepdf.open(tmp_path / "plain.pdf") as pdf:
        pdf.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(user="secret", owner="x"))
    terminal = Terminal(program, "split", str(tmp_path / "locked.pdf"), "--wait", NO_COLOR="1")

    # When a wrong one and the right one are typed
    terminal.wait_for("Password of “locked”:")
    terminal.type("wrong\n")
    terminal.wait_for("That password does not open it.")
    terminal.wait_for("Password of “locked”:", times=2)  # what is typed before that is seen, and thrown away
    terminal.type("secret\n")

    # Then the book is made, and neither was shown; nor were colours
    assert terminal.end() == 0
    assert "locked: 3 pages" in terminal.seen
    assert "secret" not in terminal.seen
    assert "\x1b[3" not in terminal.seen


def test_following_a_log_shows_what_comes_and_ends_with_the_task(program: Program, tmp_path: Path) -> None:
    # Given a task that logs, and is not done
    program.add_tasks(LOGGING_TASK, name="talking")
    program.start_daemon()
    gate = tmp_path / "gate"
    task = NewTask("talking.talk", kwargs={"gate": str(gate)})
    insert(program.connection, [task])
    following = subprocess.Popen(
        program.command("logs", task.id, "--follow"),
        env=program.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert following.stdout is not None
    assert "first words" in following.stdout.readline()

    # When it goes on, then what it says is shown, and the command ends with it
    gate.touch()
    assert "last words" in following.stdout.readline()
    assert following.wait(timeout=30) == 0
    following.stdout.close()


LOGGING_TASK = """
import logging
import pathlib
import time
from ambuda_desktop.celery_app import app

log = logging.getLogger("talking")

@app.task
def talk(gate):
    log.warning("first words")
    while not pathlib.Path(gate).exists():
        time.sleep(0.01)
    log.warning("last words")
"""
