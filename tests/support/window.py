"""The real window inside the test's own process, beside a real daemon, and clocks that watch it."""

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings
from ambuda_desktop.store.submit import NewTask, insert
from ambuda_desktop.ui.app import make_application, open_window
from ambuda_desktop.ui.main_window import MainWindow
from ambuda_desktop.ui.store_watch import StoreWatch
from tests.support.program import Program

CLOCK_TASK = '''
import time
from ambuda_desktop.celery_app import app

@app.task(bind=True)
def clock(self, count, pause):
    """Says when each of its states was stored."""
    sent = {}
    for number in range(1, count + 1):
        time.sleep(pause)
        sent[number] = time.monotonic()
        self.update_state(state="PROGRESS", meta={"current": number, "total": count + 1})
    return sent
'''


@contextmanager
def open_real_window(paths: Paths) -> Iterator[MainWindow]:
    """The window, shown, with everything it has in earnest."""
    make_application()
    with closing(StoreWatch(paths)) as watch:
        window = open_window(paths, watch, Settings())
        window.resize(1180, 720)
        window.show()
        yield window
        window.leave()
        window.context.background.finish()


def spin(until: Callable[[], object], timeout: float = 60.0) -> None:
    """Run the event loop until something is true; fails after `timeout` seconds."""
    app = QApplication.instance()
    assert app is not None
    deadline = time.monotonic() + timeout
    while not until():
        assert time.monotonic() < deadline, "the window waited in vain"
        app.processEvents()
        time.sleep(0.001)  # an idle loop would sleep in select


class PaintClock(QObject):
    """Notes when each value of `look()` is first painted by `widget`: value to `time.monotonic()`."""

    def __init__(self, widget: QWidget, look: Callable[[], int | None]) -> None:
        super().__init__(widget)
        self.seen: dict[int, float] = {}
        self._look = look
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Paint and (value := self._look()) is not None:
            self.seen.setdefault(value, time.monotonic())
        return False


class LoopClock:
    """Notes how long the event loop stands still: a timer of one millisecond should fire every millisecond."""

    def __init__(self) -> None:
        self._ticks: list[float] = []
        self._timer = QTimer()
        self._timer.timeout.connect(lambda: self._ticks.append(time.perf_counter()))
        self._timer.start(1)

    def stop(self) -> list[float]:
        """The gaps, in milliseconds, ascending."""
        self._timer.stop()
        return sorted((b - a) * 1000 for a, b in itertools.pairwise(self._ticks))


def paint_delays(program: Program, states: int, pause: float) -> list[float]:
    """Milliseconds from a worker's `store_result` to the paint that shows it, ascending. Needs CLOCK_TASK."""
    with open_real_window(program.paths) as window:
        window.go_to("tasks")
        task = NewTask("clock.clock", kwargs={"count": states, "pause": pause})
        insert(program.connection, [task])
        model = window.tasks.model
        spin(lambda: model.rowCount() == 1)

        def shown() -> int | None:
            row = model.task(0)
            return row.current if row is not None and row.state == "PROGRESS" else None

        clock = PaintClock(window.tasks.table.viewport(), shown)
        spin(lambda: program.task(task.id).ended)
    sent = {int(n): at for n, at in program.task(task.id).value.items()}
    return sorted((clock.seen[n] - sent[n]) * 1000 for n in clock.seen if n in sent)
