"""At its smallest (which is what 200 % leaves of a small screen) no button and no sentence of the window is cut."""

import sqlite3

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from ambuda_desktop.paths import Paths
from ambuda_desktop.store.facts import fact, put_fact
from ambuda_desktop.ui.main_window import MainWindow
from ambuda_desktop.ui.window_layout import SMALLEST
from tests.ui.rows import add_book, end, entry, put_catalogue, put_code, put_facts, put_reloads
from tests.ui.text_rows import add_split_book, read_text, write_page


def cut(window: QWidget) -> list[str]:
    """The words that have less room than they need, and sheets that are wider than their page."""
    found = []
    for area in window.findChildren(QScrollArea):
        sheet = area.widget()
        if area.isVisible() and sheet is not None and sheet.width() > area.viewport().width():
            found.append(area.accessibleName() or "a page")
    for widget in window.findChildren(QWidget):
        if not widget.isVisible():
            continue
        if isinstance(widget, QAbstractButton) and widget.text():
            if widget.width() < widget.sizeHint().width() or widget.height() < widget.sizeHint().height() - 1:
                found.append(widget.text())
        elif isinstance(widget, QLabel) and widget.text():
            needed = (
                widget.heightForWidth(widget.width()) if widget.wordWrap() else widget.sizeHint().height()
            )
            wide = widget.wordWrap() or widget.width() >= widget.sizeHint().width() - 1
            if widget.height() < needed or not wide:
                found.append(widget.text())
    return found


@pytest.mark.parametrize("page", ["books", "tasks", "run", "workers", "settings"])
def test_nothing_is_cut(qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, page: str) -> None:
    # Given a window as small as can be, with a failed task and much to say
    plan = add_book(
        store, "gita", "Śrīmadbhagavadgītā with a title that is longer than any line here has room for"
    )
    error = (
        "The PDF is damaged beyond repair: unable to find trailer dictionary while recovering damaged file."
    )
    end(
        store,
        plan.id,
        "FAILURE",
        error=error,
        traceback='Traceback:\n  File "a.py", line 1, in f\n    g()\nE: no',
    )
    put_facts(store)
    put_fact(store, "notices", [{"at": 0.0, "sentence": error}])
    put_code(store, folders=["/home/somebody with a long name/Ambuda/tasks"])
    put_reloads(store, "reloaded", "refused")
    put_catalogue(
        store, entry("greet.greet", {"name": {"type": "string"}, "file": {"format": "path"}}, ["name"], error)
    )
    [live] = fact(store, "generations")
    put_fact(store, "generations", [live, {**live, "queue": "cpu.0.0", "state": "draining"}])
    put_fact(store, "waiting_for_code", {"a_module_with_a_long_name.a_task_with_a_long_name": 12})
    window.resize(*SMALLEST)

    # When a page is opened
    window.go_to(page)
    window.settings.timeout.box.setValue(0)
    if page == "tasks":
        qtbot.waitUntil(lambda: window.tasks.model.rowCount() == 1)
        window.tasks.select(1)
    qtbot.waitUntil(lambda: window.status.pools_ready)
    QApplication.processEvents()

    # Then all its words have room
    qtbot.waitUntil(lambda: cut(window) == [])


def test_a_text_and_its_pages_have_room(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, paths: Paths
) -> None:
    # Given a book with much to say of its text, in the smallest window
    put_facts(store)
    folder = add_split_book(store, paths, 12)
    write_page(folder, 1, "शापेनास्तङ्गमितमहिमा", "वर्षभोग्येण")
    read_text(store, {n: n / 12 for n in range(1, 12)}, failed={12: "The page is torn " * 20}, kept=[2])
    window.resize(*SMALLEST)
    qtbot.waitUntil(window.books.detail.low.list.isVisible)
    QApplication.processEvents()

    # Then nothing of it is cut; nor beside the image of a page
    qtbot.waitUntil(lambda: cut(window) == [])
    window.books.pages.look_large(1)
    qtbot.waitUntil(lambda: bool(window.books.pages.preview.side.text.toPlainText()))
    qtbot.waitUntil(lambda: cut(window) == [])
    assert window.width() == SMALLEST[0]

    # And not in the dialog
    window.books.recognise(window.books.selection.books, [1])
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is not None)
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, QDialog)
    dialog.resize(dialog.minimumSize())
    qtbot.waitUntil(lambda: cut(dialog) == [])
    dialog.reject()


def test_a_fault_leaves_room_for_its_words_and_some_for_the_page(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    # Given a fault with a long line, in the smallest window
    put_facts(store)
    window.resize(*SMALLEST)
    text = "    value = some_function(" + "an_argument, " * 20 + "!"
    trace = "Traceback:\n" + '  File "a.py", line 1, in f\n    g()\n' * 30 + "E: no"
    fault = {"file": "/home/me/" + "a/" * 60 + "a.py", "sentence": "a.py, line 3: invalid syntax.", "line": 3,
             "column": len(text), "text": text, "traceback": trace}  # fmt: skip
    window.go_to("run")
    put_code(store, state="refused", fault=fault)
    pane = window.code_bars.fault
    qtbot.waitUntil(pane.isVisible)
    pane.fold.click()
    QApplication.processEvents()

    # Then nothing is cut, the caret is in sight, and the window has not grown
    qtbot.waitUntil(lambda: cut(window) == [])
    assert window.width() == SMALLEST[0]
    assert pane.code.horizontalScrollBar().value() > 0
    assert pane.code.viewport().rect().contains(pane.code.cursorRect().center())
