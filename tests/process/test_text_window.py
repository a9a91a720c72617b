"""The window beside a real daemon: a book's text is asked for, seen as it comes, and read offline instead."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is imported

from ambuda_desktop.books import BookFolder
from ambuda_desktop.google_account import EMULATOR
from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.recognised import text_file
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.store.texts import TextSummary
from ambuda_desktop.ui.dialogs.trial import Trial
from ambuda_desktop.ui.main_window import MainWindow
from ambuda_desktop.ui.models.book_row import BookRow
from ambuda_desktop.ui.models.books_model import ROW
from ambuda_desktop.ui.text_words import waits_for_network
from tests.process.test_ocr import odd_tesseract, scans
from tests.support.fake_vision import fake_vision
from tests.support.program import Program
from tests.support.window import open_real_window, spin

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

WORD = "कुरुक्षेत्रे"


def book(window: MainWindow) -> BookSummary:
    found = window.books.model.current("book")
    assert found is not None
    return found


def text(window: MainWindow) -> TextSummary | None:
    return book(window).text


def row(window: MainWindow) -> BookRow:
    found = window.books.model.index(0).data(ROW)
    assert isinstance(found, BookRow)
    return found


def is_split(window: MainWindow) -> bool:
    books = window.books.selection.books
    return len(books) == 1 and books[0].state == "done"


def test_a_text_is_seen_as_it_comes(program: Program, tmp_path: Path) -> None:
    # Given a book that is split, and an engine that takes its time
    program.start_daemon(**odd_tesseract(tmp_path / "odd"), SLOW="0.4")
    with open_real_window(program.paths) as window:
        window.add_files([scans(tmp_path / "book", 8)])
        spin(lambda: is_split(window))

        # When a page is tried, then its text comes from a process of its own, and nothing is started
        trial = Trial(window.context, "book", 1, 8)
        trial.set_options(OcrOptions(), True)
        trial.start()
        spin(lambda: trial.text.toPlainText() == WORD)
        assert text(window) is None

        # When its text is asked for, then its row goes on, and a page is shown when it is there
        window.books.texts.recognise(window.books.selection.books, OcrBook(book="", only_missing=True))
        spin(lambda: text(window))
        window.books.pages.look(8)
        side = window.books.pages.preview.side
        spin(lambda: "It is shown here as soon as it is there." in side.words.text())
        spin(lambda: 0 < (row(window).fraction or 0) < 1 and "read" in row(window).state)
        spin(lambda: side.text.toPlainText() == WORD)
        spin(lambda: (t := text(window)) is not None and t.state == "done")
        spin(lambda: row(window).state.startswith("done · text of 8 pages"))
        assert window.books.pages.preview.view._canvas.boxes.words[0].text == WORD


def test_what_waits_for_the_network_is_read_offline_instead(program: Program, tmp_path: Path) -> None:
    # Given a book whose pages wait for Google
    with fake_vision() as server:
        program.start_daemon(**{EMULATOR: server.endpoint})
        server.stop()
        with open_real_window(program.paths) as window:
            window.add_files([scans(tmp_path / "book", 3)])
            spin(lambda: is_split(window))
            google = OcrBook(book="", options=OcrOptions(engine="google"))
            window.books.texts.recognise(window.books.selection.books, google)
            spin(lambda: waits_for_network(book(window)))
            spin(lambda: "text waiting for the network since " in row(window).state)

            # When “Use offline OCR instead” is pressed
            button = window.books.detail.buttons.by_name["offline"]
            spin(button.isVisible)
            button.click()

            # Then Tesseract reads them
            spin(lambda: (t := text(window)) is not None and t.state == "done")
            assert row(window).state.startswith("done · text of 3 pages")
    assert text_file(BookFolder(program.paths.library / "book"), 3).read_text("utf-8") == f"{WORD}\n"
