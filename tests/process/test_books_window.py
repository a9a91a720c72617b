"""The Books page beside the real daemon: what a person does with books there is done."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is imported

from PIL import Image
from PySide6.QtWidgets import QPushButton

from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.ui.main_window import MainWindow
from tests.support import pdfs
from tests.support.program import Program
from tests.support.window import open_real_window, spin

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

SECRET = "śāntiḥ-108"


def book(window: MainWindow, name: str) -> BookSummary | None:
    return window.books.model.current(name)


def is_there(window: MainWindow, name: str, state: str) -> bool:
    found = book(window, name)
    return found is not None and found.state == state


def test_a_locked_book_is_opened_in_the_window_and_its_password_is_nowhere(
    program: Program, tmp_path: Path
) -> None:
    # Given a locked book
    pdfs.scanned_book(tmp_path / "open.pdf", 3)
    pdfs.lock(tmp_path / "open.pdf", tmp_path / "locked.pdf", SECRET)
    program.start_daemon()
    with open_real_window(program.paths) as window:
        window.add_files([tmp_path / "locked.pdf"])
        field = window.books.detail.password
        spin(field.isVisible)

        # When a wrong password is given, it is said; the right one opens it
        field.given.emit("wrong")
        spin(lambda: "does not open the PDF" in field.words.text())
        field.given.emit(SECRET)
        spin(lambda: is_there(window, "locked", "done"))

        # Then its pages can be seen
        window.books.do("pages")
        spin(lambda: window.books.pages.preview.view.image is not None)
    held = [p for p in program.paths.root.rglob("*") if p.is_file() and SECRET.encode() in p.read_bytes()]
    assert held == []


def test_a_cancelled_book_goes_on_after_all(program: Program, tmp_path: Path) -> None:
    # Given a folder of pictures that takes a while
    folder = tmp_path / "scans"
    folder.mkdir()
    for number in range(1, 61):
        Image.effect_noise((900, 900), number).save(folder / f"page{number}.tif")
    program.start_daemon()
    with open_real_window(program.paths) as window:
        window.add_files([folder])
        spin(lambda: (b := book(window, "scans")) is not None and b.done > 2 and b.state == "working")

        # When it is cancelled, and somebody thinks better of it at once
        window.books.do("cancel")
        spin(lambda: window.context.bars.has("cancelled books"))
        window.context.bars._bars["cancelled books"].findChildren(QPushButton)[0].click()

        # Then all of its pages are made, each once
        spin(lambda: is_there(window, "scans", "done"))
        assert window.books.detail._history.text().count("\n") == 1

        # And other options keep the images until the new ones are complete
        spin(lambda: len(window.books.selection.books) == 1)
        png = PageOptions(format="png", max_dpi=None)
        window.books.actions_on_books.split_again(window.books.selection.books, "1-2", png)
        spin(lambda: (b := book(window, "scans")) is not None and b.options == png and b.state == "done")
    pages = program.paths.library / "scans" / "pages"
    assert sorted(p.name for p in pages.glob("*.png")) == ["1.png", "2.png"]
    assert len(list(pages.glob("*.jpg"))) == 58
