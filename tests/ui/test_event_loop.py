"""How long the event loop stands still while a big book is being made."""

import itertools
import sqlite3
import statistics
import subprocess
import sys
import time

from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from ambuda_desktop.paths import Paths
from ambuda_desktop.store import books
from ambuda_desktop.ui.main_window import MainWindow
from tests.ui.rows import add_book, plan_pages, put_facts

PAGES, PER = 1000, 15
WRITER = """
import sys, time
from pathlib import Path
from ambuda_desktop.store.connection import connect, transaction
from tests.ui.rows import progress, start, end
store = connect(Path(sys.argv[1]))
tasks = sys.argv[2].split(",")
for update in range(200):
    task, page = tasks[update // 10], update % 10 + 1
    with transaction(store):
        if page == 1:
            start(store, task)
        progress(store, task, page, 15)
        if page == 10:
            progress(store, task, 15, 15)
            end(store, task, result={"failed": {}, "warnings": {}})
    time.sleep(0.01)
"""


def test_no_gaps_while_a_thousand_page_book_is_made(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, paths: Paths
) -> None:
    # Given a book of 1,000 pages on the screen, and a clock in the event loop
    put_facts(store)
    ranges = plan_pages(store, add_book(store, "big", "Big"), PAGES, PER)
    qtbot.waitUntil(lambda: (b := window.books.selected_book()) is not None and len(b.cells) == PAGES)
    ticks: list[float] = []
    timer = QTimer()
    timer.timeout.connect(lambda: ticks.append(time.perf_counter()))
    timer.start(1)

    # When another process writes 200 updates
    command = [sys.executable, "-c", WRITER, str(paths.store), ",".join(ranges)]
    with subprocess.Popen(command) as writer:
        qtbot.waitUntil(lambda: writer.poll() is not None, timeout=60_000)
    timer.stop()
    assert writer.returncode == 0

    # Then the loop was never away for long
    gaps = sorted((b - a) * 1000 for a, b in itertools.pairwise(ticks))
    p95 = gaps[int(len(gaps) * 0.95)]
    print(
        f"\nevent-loop gaps, ms: median {statistics.median(gaps):.1f}, p95 {p95:.1f}, longest {gaps[-1]:.1f}"
    )
    # Aimed at a p95 of 33 ms, and measured by tests/bench; here a machine may be busy with other things.
    assert statistics.median(gaps) < 50
    assert p95 < 100
    summary = books.summary(store, "big")
    assert summary is not None
    assert summary.done == 300
