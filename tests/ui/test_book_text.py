"""The text of a book in the Books page: its row, map and list of pages, and each page beside its image."""

import os
import sqlite3

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QToolTip
from pytestqt.qtbot import QtBot

from ambuda_desktop.books import BookFolder
from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.recognised import text_file
from ambuda_desktop.store.control import cancel
from ambuda_desktop.store.query import task
from ambuda_desktop.store.texts import TextSummary, text_summary
from ambuda_desktop.ui.main_window import MainWindow
from ambuda_desktop.ui.models.book_row import BookRow
from ambuda_desktop.ui.models.books_model import ROW
from ambuda_desktop.ui.page_side import PageSide
from tests.ui.rows import BAD_PAGE, add_book, end, finish, make_pages, plan_pages, progress, start
from tests.ui.text_rows import TORN, add_split_book, ask_text, finish_text, plan_text, read_text, write_page


@pytest.fixture
def folder(store: sqlite3.Connection, paths: Paths) -> BookFolder:
    return add_split_book(store, paths, 6)


def row(window: MainWindow) -> BookRow:
    found = window.books.model.index(0).data(ROW)
    assert isinstance(found, BookRow)
    return found


def has_text(window: MainWindow, state: str) -> bool:
    books = window.books.selection.books
    return len(books) == 1 and books[0].text is not None and books[0].text.state == state


def text_summary_of(store: sqlite3.Connection) -> TextSummary:
    found = text_summary(store, "gita")
    assert found is not None
    return found


def side_of(window: MainWindow) -> PageSide:
    return window.books.pages.preview.side


def test_the_row_has_a_second_stage(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, folder: BookFolder
) -> None:
    # Given a book whose text is asked for
    plan = ask_text(store)
    qtbot.waitUntil(lambda: has_text(window, "waiting"))
    assert row(window).state == "6 pages · text waiting for a worker"

    # When pages are read
    first, _ = plan_text(store, plan, "1-4", "5-6")
    start(store, first)
    progress(store, first, 3, 4)
    qtbot.waitUntil(lambda: row(window).count == "3/6")

    # Then the row tells how far it is, and its strip shows which
    assert row(window).state == "6 pages · text of 3 pages read"
    assert row(window).fraction == pytest.approx(0.5)
    assert row(window).cells == "dddr.."
    assert window.books.detail._history.text().endswith("by Tesseract, Devanagari: going on")

    # When the others are cancelled, then the history says how it ended
    end(store, first, result={})
    cancel(store, [plan.id])
    finish_text(store, plan)
    qtbot.waitUntil(lambda: has_text(window, "cancelled"))
    assert window.books.detail._history.text().endswith("by Tesseract, Devanagari: cancelled")


def test_the_detail_tells_what_to_look_at(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, folder: BookFolder
) -> None:
    # Given a book of which two pages were read badly, and one not at all
    read_text(store, {1: 0.95, 2: 0.3, 3: None, 4: 0.2, 5: 0.7}, failed={6: TORN})
    detail = window.books.detail
    qtbot.waitUntil(lambda: has_text(window, "incomplete"))
    assert row(window).state == "done · text of 5 pages, 1 page not read"
    assert "Text of page 6: The page is torn." in detail._problems.text()

    # Then the map is coloured by it, with a legend in words, and says so of each page
    assert detail.map._cells == "hpbpfx"
    assert "low confidence, below 60 %" in detail.legend.told
    detail.map.setFocus()
    QTest.keyClick(detail.map, Qt.Key.Key_Right)
    assert detail.map.accessibleDescription() == "Page 2 of 6: done. Text: low confidence, 30 %."
    detail.legend.images.click()
    assert detail.map._cells == "dddddd"
    assert not detail.legend._legend.isVisible()

    # And those two are listed, the worse one first; Enter opens one
    listed = [detail.low.list.item(n).text() for n in range(detail.low.list.count())]
    assert listed == ["Page 4 · 20 %", "Page 2 · 30 %"]
    detail.low.list.setFocus()
    detail.low.list.setCurrentRow(1)
    QTest.keyClick(detail.low.list, Qt.Key.Key_Return)
    assert window.books.pages.is_large
    assert window.books.pages.preview.page == 2


@pytest.mark.qt_log_ignore("does not support raise")  # the offscreen platform says this of each tool tip
def test_a_page_stands_beside_its_text(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, folder: BookFolder
) -> None:
    # Given a page that was read
    write_page(folder, 1, "रामो", "वनं", "गच्छति")
    read_text(store, dict.fromkeys(range(1, 7), 0.9))
    qtbot.waitUntil(lambda: has_text(window, "done"))

    # When it is looked at
    window.books.pages.look(1)
    side, view = side_of(window), window.books.pages.preview.view
    qtbot.waitUntil(lambda: side.text.toPlainText() == "रामो वनं गच्छति")
    qtbot.waitUntil(lambda: view.image is not None)
    assert side.words.text() == "Tesseract Devanagari, confidence 90 %."

    # Then the word under the cursor is marked in the image, and told
    side.text.setFocus()
    side.text.moveCursor(QTextCursor.MoveOperation.NextWord)
    assert view.chosen_word == 1
    assert side.word.text() == "वनं: confidence 90 %"

    # And a click into the image selects the word in the text
    target = view._canvas.target
    at = QPoint(target.x() + round(47 * target.width() / 100), target.y() + target.height() // 2)
    QTest.mouseClick(view._canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    assert side.text.textCursor().selectedText() == "गच्छति"

    # And the tool tip of a box tells its word
    tip = QHelpEvent(QEvent.Type.ToolTip, at, view._canvas.mapToGlobal(at))
    QApplication.sendEvent(view._canvas, tip)
    assert QToolTip.text() == "गच्छति: confidence 90 %"
    QToolTip.hideText()

    # And letters are keys of the view even there, where nothing can be typed
    QTest.keyClick(side.text, Qt.Key.Key_B)
    assert not side.boxes.isChecked()
    assert not view._canvas.shows_boxes
    assert side.text.toPlainText() == "रामो वनं गच्छति"


def test_it_follows_the_files_whoever_writes_them(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, folder: BookFolder
) -> None:
    # Given a page that is being read
    plan = ask_text(store)
    (only,) = plan_text(store, plan, "1-6")
    start(store, only)
    progress(store, only, 0, 6)
    qtbot.waitUntil(lambda: has_text(window, "working"))
    window.books.pages.look(1)
    side = side_of(window)
    qtbot.waitUntil(lambda: "being read now. It is shown here as soon as it is there." in side.words.text())
    assert not side.text.isVisible()

    # When a worker has written it
    write_page(folder, 1, "रामो")
    progress(store, only, 1, 6)

    # Then it is there
    qtbot.waitUntil(lambda: side.text.toPlainText() == "रामो")

    # When a person corrects it in another program, of which the store knows nothing
    text_file(folder, 1).write_text("रामः\n", encoding="utf-8")
    os.utime(text_file(folder, 1), (1, 1))

    # Then that is shown too
    qtbot.waitUntil(lambda: side.text.toPlainText() == "रामः")
    assert side.words.text().endswith("The text is as a person left it.")


def test_a_blank_page_and_a_book_without_text(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, folder: BookFolder
) -> None:
    # Nobody asked for text: the image has all the room
    qtbot.waitUntil(lambda: len(window.books.selection.books) == 1)
    window.books.pages.look(1)
    assert not side_of(window).isVisible()

    # A blank page is told from one that was not read
    write_page(folder, 1)
    read_text(store, {1: None})
    qtbot.waitUntil(lambda: "no text was found on this page" in side_of(window).words.text())


def test_cancel_counts_the_pages_of_the_text(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, folder: BookFolder
) -> None:
    # Given a book whose text waits
    plan = ask_text(store)
    waiting = plan_text(store, plan, "1-4", "5-6")
    qtbot.waitUntil(lambda: has_text(window, "working"))

    # When it is cancelled
    window.books.do("cancel")

    # Then that hit the text, and it says what of it
    qtbot.waitUntil(lambda: window.context.bars.has("cancelled books"))
    words = window.context.bars._bars["cancelled books"].label.text()
    assert words == "Cancelled the text of “Gītā”, 6 of 6 pages still to be read. What is read is kept."
    found = task(store, waiting[0])
    assert found is not None
    assert found.state == "REVOKED"

    # When somebody thinks better of it, then it goes on once its end has come
    window.context.bars._bars["cancelled books"].findChildren(QPushButton)[0].click()
    assert text_summary_of(store).task == plan.id
    finish_text(store, plan)
    qtbot.waitUntil(lambda: text_summary_of(store).task != plan.id)
    assert text_summary_of(store).asked.pages == "1-6"


def test_a_cancelled_text_goes_on_after_all_though_an_image_is_missing(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    # Given a book that lacks an image, and whose text was cancelled while it waited
    split = add_book(store, "gita", "Gītā")
    make_pages(store, plan_pages(store, split, 6, per=6), per=6, failed={2: BAD_PAGE})
    finish(store, split)
    plan = ask_text(store)
    qtbot.waitUntil(lambda: has_text(window, "waiting"))
    window.books.do("cancel")
    qtbot.waitUntil(lambda: has_text(window, "cancelled"))

    # When somebody thinks better of it, then the text goes on, not only the image
    qtbot.waitUntil(lambda: window.context.bars.has("cancelled books"))
    window.context.bars._bars["cancelled books"].findChildren(QPushButton)[0].click()
    qtbot.waitUntil(lambda: text_summary_of(store).task != plan.id)


@pytest.mark.parametrize("by_tasks", [False, True])
def test_a_retry_says_what_google_will_ask(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, folder: BookFolder, by_tasks: bool
) -> None:
    # Given a text of which Google could not read a page
    google = OcrOptions(engine="google")
    plan = ask_text(store, OcrBook(book="gita", options=google))
    (pages,) = plan_text(store, plan, "1-6", options=google)
    end(store, pages, result={"failed": {"2": TORN}})
    finish_text(store, plan)
    qtbot.waitUntil(lambda: has_text(window, "incomplete"))

    # When it is tried again, there or among all that failed
    if by_tasks:
        window.tasks.retry_failed()
    else:
        window.books.do("retry")

    # Then a bar has the price
    sentence = "Google will read 1 page, less than $0.01."
    qtbot.waitUntil(lambda: sentence in window.context.bars.sentences)


def test_why_a_page_was_not_read_again_is_said_beside_its_earlier_text(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, folder: BookFolder
) -> None:
    # Given a page that was read once, and could not be read again
    write_page(folder, 1, "रामो")
    read_text(store, {1: 0.9})
    read_text(store, {}, failed={1: TORN})
    qtbot.waitUntil(lambda: has_text(window, "incomplete"))

    # When it is looked at, then the text that it has is there, and the reason
    window.books.pages.look(1)
    side = side_of(window)
    qtbot.waitUntil(lambda: side.text.toPlainText() == "रामो")
    assert side.words.text().endswith(f"so its earlier text was kept: {TORN}")
