"""Screenshots for the documents: the real window over a real daemon, light and dark.

    .venv/bin/python packaging/screenshots.py [FOLDER]

Draws offscreen unless QT_QPA_PLATFORM says otherwise; QT_SCALE_FACTOR=2 gives large ones.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is imported

import pikepdf
from PySide6.QtTest import QTest

from ambuda_desktop import launch
from ambuda_desktop.paths import ENVIRONMENT, Paths, resources
from ambuda_desktop.settings import Settings
from ambuda_desktop.store import books
from ambuda_desktop.ui import theme
from ambuda_desktop.ui.app import make_application, open_window
from ambuda_desktop.ui.main_window import MainWindow
from ambuda_desktop.ui.models.places_model import Place
from ambuda_desktop.ui.store_watch import StoreWatch

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
PATIENCE = 120.0  # seconds


def longer_sample(target: Path, pages: int, damaged: int | None = None) -> None:
    """The sample book again and again, its pages to be rendered: long enough to be seen at work."""
    with pikepdf.open(resources() / "sample" / "sample.pdf") as source, pikepdf.new() as book:
        for number in range(pages):
            book.pages.append(source.pages[number % len(source.pages)])
            page = book.pages[-1]
            page.contents_add(b"0.5 g 20 20 1 1 re f\n")  # not a bare picture any more, so not copied
            if number + 1 == damaged:
                page.obj["/Contents"] = pikepdf.Stream(book, b"BI garbage that no reader understands")
                page.obj["/MediaBox"] = [0, 0, 0, 0]
        book.save(target)


def wait(found: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Let the window live until `found`, or the patience ends."""
    deadline = time.monotonic() + patience
    while not found() and time.monotonic() < deadline:
        QTest.qWait(20)


def arrived(window: MainWindow, count: int, name: str) -> str:
    """The id of the book whose name begins so, once `count` books are in the library."""
    store = window.context.watch.connection
    wait(lambda: books.book_count(store) >= count and not window.context.adding.incoming)
    return next(book for book in books.book_ids(store) if book.startswith(name))


def state(window: MainWindow, book: str) -> str:
    summary = window.books.model.summary(book)
    return summary.state if summary else ""


def take(window: MainWindow, folder: Path) -> None:
    """Walk through the pages and save each in both schemes."""

    def snap(name: str) -> None:
        for scheme in ("light", "dark"):
            theme.apply(scheme)
            QTest.qWait(120)
            window.grab().save(str(folder / f"{name}-{scheme}.png"))
        theme.apply("light")

    wait(lambda: window.status.pools_ready)
    snap("empty")
    with tempfile.TemporaryDirectory() as made:
        first, second = (Path(made) / f"{name}.pdf" for name in ("Meghadūta (sample)", "मेघदूतम् — sample"))
        longer_sample(first, 60, damaged=17)
        longer_sample(second, 150)
        window.add_files([resources() / "sample" / "sample.pdf", first])
        slug = arrived(window, 2, "meghaduta")
        wait(lambda: state(window, slug) not in ("waiting", "working", ""))
        window.add_files([second])
        newest = arrived(window, 3, "sample-2")
    window.books.select(newest)
    wait(lambda: bool((b := window.books.model.summary(newest)) and b.done >= 40))
    snap("books")
    window.books.select(slug)
    snap("failed-page")
    window.sidebar.go(Place("tasks"))
    wait(lambda: window.tasks.model.rowCount() > 0)
    window.tasks.select(window.tasks.model.seq(min(4, window.tasks.model.rowCount() - 1)))
    snap("tasks")
    window.go_to("workers")
    snap("workers")
    window.go_to("settings")
    snap("settings")


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="ambuda-screenshots-") as root:
        paths = Paths(Path(root)).make()
        os.environ[ENVIRONMENT] = root
        make_application()
        client = launch.attach(paths)
        launch.start_daemon(paths)
        try:
            with closing(StoreWatch(paths)) as watch:
                window = open_window(paths, watch, Settings())
                window.resize(1120, 720)
                window.show()
                take(window, folder)
                window.leave()
        finally:
            launch.stop_daemon(paths)
            if client is not None:
                client.release()


if __name__ == "__main__":
    main()
