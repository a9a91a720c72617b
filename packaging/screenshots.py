"""Screenshots for the documents: the real window over a real daemon with a busy pool, page by page, light and dark.

    .venv/bin/python packaging/screenshots.py [FOLDER]

Draws offscreen unless QT_QPA_PLATFORM says otherwise; QT_SCALE_FACTOR=2 gives large ones.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is imported

import pikepdf
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from ambuda_desktop import launch
from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.paths import ENVIRONMENT, Paths, resources
from ambuda_desktop.settings import Settings
from ambuda_desktop.store import books
from ambuda_desktop.store.query import task
from ambuda_desktop.store.submit import NewTask, insert
from ambuda_desktop.ui import theme
from ambuda_desktop.ui.app import make_application, open_window
from ambuda_desktop.ui.main_window import MainWindow
from ambuda_desktop.ui.models.places_model import Place
from ambuda_desktop.ui.store_watch import StoreWatch

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
SAMPLE = resources() / "sample" / "sample.pdf"
PATIENCE = 120.0  # seconds
TASKS = '''
import logging
import time
from ambuda_desktop.celery_app import app

log = logging.getLogger(__name__)


@app.task(bind=True)
def transliterate(self, text: str, times: int = 120, to_devanagari: bool = True):
    """Transliterate a text, slowly enough to be watched."""
    for number in range(1, times + 1):
        log.info("verse %d of %d", number, times)
        time.sleep(0.1)
        self.progress(number, times)
    return text


@app.task
def proofread(verse: str):
    """Fails, to show how a failure looks."""
    log.warning("the verse has %d syllables", len(verse))
    return {}[verse]
'''


def wait(found: Callable[[], object], patience: float = PATIENCE) -> None:
    """Let the window live until `found`, or the patience ends."""
    deadline = time.monotonic() + patience
    while not found() and time.monotonic() < deadline:
        QTest.qWait(20)


class Camera:
    """Photographs the window, or what stands before it, in both schemes."""

    def __init__(self, window: MainWindow, folder: Path) -> None:
        self.window, self.folder = window, folder

    def take(self, name: str, what: QWidget | None = None) -> None:
        """`what`: a dialog; the window where None."""
        for scheme in ("light", "dark"):
            theme.apply("light" if scheme == "light" else "dark")
            QTest.qWait(150)
            (what or self.window).grab().save(str(self.folder / f"{name}-{scheme}.png"))
        theme.apply("light")

    def take_dialog(self, name: str) -> None:
        """The dialog that is open, which is closed afterwards."""
        wait(lambda: self.dialog() is not None)
        dialog = self.dialog()
        if dialog is not None:
            self.take(name, dialog)
            dialog.reject()

    def dialog(self) -> QDialog | None:
        shown = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]
        return shown[0] if shown else None


def make_books(folder: Path) -> dict[str, Path]:
    """A book with a damaged page, a long one, and one that is locked."""
    made = {name: folder / f"{name}.pdf" for name in ("Meghadūta (1841)", "मेघदूतम्", "Gītagovinda (1836)")}
    damaged, long, locked = made.values()
    longer_sample(damaged, 60, damaged=17)
    longer_sample(long, 1200)
    with pikepdf.open(SAMPLE) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(user="hush", owner="hush"))
    return made


def longer_sample(target: Path, pages: int, damaged: int | None = None) -> None:
    """The sample book again and again, its pages to be rendered: long enough to be seen at work."""
    with pikepdf.open(SAMPLE) as source, pikepdf.new() as book:
        for number in range(pages):
            book.pages.append(source.pages[number % len(source.pages)])
            page = book.pages[-1]
            page.contents_add(b"0.5 g 20 20 1 1 re f\n")  # not a bare picture any more, so not copied
            if number + 1 == damaged:
                page.obj["/Contents"] = pikepdf.Stream(book, b"BI garbage that no reader understands")
                page.obj["/MediaBox"] = [0, 0, 0, 0]
        book.save(target)


def add(window: MainWindow, place: Path) -> str:
    """Add a book as if it was dropped; returns its id once it is in the library."""
    store = window.context.watch.connection
    before = set(books.book_ids(store))
    window.add_files([place])
    wait(lambda: any(window.books.model.row_of(book) >= 0 for book in set(books.book_ids(store)) - before))
    return next(iter(set(books.book_ids(store)) - before), "")


def state(window: MainWindow, book: str) -> str:
    summary = window.books.model.summary(book)
    return summary.state if summary else ""


def text_state(window: MainWindow, book: str) -> str:
    found = window.books.model.current(book)
    return found.text.state if found and found.text else ""


def walk(window: MainWindow, folder: Path) -> None:
    """Through every page of the window while the pool is busy."""
    camera = Camera(window, folder)
    wait(lambda: window.status.pools_ready)
    camera.take("empty")
    with tempfile.TemporaryDirectory() as made:
        damaged_pdf, long_pdf, locked_pdf = make_books(Path(made)).values()
        sample = add(window, SAMPLE)
        damaged, locked = add(window, damaged_pdf), add(window, locked_pdf)
        wait(lambda: state(window, damaged) not in ("waiting", "working", ""))
        window.books.forms.add([long_pdf])
        camera.take_dialog("options")
        long = add(window, long_pdf)
    walk_books(window, camera, damaged, locked, long)
    walk_text(window, camera, sample)
    walk_tasks(window, camera)
    walk_code(window, camera)
    for name in ("workers", "settings"):
        window.go_to(name)
        QTest.qWait(300)
        camera.take(name)
    window.open_palette()
    camera.take_dialog("commands")


def walk_books(window: MainWindow, camera: Camera, damaged: str, locked: str, long: str) -> None:
    window.books.select(long)
    window.books.list.scrollToTop()
    wait(lambda: bool((b := window.books.model.summary(long)) and b.done >= 30))
    camera.take("books")
    window.books.select(damaged)
    camera.take("failed-page")
    window.books.select(locked)
    camera.take("locked")
    window.books.select(damaged)
    window.books.pages.look_large(3)
    QTest.qWait(600)
    camera.take("preview")
    window.go_back()


def walk_text(window: MainWindow, camera: Camera, book: str) -> None:
    """The text of a book: how it is asked for, and a page of it beside its image."""
    window.books.select(book)
    wait(lambda: [one.id for one in window.books.selection.books] == [book])
    wait(lambda: state(window, book) == "done")
    window.books.do("recognise")
    wait(lambda: camera.dialog() is not None)
    QTest.qWait(600)
    camera.take_dialog("recognise")
    window.books.texts.recognise(window.books.selection.books, OcrBook(book="", options=OcrOptions()))
    wait(lambda: text_state(window, book) == "done")
    window.books.list.scrollToTop()
    QTest.qWait(300)
    camera.take("text")
    window.books.pages.look_large(1)
    wait(lambda: bool(window.books.pages.preview.side.text.toPlainText()))
    QTest.qWait(600)
    camera.take("page-text")
    window.go_back()


def walk_tasks(window: MainWindow, camera: Camera) -> None:
    running = NewTask("verses.transliterate", {"text": "kaścit kāntā"})
    failing = NewTask("verses.proofread", {"verse": "yakṣaś"})
    window.context.background.start(lambda store, _errand: insert(store, [running, failing]))
    window.sidebar.go(Place("tasks"))
    for name, task_id, wanted in (("task-failed", failing.id, "FAILURE"), ("tasks", running.id, "PROGRESS")):
        wait(partial(_is_listed, window, task_id))
        window.show_task(task_id)
        wait(partial(_has_state, window, task_id, wanted))
        QTest.qWait(1500)  # its log comes a moment later
        camera.take(name)


def walk_code(window: MainWindow, camera: Camera) -> None:
    window.run_task("verses.transliterate")
    QTest.qWait(300)
    camera.take("run-task")
    file = window.context.paths.tasks / "verses.py"
    file.write_text(TASKS.replace("time.sleep(0.1)", "time.sleep(0.1"))
    wait(window.code_bars.fault.isVisible)
    camera.take("fault")
    file.write_text(TASKS.replace("verse %d of", "śloka %d of"))
    wait(lambda: not window.code_bars.fault.isVisible())


def _is_listed(window: MainWindow, task_id: str) -> bool:
    found = task(window.context.watch.connection, task_id)
    return found is not None and window.tasks.model.row_of(found.seq) >= 0


def _has_state(window: MainWindow, task_id: str, state: str) -> bool:
    found = task(window.context.watch.connection, task_id)
    return found is not None and found.state == state


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="ambuda-") as root:
        paths = Paths(Path(root) / "Ambuda").make()
        os.environ[ENVIRONMENT] = str(paths.root)
        paths.tasks.mkdir()
        (paths.tasks / "verses.py").write_text(TASKS)
        make_application()
        client = launch.attach(paths)
        launch.start_daemon(paths)
        try:
            with closing(StoreWatch(paths)) as watch:
                window = open_window(paths, watch, Settings())
                window.resize(1120, 720)
                window.show()
                walk(window, folder)
                window.leave()
        finally:
            launch.stop_daemon(paths)
            if client is not None:
                client.release()


if __name__ == "__main__":
    main()
