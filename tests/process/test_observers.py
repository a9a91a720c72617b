"""Results reach many observers: windows and a command line see the same, whenever they came."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is imported

from ambuda_desktop.store.submit import NewTask, insert
from ambuda_desktop.ui.main_window import MainWindow
from tests.support.program import Program
from tests.support.window import open_real_window, spin

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

HALTING_TASK = '''
import pathlib
import time
from ambuda_desktop.celery_app import app

@app.task(bind=True)
def halting(self, gate):
    """Ten steps; after the fifth it halts until there is a file at `gate`."""
    for number in range(1, 11):
        self.update_state(state="PROGRESS", meta={"current": number, "total": 10})
        while number == 5 and not pathlib.Path(gate).exists():
            time.sleep(0.01)
    return "namaste"
'''

Seen = tuple[str, int, int]


def in_window(window: MainWindow) -> Seen | None:
    """What the table of a window shows of the only task."""
    task = window.tasks.model.task(0) if window.tasks.model.rowCount() else None
    return (task.state, task.current, task.total) if task is not None else None


def in_terminal(program: Program) -> Seen:
    """What the command line says of it."""
    line = json.loads(program.cli("tasks", "--json").stdout)
    return line["state"], line["current"], line["total"]


def collect(window: MainWindow, seen: list[Seen], last: Seen) -> Callable[[], bool]:
    """Notes each state that a window shows; true when it shows the `last`."""

    def look() -> bool:
        now = in_window(window)
        if now is not None and (not seen or seen[-1] != now):
            seen.append(now)
        return now == last

    return look


def test_two_windows_a_late_one_and_a_command_line_see_the_same(program: Program, tmp_path: Path) -> None:
    # Given two windows that watch a task which halts in its middle
    program.add_tasks(HALTING_TASK, name="halting")
    program.start_daemon()
    half, end = ("PROGRESS", 5, 10), ("SUCCESS", 10, 10)
    with open_real_window(program.paths) as first, open_real_window(program.paths) as second:
        seen: tuple[list[Seen], list[Seen]] = ([], [])
        for window in (first, second):
            window.go_to("tasks")
        insert(program.connection, [NewTask("halting.halting", kwargs={"gate": str(tmp_path / "gate")})])
        for window, states in zip((first, second), seen, strict=True):
            spin(collect(window, states, half))

        # When a third is opened late, then it sees what the others see, and so does the command line
        with open_real_window(program.paths) as late:
            late.go_to("tasks")
            spin(lambda: in_window(late) == half)
            assert [in_window(first), in_window(second), in_terminal(program)] == [half] * 3

            # And when the task goes on, then all see its end
            (tmp_path / "gate").touch()
            spin(lambda: in_window(late) == end)
            for window, states in zip((first, second), seen, strict=True):
                spin(collect(window, states, end))
            assert in_terminal(program) == end
            assert json.loads(program.cli("tasks", "--json").stdout)["result"] == "namaste"

    # And nobody ever saw it go back
    order = ["PENDING", "SENT", "STARTED", "PROGRESS", "SUCCESS"]
    for states in seen:
        assert states == sorted(states, key=lambda s: (order.index(s[0]), s[1]))
