"""One window a data folder, with the real program: second starts, crashes, and starts at the same moment."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ambuda_desktop.locks import is_held
from ambuda_desktop.store.books import book_ids
from tests.support import pdfs
from tests.support.program import Program

Window = subprocess.Popen[bytes]


class Windows:
    """Starts windows of one data folder."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.started: list[Window] = []

    def start(self, *arguments: str, cwd: Path | None = None) -> Window:
        window = subprocess.Popen(
            self.program.command("window", *arguments), cwd=cwd,
            env={**self.program.environment, "QT_QPA_PLATFORM": "offscreen"},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.started.append(window)
        return window

    def wait_for_first(self) -> None:
        paths = self.program.paths
        self.program.wait_until(lambda: is_held(paths.locks / "window.lock"), "a window is the first")
        self.program.wait_until((paths.runtime / "window.sock").exists, "it listens")


def holds(process: Window, lock: Path) -> bool:
    """Whether a process has a lock file open, as a window has that of the daemon's clients."""
    return any(file.path == str(lock) for file in psutil.Process(process.pid).open_files())


@pytest.fixture
def windows(program: Program) -> Iterator[Windows]:
    made = Windows(program)
    yield made
    for window in made.started:
        window.terminate()
        window.wait(timeout=20)


def test_a_second_start_hands_its_files_over_and_ends(windows: Windows, tmp_path: Path) -> None:
    # Given a window, and a book in the folder where somebody is
    program = windows.program
    pdfs.scanned_book(tmp_path / "megha.pdf", 3)
    first = windows.start()
    windows.wait_for_first()

    # When the program is started again there with a relative path
    second = windows.start("megha.pdf", "not there.pdf", cwd=tmp_path)

    # Then it ends well, and the first window adds the book
    assert second.wait(timeout=30) == 0
    program.wait_until(lambda: book_ids(program.connection) == ["megha"], "the first window adds it")
    assert first.poll() is None


def test_the_socket_of_a_killed_window_is_no_obstacle(windows: Windows, tmp_path: Path) -> None:
    # Given a window that was killed
    pdfs.scanned_book(tmp_path / "megha.pdf", 3)
    first = windows.start()
    windows.wait_for_first()
    first.kill()
    first.wait()
    assert (windows.program.paths.runtime / "window.sock").exists()

    # When the program is started again, Then that is the first window, and takes the next one's files
    second = windows.start()
    windows.wait_for_first()
    assert windows.start(str(tmp_path / "megha.pdf")).wait(timeout=30) == 0
    windows.program.wait_until(lambda: book_ids(windows.program.connection), "the book is added")
    assert second.poll() is None


def test_of_several_at_the_same_moment_one_stays_and_has_all_files(windows: Windows, tmp_path: Path) -> None:
    # Given four books opened at once from a file chooser
    program = windows.program
    names = ["ganga", "megha", "raghu", "vana"]
    for number, name in enumerate(names):
        pdfs.scanned_book(tmp_path / f"{name}.pdf", 2 + number)
    started = [windows.start(str(tmp_path / f"{name}.pdf")) for name in names]

    # Then one window stays, and has them all
    program.wait_until(lambda: sum(window.poll() is None for window in started) == 1, "one stays")
    program.wait_until(lambda: sorted(book_ids(program.connection)) == names, "it has all")
    assert sorted(window.poll() or 0 for window in started) == [0, 0, 0, 0]


def test_a_new_window_can_be_asked_for(windows: Windows) -> None:
    # Given a window
    program = windows.program
    first = windows.start()
    windows.wait_for_first()

    # When another is asked for, Then both stay, until each is closed for itself
    second = windows.start("--new-window")
    program.wait_until(lambda: holds(second, program.paths.locks / "clients.lock"), "the other one stands")
    assert first.poll() is None
    first.terminate()
    assert first.wait(timeout=20) == 0
    assert second.poll() is None
