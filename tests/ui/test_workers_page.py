"""ui/pages/workers_page.py: what runs, what it has in hand, and what can be done about it."""

import sqlite3
import time

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings
from ambuda_desktop.store.control import paused_pools
from ambuda_desktop.store.facts import fact, put_fact, wish
from ambuda_desktop.store.submit import NewTask, insert
from ambuda_desktop.ui import theme
from ambuda_desktop.ui.main_window import MainWindow
from ambuda_desktop.ui.models.places_model import Place
from ambuda_desktop.ui.pages.fact_table import FactTable
from tests.ui.rows import put_code, put_facts, put_reloads, start


def put_processes(store: sqlite3.Connection) -> None:
    """A worker with a busy and a free pool process, and one that was killed."""
    put_facts(store)
    generation = fact(store, "generations")[0]
    generation["processes"] = [
        {"pid": 21, "memory": 60_000_000, "task": None, "since": None},
        {"pid": 22, "memory": 85_000_000, "task": "a", "since": time.time()},
    ]
    put_fact(store, "generations", [generation])
    gone = {"at": time.time(), "pid": 20, "pool": "cpu", "what": "pool process", "task": "a"}
    put_fact(store, "exits", [{**gone, "reason": "signal 9 (SIGKILL)"}])


def cells(table: FactTable) -> list[list[str]]:
    return [
        [table.model().index(row, column).data() for column in range(table.columnCount())]
        for row in range(table.rowCount())
    ]


def open_page(qtbot: QtBot, window: MainWindow, store: sqlite3.Connection) -> None:
    insert(store, [NewTask("mine.work", id="a")])
    start(store, "a")
    put_processes(store)
    window.go_to("workers")
    qtbot.waitUntil(lambda: window.workers.exits.rowCount() == 1)


def test_generations_processes_and_exits_are_in_tables(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    open_page(qtbot, window, store)
    [generation] = cells(window.workers.generations)
    assert generation[:3] == ["1", "cpu", "a41f"]
    assert generation[3].startswith("live since ")
    assert generation[4:] == ["1", "138 MB", "2 processes", "4713", "cpu.1f3a.1"]
    busy, free = cells(window.workers.processes)
    assert (busy[:3], busy[4]) == (["22", "cpu", "mine.work"], "81 MB")
    assert free == ["21", "cpu", "free", "", "57 MB"]
    [gone] = cells(window.workers.exits)
    assert gone[1:] == ["pool process", "cpu", "20", "signal 9 (SIGKILL)", "mine.work"]


def test_nothing_is_claimed_of_a_daemon_that_is_not_there(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    window.go_to("workers")
    assert not window.workers.generations.isVisible()
    assert window.workers._empty[window.workers.generations].text() == "None: no daemon runs."


def test_the_task_in_hand_is_a_click_or_enter_away(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    # Given a process with a task in hand
    open_page(qtbot, window, store)
    table = window.workers.processes

    # When its link is clicked, Then the task is shown
    QTest.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(table.model().index(0, 2)).center()
    )
    assert window.sidebar.place == Place("tasks")
    qtbot.waitUntil(lambda: window.tasks.table.selected() == [1])

    # And by the keyboard, of one that ended too
    window.go_to("workers")
    window.workers.exits.setFocus()
    window.workers.exits.selectRow(0)
    QTest.keyClick(window.workers.exits, Qt.Key.Key_Return)
    assert window.sidebar.place == Place("tasks")


def test_a_selection_survives_what_changes_and_can_be_copied(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    open_page(qtbot, window, store)
    table = window.workers.processes
    table.selectRow(1)
    generation = fact(store, "generations")[0]
    generation["processes"][1]["memory"] = 90_000_000
    put_fact(store, "generations", [generation])
    qtbot.waitUntil(lambda: cells(table)[0][4] == "86 MB")
    assert [index.row() for index in table.selectionModel().selectedRows()] == [1]
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "21\tcpu\tfree\t\t57 MB"


def test_tables_are_as_high_as_their_rows_and_follow_the_scheme(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    open_page(qtbot, window, store)
    table = window.workers.processes
    assert table.verticalScrollBar().maximum() == 0
    role = Qt.ItemDataRole.ForegroundRole
    before = table.model().index(0, 2).data(role).color().name()
    theme.apply("dark")
    qtbot.waitUntil(lambda: table.model().index(0, 2).data(role).color().name() != before)


def test_pools_pause_and_resume_each_and_all(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    # When one pool is paused, Then page and foot say so
    open_page(qtbot, window, store)
    page = window.workers
    page.pauses["net"].click()
    qtbot.waitUntil(lambda: page.pauses["net"].text() == "Resume")
    assert page.pauses["cpu"].text() == "Pause"
    assert page._pools["net"].text() == "Paused: it gets no tasks until it is resumed."
    assert "net paused" in window.foot.accessibleName()
    assert page.pauses["net"].accessibleName() == "Resume: Network (net)"

    # And all, with the keys, and back
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(window, Qt.Key.Key_P, keys)
    qtbot.waitUntil(lambda: page.pause_all.text() == "Resume all")
    assert window.foot.accessibleName().startswith("Paused")
    assert page._pools["cpu"].text() == "Paused; 1 still busy with the page in hand."
    assert "cpu paused, 1 still busy" in window.foot.accessibleName()
    QTest.keyClick(window, Qt.Key.Key_P, keys)
    qtbot.waitUntil(lambda: not paused_pools(store))


def test_a_size_that_is_wrong_is_said_and_not_wished(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    open_page(qtbot, window, store)
    field = window.workers.sizes["cpu"]
    for wrong in (0, 65):
        field.box.setValue(wrong)
        assert field.complaint.text() == "A pool runs 1 to 64 tasks at once."
        assert not field._settle.isActive()
    field.box.setValue(3)
    assert not field.complaint.isVisible()
    qtbot.waitUntil(lambda: wish(store, "pools") == {"cpu": 3})


def test_the_daemon_is_stopped_and_started(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    # When it runs, then it can be stopped
    open_page(qtbot, window, store)
    assert not window.workers._start.isVisible()
    window.workers._stop.click()
    qtbot.waitUntil(lambda: wish(store, "stop") is True)

    # When it has said goodbye, then it can be started
    put_fact(store, "daemon", {"pid": 4711, "state": "stopped", "started_at": 0.0})
    window.daemon.running, window.daemon.left = False, True
    window.daemon._is_running = lambda _paths: False
    window.refresh()
    assert window.workers._start.isVisible()
    assert not window.workers._stop.isVisible()
    with qtbot.waitSignal(window.workers.start_wanted):
        keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        QTest.keyClick(window, Qt.Key.Key_D, keys)


def test_the_code_its_folders_and_its_reloads_are_told(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    open_page(qtbot, window, store)
    assert not window.workers.reloads.isVisible()
    put_code(store, folders=["/home/me/Ambuda/tasks", "/home/me/more"])
    put_reloads(store, "refused", "reloaded")
    page = window.workers
    qtbot.waitUntil(lambda: page.reloads.rowCount() == 2)
    newest, oldest = cells(page.reloads)
    assert newest[1:] == ["reloaded", "split_pdf.py", "0.14 s", "a41f", ""]
    assert oldest[1:] == ["not taken up", "split_pdf.py", "0.14 s", "a41f", "Because."]
    assert page.code.live.text().startswith("a41f, reloaded split_pdf.py in 0.14 s at ")
    assert page.code.folders.text() == "/home/me/Ambuda/tasks\n/home/me/more"
    assert window.foot._code.text() == "code a41f · reloaded 0.14 s"
    assert window.foot._code.geometry().right() > window.foot.width() - 24


def test_code_is_reloaded_and_workers_restarted_by_button_and_by_key(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    open_page(qtbot, window, store)
    window.workers.code.reload.click()
    qtbot.waitUntil(lambda: wish(store, "reload") is True)
    QTest.keyClick(window, Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: wish(store, "restart") is True)


def test_reload_is_switched_off_and_on_and_follows_the_daemon(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, paths: Paths
) -> None:
    # When it is switched off, then that is saved, and the switch does not jump back before the daemon has followed
    open_page(qtbot, window, store)
    put_code(store)
    switch = window.workers.code.switch
    assert switch.isChecked()
    switch.click()
    qtbot.waitUntil(lambda: paths.settings.exists() and not Settings.load(paths.settings).reload)
    window.refresh()
    assert not switch.isChecked()
    put_code(store, on=False)
    qtbot.waitUntil(lambda: window.foot._code.text() == "code a41f · reload is off")

    # And when somebody else switches it on, it is seen
    put_code(store)
    qtbot.waitUntil(switch.isChecked)


def test_an_old_generation_is_stopped_now_by_a_button_that_says_what_it_does(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    # Given a generation that drains beside the live one
    open_page(qtbot, window, store)
    [live] = fact(store, "generations")
    old = {
        **live,
        "queue": "cpu.1f3a.0",
        "number": 0,
        "state": "draining",
        "draining_since": time.time(),
        "tasks": 2,
    }
    put_fact(store, "generations", [old, {**live, "tasks": 0}])
    rows = window.workers.draining
    qtbot.waitUntil(rows.isVisible)
    assert cells(window.workers.generations)[1][3].startswith("ends 2 tasks, since ")

    # When its button is clicked, then it is wished, and the line goes with the generation
    button = rows.buttons["cpu.1f3a.0"]
    assert button.text() == "Stop now; 2 tasks begin anew"
    assert button.accessibleName() == "Stop now; 2 tasks begin anew (generation 0)"
    button.click()
    qtbot.waitUntil(lambda: wish(store, "stop_generations") == ["cpu.1f3a.0"])
    put_fact(store, "generations", [live])
    qtbot.waitUntil(lambda: not rows.isVisible())
