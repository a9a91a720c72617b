"""dialogs/recognise.py: what would be read, what it costs and what is missing is said before anything is started."""

import sqlite3
import time
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ambuda_desktop import tessdata
from ambuda_desktop.books import BookFolder
from ambuda_desktop.google_account import EMULATOR
from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.texts import text_summary
from ambuda_desktop.ui import text_survey
from ambuda_desktop.ui.background import Errand
from ambuda_desktop.ui.dialogs import trial
from ambuda_desktop.ui.dialogs.recognise import RecogniseDialog
from ambuda_desktop.ui.main_window import MainWindow
from ambuda_desktop.ui.subprogram import DidNotWork, Said
from tests.support.reading import said
from tests.ui.text_rows import add_split_book, read_text, write_page


@pytest.fixture(autouse=True)
def _data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tesseract has two models and nothing else."""
    for name in ("Devanagari", "san"):
        (tmp_path / f"{name}.traineddata").touch()
    monkeypatch.setattr(tessdata, "SYSTEM", (str(tmp_path),))
    monkeypatch.setattr(text_survey, "find_key", lambda _paths: None)
    monkeypatch.delenv(EMULATOR, raising=False)


@pytest.fixture
def folder(store: sqlite3.Connection, paths: Paths) -> BookFolder:
    """A book of six pages, of which two have a text."""
    made = add_split_book(store, paths, 6)
    write_page(made, 1, "रामो")
    write_page(made, 2, "वनं", confidence=0.3)
    return made


@pytest.fixture
def dialog(qtbot: QtBot, window: MainWindow, folder: BookFolder) -> RecogniseDialog:
    qtbot.waitUntil(lambda: bool(window.books.selection.books))
    window.books.do("recognise")
    return opened(qtbot)


def opened(qtbot: QtBot) -> RecogniseDialog:
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), RecogniseDialog))
    found = QApplication.activeModalWidget()
    assert isinstance(found, RecogniseDialog)
    return found


def choose(dialog: RecogniseDialog, which: str) -> None:
    dialog.pages.which.setCurrentIndex(dialog.pages.which.findData(which))


def tells(qtbot: QtBot, dialog: RecogniseDialog, words: str) -> None:
    qtbot.waitUntil(lambda: dialog.told.text() == words)


def test_what_is_asked_for_is_counted_and_done(
    qtbot: QtBot, dialog: RecogniseDialog, store: sqlite3.Connection
) -> None:
    # At first those without text
    tells(qtbot, dialog, "4 pages will be read.")
    qtbot.waitUntil(lambda: dialog.form.model.count() == 2)
    assert [dialog.form.model.itemText(n) for n in range(2)] == ["Devanagari", "san+Devanagari"]

    # All of them: those that were read in this way stay
    choose(dialog, "all")
    tells(qtbot, dialog, "4 pages will be read. 2 pages were read in this way before, and stay as they are.")
    dialog.form.old_type.setChecked(True)
    tells(qtbot, dialog, "6 pages will be read.")

    # Those that were read badly: none, and one
    choose(dialog, "below")
    dialog.pages.below.setValue(10)
    tells(qtbot, dialog, "No page was read with a lower confidence.")
    assert not dialog.ok.isEnabled()
    dialog.pages.below.setValue(60)
    tells(qtbot, dialog, "1 page will be read.")

    # When that is chosen, then just that is asked for
    dialog.ok.click()

    def asked() -> OcrBook | None:
        found = text_summary(store, "gita")
        return found.asked if found else None

    qtbot.waitUntil(lambda: asked() is not None)
    assert asked() == OcrBook(
        book="gita", options=OcrOptions(preset="old type", model="Devanagari"), below=0.6
    )


def test_a_range_that_is_wrong_is_said_while_it_is_typed(qtbot: QtBot, dialog: RecogniseDialog) -> None:
    choose(dialog, "range")
    assert dialog.complaint.text() == "Say which pages, such as 1-20,25."
    dialog.pages.range.setText("3-9")
    assert dialog.complaint.text() == "There is no page 9: the book has 6 pages."
    assert not dialog.ok.isEnabled()
    dialog.pages.range.setText("2-3")
    qtbot.waitUntil(dialog.ok.isEnabled)
    assert dialog.asked == OcrBook(book="", options=OcrOptions(model="Devanagari"), pages="2-3")
    dialog.reject()


def test_what_is_missing_is_said_with_the_fix(
    qtbot: QtBot, dialog: RecogniseDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A model that is not installed
    dialog.form.model.setEditText("Grantha")
    qtbot.waitUntil(lambda: "no language data for Grantha" in dialog.complaint.text())
    assert not dialog.ok.isEnabled()
    assert dialog.trial is not None
    assert not dialog.trial.button.isEnabled()
    dialog.form.model.setEditText("../etc")
    assert "is not the name of a model" in dialog.form.complaint.text()

    # Google, of which nobody gave an account; it says what it costs all the same
    dialog.form.engine.setCurrentIndex(1)
    qtbot.waitUntil(lambda: "There is no account with Google Vision yet" in dialog.complaint.text())
    assert dialog.told.text() == "4 pages will be read, less than $0.01."
    assert not dialog.ok.isEnabled()
    assert not dialog.form.model.isEnabled()

    # Its button leads there
    assert dialog.settings.isVisible()
    # And with one, it can begin
    monkeypatch.setenv(EMULATOR, "127.0.0.1:1")
    choose(dialog, "all")
    qtbot.waitUntil(dialog.ok.isEnabled)
    assert dialog.told.text() == "6 pages will be read, less than $0.01."
    dialog.reject()


def test_one_page_is_tried_before_anything_is_started(
    qtbot: QtBot, dialog: RecogniseDialog, store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a command line that answers
    heard: list[tuple[str, ...]] = []

    def answers(_paths: Paths, _errand: object, *arguments: str) -> Said:
        heard.append(arguments)
        return Said(0, [said("रामो", "वनं", confidence=0.75).model_dump()])

    monkeypatch.setattr(trial, "run_command", answers)
    one = dialog.trial
    assert one is not None
    dialog.form.old_type.setChecked(True)
    qtbot.waitUntil(one.button.isEnabled, timeout=30_000)

    # When a page is tried
    one.page.setValue(3)
    one.button.click()

    # Then its text stands beside its image
    qtbot.waitUntil(lambda: one.text.toPlainText() == "रामो वनं", timeout=30_000)
    qtbot.waitUntil(lambda: one.view.image is not None, timeout=30_000)
    assert one.words.text() == "Page 3, Tesseract, Devanagari, old type: confidence 75 %, read in 0.1 s."
    assert heard[0][0] == "ocr"
    assert heard[0][1].endswith("/gita/pages/3.png")
    assert heard[0][2:] == ("--engine", "tesseract", "--model", "Devanagari", "--preset", "old-type")

    # And nothing was started
    assert text_summary(store, "gita") is None

    # When it fails, then its own sentence is said
    def fails(*_arguments: object) -> Said:
        raise DidNotWork("The language data is damaged.")

    monkeypatch.setattr(trial, "run_command", fails)
    one.button.click()
    qtbot.waitUntil(lambda: one.words.text() == "The language data is damaged.")

    # When the dialog is closed while a page is read, then nobody misses it
    ended: list[bool] = []

    def slow(_paths: Paths, errand: Errand, *_arguments: str) -> Said:
        begun.append(True)
        while not errand.is_stopping():
            time.sleep(0.01)
        ended.append(True)
        return Said(0, [said("रामो").model_dump()])

    monkeypatch.setattr(trial, "run_command", slow)
    begun: list[bool] = []
    qtbot.waitUntil(one.button.isEnabled)
    one.button.click()
    qtbot.waitUntil(lambda: bool(begun))
    dialog.reject()
    qtbot.waitUntil(lambda: bool(ended))
    qtbot.wait(100)  # what arrives now meets a dialog that is gone


def test_pages_with_low_confidence_are_asked_for_again(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, folder: BookFolder
) -> None:
    # Given a book with two of them
    read_text(store, {1: 0.9, 2: 0.3, 3: 0.9, 4: 0.9, 5: 0.2, 6: 0.9})
    qtbot.waitUntil(window.books.detail.low.again.isVisible)

    # When they are to be read again, then the dialog begins with them
    window.books.detail.low.again.click()
    dialog = opened(qtbot)
    assert (dialog.pages.which.currentData(), dialog.pages.range.text()) == ("range", "2,5")
    assert dialog.trial is not None
    assert dialog.trial.page.value() == 5
    dialog.reject()


def test_who_has_no_account_is_led_to_the_settings(
    qtbot: QtBot, dialog: RecogniseDialog, window: MainWindow
) -> None:
    dialog.form.engine.setCurrentIndex(1)
    qtbot.waitUntil(dialog.settings.isVisible)
    dialog.settings.click()
    assert window.settings.google.isVisible()
    assert not dialog.isVisible()
