"""How live the window is: stored -> painted, and how long its event loop stands still during a 1,000-page book.

    python -m tests.bench.bench_window

Runs the real daemon, Redis, workers and window (offscreen) in a throwaway folder; prints a Markdown table.
"""

import os
import statistics
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is imported

from ambuda_desktop.paths import ENVIRONMENT
from ambuda_desktop.store.books import summary
from tests.support import pdfs
from tests.support.program import Program
from tests.support.window import CLOCK_TASK, LoopClock, open_real_window, paint_delays, spin

STATES = 200
PAGES = 1000


def gaps(program: Program, pdf: Path) -> list[float]:
    """Milliseconds between two turns of the event loop while a book is split, ascending."""
    with open_real_window(program.paths) as window:
        clock = LoopClock()
        window.add_files([pdf])
        spin(
            lambda: (found := summary(program.connection, pdf.stem)) is not None and found.state == "done",
            300,
        )
        return clock.stop()


def row(name: str, values: list[float]) -> str:
    p95 = values[int(len(values) * 0.95)]
    return f"| {name} | {len(values)} | {statistics.median(values):.1f} | {p95:.1f} | {values[-1]:.1f} |"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="ambuda-bench-") as folder:
        root = Path(folder) / "data"
        os.environ[ENVIRONMENT] = str(root)
        program = Program(root)
        program.add_tasks(CLOCK_TASK, name="clock")
        program.start_daemon()
        pdfs.scanned_book(Path(folder) / "book.pdf", PAGES)
        try:
            print("| milliseconds | n | median | p95 | longest |\n|---|---|---|---|---|")
            print(row("`store_result` to `paintEvent`", paint_delays(program, STATES, pause=0.05)))
            print(row(f"event-loop gaps, {PAGES:,}-page book", gaps(program, Path(folder) / "book.pdf")))
        finally:
            program.end()


if __name__ == "__main__":
    main()
