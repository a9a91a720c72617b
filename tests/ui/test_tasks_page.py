"""ui/pages/tasks_page.py and what it is made of: states, retries, cancelling, the log."""

import sqlite3
import time
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ambuda_desktop.paths import Paths
from ambuda_desktop.store import query
from ambuda_desktop.store.query import TaskFilter
from ambuda_desktop.store.submit import NewTask, insert
from ambuda_desktop.ui.main_window import MainWindow
from ambuda_desktop.ui.models.places_model import Place
from ambuda_desktop.ui.models.task_columns import Column
from ambuda_desktop.ui.pages.task_detail import TaskDetail
from tests.ui.rows import add_book, end, fill, plan_pages, progress, start

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def submit(store: sqlite3.Connection, *ids: str) -> None:
    insert(store, [NewTask("mine.work", {"to": name}, id=name) for name in ids])


def show_all(qtbot: QtBot, window: MainWindow, rows: int) -> TaskDetail:
    window.sidebar.go(Place("tasks"))
    qtbot.waitUntil(lambda: window.tasks.model.rowCount() == rows)
    return window.tasks.detail


def choose(window: MainWindow, store: sqlite3.Connection, name: str) -> None:
    task = query.task(store, name)
    assert task is not None
    window.tasks.select(task.seq)


def chips(window: MainWindow) -> list[str]:
    return [chip.text() for chip in window.tasks.chips.chips.values()]


def test_chips_count_narrow_and_are_in_step_with_the_sidebar(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    # Given tasks in several states, one of which was tried again
    submit(store, "a", "b", "c", "d")
    end(store, "a")
    end(store, "b", "FAILURE", error="No.")
    start(store, "c")
    end(store, "d", "FAILURE", error="No.")
    store.execute("UPDATE tasks SET retried = 1 WHERE id = 'd'")
    show_all(qtbot, window, 4)
    assert chips(window) == ["All  4", "Running  1", "Waiting  0", "Failed  1", "Done  1", "Cancelled  0"]
    assert window.tasks.chips.chips["failed"].accessibleName() == "Failed 1"

    # When a chip is chosen with the keyboard, Then table and sidebar follow
    window.tasks.chips.chips[None].setFocus()
    for _ in range(3):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: window.tasks.model.rowCount() == 1)
    assert window.sidebar.place == Place("tasks", "failed")
    assert window.tasks.model.filter == TaskFilter("failed")

    # And when the sidebar is used, the chips follow
    window.sidebar.go(Place("tasks", "done"))
    assert window.tasks.chips.chips["done"].isChecked()


def test_chips_narrow_within_a_book_and_count_its_tasks(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    # Given the tasks of one book of two
    add_book(store, "megha", "Megha", age=9)
    plan_pages(store, add_book(store, "gita", "Gītā"), 45)
    window.show_tasks_of("gita")
    qtbot.waitUntil(lambda: window.tasks.model.rowCount() == 4)
    assert chips(window)[:3] == ["All  4", "Running  0", "Waiting  3"]
    assert window.tasks._filter_words.text() == "Tasks of “Gītā”: 4"

    # When chips are chosen, Then it is still that book
    window.tasks.chips.chips["waiting"].click()
    qtbot.waitUntil(lambda: window.tasks.model.rowCount() == 3)
    window.tasks.chips.chips[None].click()
    qtbot.waitUntil(lambda: window.tasks.model.rowCount() == 4)
    assert window.sidebar.place == Place("tasks")

    # And under a search no count of a chip is claimed
    window.top.search.setText("pages 1")
    window.top.searched.emit("1-15")
    qtbot.waitUntil(lambda: window.tasks.model.rowCount() == 1)
    assert chips(window)[0] == "All"


def test_a_running_task_says_since_when(qtbot: QtBot, window: MainWindow, store: sqlite3.Connection) -> None:
    submit(store, "a")
    start(store, "a")
    progress(store, "a", 1, 3)
    detail = show_all(qtbot, window, 1)
    since = time.strftime("%H:%M", time.localtime((query.task(store, "a") or _gone()).started_at))
    state = window.tasks.model.index(0, Column.STATE).data(Qt.ItemDataRole.DisplayRole)
    assert state == f"running since {since}"
    choose(window, store, "a")
    assert detail._sentence.text() == f"Running since {since}."


def test_a_retry_is_shown_as_one_history(qtbot: QtBot, window: MainWindow, store: sqlite3.Connection) -> None:
    # Given a task that failed
    submit(store, "a")
    end(store, "a", "FAILURE", error="No.")
    detail = show_all(qtbot, window, 1)
    choose(window, store, "a")
    assert not detail.tries.isVisible()

    # When it is tried again, and again after that failed too
    for count in (2, 3):
        QTest.keyClick(window, Qt.Key.Key_R, CTRL)
        qtbot.waitUntil(lambda count=count: detail.tries.words.text() == f"Tried {count} times")  # type: ignore[misc]
        qtbot.waitUntil(lambda count=count: window.tasks.table.selected() == [count])  # type: ignore[misc]
        newest = query.history(store, "a")[-1]
        end(store, newest.id, "FAILURE", error="Still no.")
        qtbot.waitUntil(lambda: detail._sentence.text() == "Still no.")

    # Then each try is a click away, and the one that is shown is marked
    assert [link.isChecked() for link in detail.tries.links[:4]] == [False, False, True, False]
    detail.tries.links[0].click()
    qtbot.waitUntil(lambda: window.tasks.table.selected() == [1])
    assert detail._sentence.text() == "No."
    assert detail._advice.text() == "It was tried again since."
    assert not detail._retry.isVisible()

    # And also where the filter hides it
    window.sidebar.go(Place("tasks", "failed"))
    qtbot.waitUntil(lambda: window.tasks.model.rowCount() == 1)
    window.show_task("a")
    qtbot.waitUntil(lambda: window.tasks.table.selected() == [1])
    assert window.sidebar.place == Place("tasks")


def test_a_task_that_is_gone_is_said(window: MainWindow) -> None:
    window.show_task("nobody")
    assert window.context.bars.sentences == ["The task nobody is no longer in the history."]


def test_all_failed_are_tried_again_by_one_button_with_their_count(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    # Given nothing that failed, then no button
    submit(store, "a", "b", "c")
    show_all(qtbot, window, 3)
    button = window.tasks._retry_failed
    assert not button.isVisible()

    # When two fail, then it is there with the count, but not among those that are done
    for name in "ab":
        end(store, name, "FAILURE", error="No.")
    qtbot.waitUntil(lambda: button.isVisible() and button.text() == "Retry all 2 failed")
    window.sidebar.go(Place("tasks", "done"))
    assert not button.isVisible()
    window.sidebar.go(Place("tasks"))

    # And a click tries both again
    button.click()
    qtbot.waitUntil(lambda: query.counts(store)["waiting"] == 3)
    qtbot.waitUntil(lambda: "2 tasks are tried again." in window.context.bars.sentences)
    qtbot.waitUntil(lambda: not button.isVisible())


def test_a_refusal_to_retry_is_said(qtbot: QtBot, window: MainWindow, store: sqlite3.Connection) -> None:
    submit(store, "a")
    end(store, "a")
    show_all(qtbot, window, 1)
    choose(window, store, "a")
    QTest.keyClick(window, Qt.Key.Key_R, CTRL)
    sentence = "Only tasks that failed or were cancelled can be tried again."
    qtbot.waitUntil(lambda: sentence in window.context.bars.sentences)


def test_several_are_cancelled_after_their_count_was_said(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    # Given many tasks, all of them selected
    fill(store, 200_000)
    show_all(qtbot, window, 200_000)
    window.tasks.table.setFocus()
    QTest.keyClick(window.tasks.table, Qt.Key.Key_A, CTRL)

    # When Delete is pressed
    before = time.monotonic()
    QTest.keyClick(window.tasks.table, Qt.Key.Key_Delete)
    took = time.monotonic() - before

    # Then the window does not stand still, and a bar asks with the count
    assert took < 1.0
    buttons = window.context.bars.findChildren(QPushButton)
    assert [button.text() for button in buttons] == ["Cancel 200,000 tasks"]
    assert query.counts(store)["cancelled"] == 0
    buttons[0].click()
    qtbot.waitUntil(lambda: query.counts(store)["cancelled"] == 200_000, timeout=20_000)


def test_ids_are_copied(qtbot: QtBot, window: MainWindow, store: sqlite3.Connection) -> None:
    submit(store, "a", "b")
    show_all(qtbot, window, 2)
    window.tasks.table.selectAll()
    QTest.keyClick(window, Qt.Key.Key_C, CTRL | SHIFT)
    qtbot.waitUntil(lambda: sorted(QGuiApplication.clipboard().text().split()) == ["a", "b"])


def log_line(task: str, second: int, level: str, text: str) -> str:
    return f"2026-11-24 10:00:{second:02},000 {level:<7} 7 {task} example: {text}\n"


def write(file: Path, *lines: str) -> None:
    with file.open("a") as stream:
        stream.writelines(lines)


def test_the_log_of_one_task_is_followed_while_it_runs(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, paths: Paths
) -> None:
    # Given a task that waits, beside another that logs
    submit(store, "a", "b")
    file = paths.logs / "worker-cpu.log"
    write(file, log_line("b", 1, "INFO", "of another"))
    detail = show_all(qtbot, window, 2)
    choose(window, store, "a")
    qtbot.waitUntil(lambda: detail.log.words.text() == "No lines yet: it has not started.")
    assert not detail.log.box.isVisible()

    # When it runs, Then that it has none yet is said, and its lines come as they are written
    start(store, "a")
    qtbot.waitUntil(lambda: detail.log.words.text() == "No lines yet.")
    write(file, log_line("a", 2, "INFO", "begun"), log_line("b", 3, "INFO", "of another"))
    qtbot.waitUntil(lambda: detail.log.box.toPlainText() == "10:00:02,000  INFO     begun")
    write(file, log_line("a", 4, "ERROR", "coughed"), "Traceback: here\n")
    end_of_it = "10:00:04,000  ERROR    coughed\nTraceback: here"
    qtbot.waitUntil(lambda: detail.log.box.toPlainText().endswith(end_of_it))

    # And they are coloured by level, and copied as they stand
    formats = [
        block.begin().fragment().charFormat().foreground().color().name()
        for block in (detail.log.box.document().findBlockByNumber(n) for n in (0, 1))
    ]
    assert len(set(formats)) == 2
    detail.log.copy.click()
    assert QGuiApplication.clipboard().text() == detail.log.box.toPlainText()

    # And of another task only its own are shown
    choose(window, store, "b")
    qtbot.waitUntil(lambda: detail.log.box.toPlainText().count("of another") == 2)
    assert "begun" not in detail.log.box.toPlainText()


def test_a_long_log_shows_its_end(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, paths: Paths
) -> None:
    submit(store, "a")
    end(store, "a")
    lines = [log_line("a", number % 60, "INFO", f"line {number}") for number in range(3_000)]
    write(paths.logs / "worker-cpu.log", *sorted(lines, key=lambda line: line[:23]))
    detail = show_all(qtbot, window, 1)
    choose(window, store, "a")
    qtbot.waitUntil(lambda: detail.log.words.text() == "The last 1,000 lines.")
    assert detail.log.box.blockCount() == 1_000


def test_a_task_without_a_log_says_so(qtbot: QtBot, window: MainWindow, store: sqlite3.Connection) -> None:
    submit(store, "a")
    end(store, "a")
    detail = show_all(qtbot, window, 1)
    choose(window, store, "a")
    qtbot.waitUntil(lambda: detail.log.words.text() == "It wrote no lines.")


def test_the_tasks_of_its_book_are_a_click_away(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    submit(store, "a")
    plan_pages(store, add_book(store, "gita", "Gītā"), 30)
    detail = show_all(qtbot, window, 4)
    window.tasks.select(window.tasks.model.seq(0))
    assert detail._of_book.isVisible()
    detail._of_book.click()
    qtbot.waitUntil(lambda: window.tasks.model.rowCount() == 3)


def _gone() -> query.Task:
    raise AssertionError("the task is gone")
