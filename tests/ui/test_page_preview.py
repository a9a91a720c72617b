import sqlite3
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ambuda_desktop.books import BookFolder
from ambuda_desktop.paths import Paths
from ambuda_desktop.store import books
from ambuda_desktop.ui import page_image
from ambuda_desktop.ui.main_window import MainWindow
from ambuda_desktop.ui.page_image import Wish, picture_of
from ambuda_desktop.ui.page_map import CELL, GAP, PageMap
from ambuda_desktop.ui.page_preview import PagePreview, can_retry_page
from tests.ui.rows import BAD_PAGE, add_book, finish, make_pages, plan_pages, progress, start
from tests.ui.summaries import book


@pytest.fixture
def folder(paths: Paths) -> BookFolder:
    """The folder of a book, with two page images: a wide one and a high one."""
    made = BookFolder(paths.library / "gita")
    made.pages.mkdir(parents=True)
    Image.new("RGB", (3000, 200), "red").save(made.pages / "1.jpg")
    Image.new("L", (300, 4000), 99).save(made.pages / "2.png")
    return made


@pytest.fixture
def preview(qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, folder: BookFolder) -> PagePreview:
    """The preview in the window, of a book of four pages of which the third failed."""
    plan = add_book(store, "gita", "Gītā")
    make_pages(store, plan_pages(store, plan, 4, per=4), per=4, failed={3: BAD_PAGE})
    finish(store, plan)
    qtbot.waitUntil(lambda: len(window.books.selection.books) == 1)
    qtbot.waitUntil(lambda: window.books.selection.books[0].state == "incomplete")
    return window.books.pages.preview


def click(pages: PageMap, page: int) -> None:
    at = QPoint((page - 1) * CELL + GAP + 2, GAP + 2)
    QTest.mouseClick(pages, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)


def shows(preview: PagePreview, page: int) -> bool:
    return preview.page == page and preview.view.image is not None


def test_a_click_shows_the_page_and_esc_goes_back(
    qtbot: QtBot, window: MainWindow, preview: PagePreview
) -> None:
    click(window.books.detail.map, 1)
    qtbot.waitUntil(lambda: shows(preview, 1))
    assert preview.isVisible()
    assert not window.books.list.isVisible()
    image = preview.view.image
    assert image is not None
    assert image.width() <= preview.view.room.width()  # made smaller off the GUI thread
    assert preview._note.text() == "3000 × 200 pixels"
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert window.books.list.isVisible()
    assert not preview.isVisible()


def test_enter_gives_it_the_page_and_arrows_turn(
    qtbot: QtBot, window: MainWindow, preview: PagePreview
) -> None:
    # When Enter is pressed on the map
    pages = window.books.detail.map
    pages.setFocus()
    QTest.keyClick(pages, Qt.Key.Key_Return)

    # Then the page has the room and the keyboard
    qtbot.waitUntil(lambda: shows(preview, 1))
    assert preview.hasFocus()
    assert not window.books.detail.isVisible()

    # And arrows turn the pages, as far as there are any
    QTest.keyClick(preview, Qt.Key.Key_Left)
    QTest.keyClick(preview, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: shows(preview, 2))
    assert pages.page == 2
    QTest.keyClick(preview, Qt.Key.Key_End)
    QTest.keyClick(preview, Qt.Key.Key_PageDown)
    assert preview.page == 4

    # And "smaller" brings the map back, Esc the list
    QTest.keyClick(preview, Qt.Key.Key_L)
    assert window.books.detail.isVisible()
    QTest.keyClick(preview, Qt.Key.Key_Escape)
    assert window.books.list.isVisible()
    assert pages.hasFocus()


def test_all_pixels_or_all_of_the_page(qtbot: QtBot, window: MainWindow, preview: PagePreview) -> None:
    click(window.books.detail.map, 2)
    qtbot.waitUntil(lambda: shows(preview, 2))
    QTest.keyClick(window.books.detail.map, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: (i := preview.view.image) is not None and i.height() == 4000)
    preview.view.scroll_by(0, 10_000)
    assert preview.view.verticalScrollBar().value() > 1000
    QTest.keyClick(window.books.detail.map, Qt.Key.Key_0)
    qtbot.waitUntil(lambda: (i := preview.view.image) is not None and i.height() < 1000)


def test_a_failed_page_says_why_and_is_retried(
    qtbot: QtBot, window: MainWindow, preview: PagePreview, store: sqlite3.Connection
) -> None:
    click(window.books.detail.map, 3)
    qtbot.waitUntil(lambda: preview.view.words.text() == BAD_PAGE)
    middle = preview.view.viewport().rect().center()
    assert preview.view.viewport().childAt(middle) is preview.view.words  # nothing lies on it
    assert preview._retry_button.isVisible()
    QTest.keyClick(window.books.detail.map, Qt.Key.Key_R)

    def asked() -> bool:
        found = books.summary(store, "gita")
        return found is not None and found.asked == "3" and found.state == "waiting"

    qtbot.waitUntil(asked)
    qtbot.waitUntil(lambda: not preview._retry_button.isVisible())
    qtbot.waitUntil(lambda: preview._words.text() == "Page 3 of 4: failed, is tried again.")
    assert preview.view.words.text() == BAD_PAGE


@pytest.mark.qt_log_ignore("JPEG")
def test_a_file_that_is_no_picture_is_said(
    qtbot: QtBot, window: MainWindow, preview: PagePreview, folder: BookFolder
) -> None:
    (folder.pages / "4.jpg").write_bytes(b"\xff\xd8\xff")
    click(window.books.detail.map, 4)
    qtbot.waitUntil(lambda: "4.jpg cannot be shown" in preview.view.words.text())


def test_it_lives_while_the_book_runs(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, folder: BookFolder
) -> None:
    # Given a page that is not made yet
    plan = add_book(store, "gita", "Gītā")
    (task,) = plan_pages(store, plan, 4, per=4)
    start(store, task)
    (folder.pages / "1.jpg").rename(folder.path / "later.jpg")
    qtbot.waitUntil(lambda: window.books.detail.map.isVisible())
    click(window.books.detail.map, 1)
    preview = window.books.pages.preview
    qtbot.waitUntil(lambda: "as soon as it is there" in preview.view.words.text())

    # When it is made, it comes by itself
    (folder.path / "later.jpg").rename(folder.pages / "1.jpg")
    progress(store, task, 1, 4)
    qtbot.waitUntil(lambda: shows(preview, 1))
    assert not preview.view.words.isVisible()


def test_it_goes_with_its_book(
    qtbot: QtBot, window: MainWindow, preview: PagePreview, store: sqlite3.Connection
) -> None:
    click(window.books.detail.map, 1)
    qtbot.waitUntil(lambda: shows(preview, 1))
    add_book(store, "megha", "Megha")
    qtbot.waitUntil(lambda: window.books.model.rowCount() == 2)
    assert preview.isVisible()  # another book that comes takes nothing away
    window.books.select("megha")
    qtbot.waitUntil(lambda: not preview.isVisible())


def test_a_double_click_opens_another_program(
    qtbot: QtBot, window: MainWindow, preview: PagePreview, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(
        "ambuda_desktop.ui.context.Context.open_path", lambda _self, path: opened.append(path)
    )
    pages = window.books.detail.map
    QTest.mouseDClick(
        pages, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(CELL + GAP + 2, GAP + 2)
    )
    assert [path.name for path in opened] == ["2.png"]
    pages.setFocus()
    QTest.keyClick(pages, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert len(opened) == 2


def test_only_what_is_missing_can_be_retried() -> None:
    rests = book(state="incomplete", cells="dx.l-", failures={2: "x"}, missing=[2, 3])
    assert [can_retry_page(rests, page) for page in range(7)] == [
        False,
        False,
        True,
        True,
        False,
        True,
        False,
    ]
    assert not can_retry_page(book(cells="dx."), 2)
    assert can_retry_page(book(state="incomplete", cells="dl", warnings={2: "kept"}, missing=[2]), 2)


def test_what_does_not_fit_the_memory_is_read_smaller(
    paths: Paths, folder: BookFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_image, "LARGEST", 6000)
    picture = picture_of(paths.library, Wish("gita", 1, None))
    assert picture.image is not None
    assert picture.image.width() * picture.image.height() <= 6000
    assert picture.whole == QSize(3000, 200)


def test_a_picture_that_was_turned_is_shown_upright(paths: Paths, folder: BookFolder) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    Image.new("RGB", (400, 100), "red").save(folder.pages / "3.jpg", exif=exif)
    picture = picture_of(paths.library, Wish("gita", 3, QSize(50, 50)))
    assert picture.image is not None
    assert picture.whole == QSize(100, 400)
    assert (picture.image.width(), picture.image.height()) == (12, 50)
