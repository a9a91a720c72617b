import itertools

from pytestqt.qtbot import QtBot

from ambuda_desktop.paths import Paths
from ambuda_desktop.ui.background import Background
from ambuda_desktop.ui.daemon_watch import DaemonWatch


class World:
    """A clock, and a daemon that runs or not."""

    def __init__(self, paths: Paths, background: Background) -> None:
        self.now = 0.0
        self.runs = False
        self.starts: list[float] = []
        self.watch = DaemonWatch(
            paths, background, runs=lambda _: self.runs, start=self._start, clock=lambda: self.now
        )

    def _start(self, _paths: Paths) -> bool:
        self.starts.append(self.now)
        return True

    def live(self, qtbot: QtBot, seconds: float, state: str | None = None) -> None:
        end = self.now + seconds
        while self.now < end:
            self.now += 1
            before = self.watch.tries
            self.watch.look(state)
            if self.watch.tries > before:
                qtbot.waitUntil(lambda: not self.watch._starting)


def test_starts_with_a_growing_pause(qtbot: QtBot, paths: Paths, background: Background) -> None:
    # Given a daemon that never comes up
    world = World(paths, background)
    world.live(qtbot, 60)

    # Then it is tried less and less often
    pauses = [b - a for a, b in itertools.pairwise(world.starts)]
    assert pauses == sorted(pauses)
    assert pauses[0] == 2
    assert len(world.starts) <= 6


def test_a_dead_daemon_is_started_again(qtbot: QtBot, paths: Paths, background: Background) -> None:
    world = World(paths, background)
    world.runs = True
    world.live(qtbot, 20, "running")
    assert world.starts == []
    world.runs = False
    world.live(qtbot, 1, "running")
    assert len(world.starts) == 1


def test_a_daemon_that_was_stopped_stays_stopped(qtbot: QtBot, paths: Paths, background: Background) -> None:
    # Given a daemon that said goodbye because somebody asked it to stop
    world = World(paths, background)
    world.runs = True
    world.live(qtbot, 20, "running")
    world.runs = False
    world.live(qtbot, 20, "stopped")

    # Then it is not started behind their back, only when asked
    assert world.starts == []
    assert world.watch.left
    world.watch.start()
    qtbot.waitUntil(lambda: len(world.starts) == 1)
