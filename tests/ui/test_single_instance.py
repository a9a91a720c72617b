"""ui/single_instance.py: a second start hands its files over."""

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ambuda_desktop.paths import MAX_SOCKET_PATH, Paths
from ambuda_desktop.ui import single_instance
from ambuda_desktop.ui.single_instance import Doorbell, be_first, hand_over, socket_path


@pytest.fixture
def doorbell(qtbot: QtBot, paths: Paths) -> Iterator[Doorbell]:
    """The first window, over the socket that a crashed one left."""
    lock = be_first(paths)
    assert lock is not None
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(socket_path(paths)))
    door = Doorbell(paths)
    yield door
    door.close()
    lock.release()


class Second(threading.Thread):
    """Another start: it waits for an answer, so it cannot be in the thread that gives it."""

    def __init__(self, paths: Paths, *files: str) -> None:
        super().__init__()
        self.paths, self.files = paths, [Path(file) for file in files]
        self.became_first: object = "nothing yet"

    def run(self) -> None:
        self.became_first = hand_over(self.paths, self.files)


def test_files_reach_the_first_window_with_their_full_paths(
    qtbot: QtBot, paths: Paths, doorbell: Doorbell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a second start in another folder, from a launcher that lets windows come to the front
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "from the launcher")
    assert be_first(paths) is None

    # When it has a relative path, one with a line break, and one that is no UTF-8
    second = Second(paths, "a book.pdf", "two\nlines.pdf", os.fsdecode(b"/x/\xff.pdf"))
    with qtbot.waitSignal(doorbell.rung) as rung:
        second.start()
    qtbot.waitUntil(lambda: not second.is_alive())

    # Then the first one gets them, and the second is told that it may end
    assert rung.args == [
        [tmp_path / "a book.pdf", tmp_path / "two\nlines.pdf", Path(os.fsdecode(b"/x/\xff.pdf"))]
    ]
    assert second.became_first is None


def test_several_at_the_same_moment(qtbot: QtBot, paths: Paths, doorbell: Doorbell) -> None:
    heard: list[Path] = []
    doorbell.rung.connect(heard.extend)
    seconds = [Second(paths, f"/{number}.pdf") for number in range(8)]
    for second in seconds:
        second.start()
    qtbot.waitUntil(lambda: not any(second.is_alive() for second in seconds))
    assert sorted(heard) == [Path(f"/{number}.pdf") for number in range(8)]
    assert all(second.became_first is None for second in seconds)


def test_nonsense_is_no_obstacle(qtbot: QtBot, paths: Paths, doorbell: Doorbell) -> None:
    # Given somebody who says something else, and somebody who says nothing
    with socket.socket(socket.AF_UNIX) as nobody, socket.socket(socket.AF_UNIX) as silent:
        silent.connect(str(socket_path(paths)))
        nobody.connect(str(socket_path(paths)))
        nobody.sendall(b"GET / HTTP/1.1\n")

        # Then the next second start is heard all the same
        second = Second(paths, "/a.pdf")
        with qtbot.waitSignal(doorbell.rung):
            second.start()
        qtbot.waitUntil(lambda: not second.is_alive())


def test_the_next_start_is_first_where_the_first_window_has_gone(paths: Paths) -> None:
    lock = be_first(paths)
    assert lock is not None
    threading.Timer(0.2, lock.release).start()
    taken = hand_over(paths, [])
    assert taken is not None
    taken.release()


def test_a_first_window_that_hangs_is_not_waited_for(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a first window that listens and never answers
    monkeypatch.setattr(single_instance, "PATIENCE", 0.3)
    lock = be_first(paths)
    assert lock is not None
    with socket.socket(socket.AF_UNIX) as hung:
        hung.bind(str(socket_path(paths)))
        hung.listen()

        # Then the second start learns so soon, and may open a window of its own
        with pytest.raises(TimeoutError):
            hand_over(paths, [])
    lock.release()


def test_the_socket_is_private_and_its_path_short(paths: Paths, doorbell: Doorbell) -> None:
    assert len(os.fsencode(socket_path(paths))) <= MAX_SOCKET_PATH
    assert socket_path(paths).parent.stat().st_mode & 0o077 == 0
    assert socket_path(paths).stat().st_mode & 0o077 == 0
