import sqlite3
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ambuda_desktop.paths import Paths, resources
from ambuda_desktop.settings import Settings
from ambuda_desktop.store import books, query
from ambuda_desktop.store.facts import wish
from ambuda_desktop.ui import theme
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.daemon_watch import DaemonWatch
from ambuda_desktop.ui.dialogs.closing import ClosingDialog
from ambuda_desktop.ui.main_window import MainWindow
from ambuda_desktop.ui.models.places_model import Place
from ambuda_desktop.ui.page_map import PageMap
from tests.ui.rows import BAD_PAGE, add_book, end, finish, make_pages, plan_pages, put_facts, start

SAMPLE = resources() / "sample" / "sample.pdf"


def drop(window: MainWindow, files: list[Path]) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    event = QDropEvent(
        QPointF(100, 100), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    window.dropEvent(event)


def press(
    window: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.keyClick(window, key, modifier)


def test_a_bad_file_is_said_and_the_others_come_in(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, tmp_path: Path
) -> None:
    # Given a PDF between two files that are none, in a folder and not
    (tmp_path / "notes.txt").write_text("no PDF")
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "Good Book.pdf").write_bytes(b"%PDF-1.4 good enough to be accepted")
    folder = tmp_path / "shelf"
    folder.mkdir()
    (folder / "Second.PDF").write_bytes(b"%PDF-1.4 another")

    # When all are dropped
    drop(window, [tmp_path / "notes.txt", tmp_path / "empty.pdf", tmp_path / "Good Book.pdf", folder])

    # Then each bad one has its sentence, and the good ones are books
    qtbot.waitUntil(lambda: books.book_count(store) == 2)
    qtbot.waitUntil(lambda: len(window.context.bars.sentences) == 2)
    assert "notes.txt is not a PDF, and no JPEG, PNG or TIFF picture." in window.context.bars.sentences
    assert "empty.pdf is empty." in window.context.bars.sentences
    assert QApplication.activeModalWidget() is None
    qtbot.waitUntil(lambda: window.books.model.rowCount() == 2)


def test_the_sample_is_one_click_away(qtbot: QtBot, window: MainWindow, store: sqlite3.Connection) -> None:
    if not SAMPLE.is_file():
        pytest.skip("no sample book yet")
    button = next(b for b in window.findChildren(QAbstractButton) if "sample" in b.text())
    assert button.isVisible()
    button.click()
    qtbot.waitUntil(lambda: books.book_ids(store) == ["sample"])
    qtbot.waitUntil(lambda: window.books.detail.isVisible())


def test_closing_without_work_simply_closes(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.closed):
        window.close()
    assert window.findChild(ClosingDialog) is None


def test_closing_with_work_asks_once(qtbot: QtBot, window: MainWindow, store: sqlite3.Connection) -> None:
    # Given work in progress
    start(store, add_book(store, "gita", "Gītā").id)
    qtbot.waitUntil(lambda: window.status.in_progress == 1)

    # When the window is closed twice
    window.close()
    window.close()

    # Then it stands, and one question is asked; "keep the window" keeps it
    dialogs = window.findChildren(ClosingDialog)
    assert len(dialogs) == 1
    assert window.isVisible()
    dialogs[0].keep.click()
    qtbot.waitUntil(lambda: not window.findChildren(ClosingDialog))
    assert window.isVisible()

    # And "go on" closes it without a wish
    window.close()
    with qtbot.waitSignal(window.closed):
        window.findChildren(ClosingDialog)[0].go_on.click()
    assert wish(store, "stop") is None


def test_closing_can_stop_after_the_pages_in_hand(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    start(store, add_book(store, "gita", "Gītā").id)
    qtbot.waitUntil(lambda: window.status.in_progress == 1)
    window.close()
    with qtbot.waitSignal(window.closed):
        window.findChildren(ClosingDialog)[0].stop.click()
    assert wish(store, "stop") is True


def test_cancel_and_retry_a_book(qtbot: QtBot, window: MainWindow, store: sqlite3.Connection) -> None:
    # Given a book that waits
    plan = add_book(store, "gita", "Gītā")
    qtbot.waitUntil(lambda: window.books.selected_book() is not None)

    # When Delete is pressed in the list
    press(window.books.list, Qt.Key.Key_Delete)

    # Then it is cancelled
    qtbot.waitUntil(lambda: (query.task(store, plan.id) or pytest.fail("gone")).state == "REVOKED")
    qtbot.waitUntil(lambda: (b := window.books.selected_book()) is not None and b.state == "cancelled")

    # And Ctrl+R tries again
    press(window.books.list, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: query.counts(store)["waiting"] == 1)


def test_a_failed_page_is_told_with_its_reason(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    plan = add_book(store, "gita", "Gītā")
    make_pages(store, plan_pages(store, plan, 30), failed={3: BAD_PAGE, 7: BAD_PAGE, 8: BAD_PAGE})
    finish(store, plan)
    qtbot.waitUntil(lambda: "3 pages failed" in window.books.detail._sentence.text())
    assert window.books.detail._problems.text() == f"Pages 3, 7–8: {BAD_PAGE}"
    assert window.books.detail._retry.text() == "Retry 3 failed pages"

    # And the arrow keys tell the pages
    pages = window.books.detail.findChild(PageMap)
    assert pages is not None
    pages.setFocus()
    for _ in range(2):
        press(pages, Qt.Key.Key_Right)
    assert pages.accessibleDescription() == f"Page 3 of 30: failed. {BAD_PAGE}"


def test_enter_opens_the_tasks_of_a_book(qtbot: QtBot, window: MainWindow, store: sqlite3.Connection) -> None:
    add_book(store, "megha", "Megha", age=9)
    plan_pages(store, add_book(store, "gita", "Gītā"), 45)
    qtbot.waitUntil(lambda: window.books.model.rowCount() == 2)
    window.books.select("gita")

    # When Enter is pressed
    press(window.books.list, Qt.Key.Key_Return)

    # Then its tasks are shown, and narrowed further by the sidebar, and all again by Esc
    qtbot.waitUntil(lambda: window.tasks.model.rowCount() == 4)
    window.sidebar.go(Place("tasks", "waiting"))
    qtbot.waitUntil(lambda: window.tasks.model.rowCount() == 3)
    press(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.tasks.model.rowCount() == 4)
    window.sidebar.go(Place("tasks"))
    qtbot.waitUntil(lambda: window.tasks.model.rowCount() == 5)


def test_a_failed_task_tells_sentence_then_traceback(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    plan = add_book(store, "gita", "Gītā")
    trace = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\nValueError: no\n'
    end(store, plan.id, "FAILURE", error="The PDF is protected by a password.", traceback=trace)
    window.sidebar.go(Place("tasks", "failed"))
    qtbot.waitUntil(lambda: window.tasks.model.rowCount() == 1)
    window.tasks.select(window.tasks.model.seq(0))
    detail = window.tasks.detail
    qtbot.waitUntil(detail.isVisible)
    assert detail._sentence.text() == "The PDF is protected by a password."
    assert detail._failing.text().endswith("ValueError: no")
    assert not detail._traceback.isVisible()
    detail._fold.click()
    assert detail._traceback.isVisible()
    assert plan.id in detail._ids.text()


def test_search_narrows_and_clears(qtbot: QtBot, window: MainWindow, store: sqlite3.Connection) -> None:
    add_book(store, "gita", "Gītā")
    qtbot.waitUntil(lambda: window.books.model.rowCount() == 1)
    press(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert window.top.search.hasFocus()
    QTest.keyClicks(window.top.search, "zzz")
    qtbot.waitUntil(lambda: window.books.stack.currentWidget() is window.books._no_match)
    press(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.books.stack.currentWidget() is window.books.splitter)


def test_silent_redis_is_said_twice(qtbot: QtBot, window: MainWindow, store: sqlite3.Connection) -> None:
    put_facts(store, redis="silent")
    sentence = "Redis does not answer; work waits and will go on by itself."
    qtbot.waitUntil(lambda: sentence in window.context.bars.sentences)
    assert sentence.rstrip(".") in window.foot.accessibleName()
    put_facts(store)
    qtbot.waitUntil(lambda: sentence not in window.context.bars.sentences)


def test_theme_changes_at_once_and_is_saved(qtbot: QtBot, window: MainWindow, paths: Paths) -> None:
    assert theme.colours() is theme.LIGHT
    window.settings.theme.setCurrentIndex(window.settings.theme.findData("dark"))
    assert theme.colours() is theme.DARK
    qtbot.waitUntil(lambda: Settings.load(paths.settings).theme == "dark")


def test_pool_sizes_are_wished(qtbot: QtBot, window: MainWindow, store: sqlite3.Connection) -> None:
    put_facts(store)
    window.go_to("workers")
    qtbot.waitUntil(lambda: window.workers.sizes["cpu"].box.value() == 2)
    window.workers.sizes["cpu"].box.setValue(3)
    qtbot.waitUntil(lambda: wish(store, "pools") == {"cpu": 3})


def test_shortcuts_reach_every_place(qtbot: QtBot, window: MainWindow) -> None:
    keys = [Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4]
    for key, page in zip(keys, ("books", "tasks", "workers", "settings"), strict=True):
        press(window, key, Qt.KeyboardModifier.ControlModifier)
        assert window.sidebar.place == Place(page)
    for action in window.actions_by_name.values():
        assert action.shortcuts()
        assert action.text()


def test_every_widget_one_can_use_has_a_name_and_the_keyboard(window: MainWindow) -> None:
    kinds = (
        QAbstractButton,
        QLineEdit,
        QAbstractSpinBox,
        QComboBox,
        QAbstractItemView,
        QPlainTextEdit,
        PageMap,
    )
    nameless, unreachable = [], []
    for widget in window.findChildren(QWidget):
        inside = widget.parent()
        owned = isinstance(inside, (QAbstractSpinBox, QComboBox, QLineEdit, QAbstractItemView))
        if not isinstance(widget, kinds) or owned or widget.objectName().startswith("qt_"):
            continue
        if isinstance(inside, QWidget) and "ComboBoxPrivateContainer" in inside.metaObject().className():
            continue
        if not widget.accessibleName():
            nameless.append(repr(widget))
        if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            unreachable.append(repr(widget))
    assert not nameless
    assert not unreachable


def test_state_is_remembered(qtbot: QtBot, window: MainWindow, context: Context) -> None:
    # Given a window with its detail pane beside the list, left on the Workers page
    window.turn_detail()
    window.go_to("workers")
    window.leave()

    # When it is opened again
    daemon = DaemonWatch(context.paths, context.background, runs=lambda _: True)
    again = MainWindow(context, daemon, Settings())
    qtbot.addWidget(again)

    # Then it is where it was
    assert again.sidebar.place == Place("workers")
    assert again.books.splitter.orientation() == Qt.Orientation.Horizontal


def test_hovering_tells_the_page(qtbot: QtBot, window: MainWindow, store: sqlite3.Connection) -> None:
    plan_pages(store, add_book(store, "gita", "Gītā"), 30)
    qtbot.waitUntil(lambda: bool((b := window.books.selected_book()) and b.cells))
    told: list[str] = []
    pages = window.books.detail.map
    pages.told.connect(told.append)
    qtbot.waitUntil(pages.isVisible)
    QTest.mouseMove(pages, QPoint(10, 8))
    QTest.mouseMove(pages, QPoint(24, 8))
    qtbot.waitUntil(lambda: "Page 2 of 30: waiting." in told)
