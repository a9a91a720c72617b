"""ui/code_bars.py, fault_pane.py, waiting_bar.py: what stands in the way of code, on whatever page."""

import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ambuda_desktop.store import query
from ambuda_desktop.store.facts import put_fact
from ambuda_desktop.store.known_tasks import match_code
from ambuda_desktop.store.submit import NewTask, insert
from ambuda_desktop.ui.fonts import fixed_font
from ambuda_desktop.ui.main_window import MainWindow
from ambuda_desktop.ui.waiting_bar import WaitingBar
from tests.support.window import PaintClock
from tests.ui.rows import entry, put_catalogue, put_code, put_facts, put_reloads

SYNTAX = {
    "file": "/home/me/tasks/pings.py", "sentence": "pings.py, line 3: '(' was never closed.", "line": 3,
    "column": 10, "text": "    return (1", "traceback": "",
}  # fmt: skip
TRACE = 'Traceback:\n  File "/home/me/tasks/pings.py", line 1, in <module>\n    import no\nModuleNotFoundError: no'
IMPORT = {
    "file": "/home/me/tasks/pings.py", "sentence": "The task file pings.py cannot be used.", "line": 0, "column": 0,
    "text": "", "traceback": TRACE,
}  # fmt: skip


def refuse(store: sqlite3.Connection, fault: dict[str, Any], outcome: str = "refused") -> None:
    put_facts(store)
    put_reloads(store, "reloaded", outcome)
    put_code(store, state="refused", fault=fault)


@pytest.mark.parametrize("page", ["books", "tasks", "run", "workers", "settings"])
def test_a_broken_save_is_on_screen_at_once_whatever_page_is_open(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, page: str
) -> None:
    # Given a page
    put_facts(store)
    window.go_to(page)
    pane = window.code_bars.fault
    qtbot.wait(100)
    clock = PaintClock(pane, lambda: 1)

    # When the daemon tells of a save that cannot be used
    written = time.monotonic()
    put_code(store, state="refused", fault=SYNTAX)
    qtbot.waitUntil(lambda: 1 in clock.seen)

    # Then it is painted within a tenth of a second, with its place and a caret
    assert clock.seen[1] - written < 0.1
    assert pane.title.text() == "The saved code is not live; what ran before runs on."
    assert pane.sentence.text() == "pings.py, line 3: '(' was never closed."
    assert pane.place.text() == "/home/me/tasks/pings.py:3"
    assert pane.code.toPlainText() == "return (1\n     ^"
    assert pane.code.font().family() == fixed_font().family()
    assert not pane.fold.isVisible()


def test_it_goes_when_the_code_is_mended(qtbot: QtBot, window: MainWindow, store: sqlite3.Connection) -> None:
    refuse(store, SYNTAX)
    qtbot.waitUntil(window.code_bars.fault.isVisible)
    put_code(store)
    qtbot.waitUntil(lambda: not window.code_bars.fault.isVisible())


def test_a_traceback_is_folded_below_the_line_that_failed(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(store, IMPORT)
    pane = window.code_bars.fault
    qtbot.waitUntil(pane.isVisible)
    assert pane.code.toPlainText().splitlines()[-2:] == ["    import no", "ModuleNotFoundError: no"]
    assert not pane.traceback.isVisible()
    pane.fold.click()
    assert pane.traceback.isVisible()
    assert pane.traceback.toPlainText() == TRACE

    # And the file is a click away
    opened: list[Path] = []
    monkeypatch.setattr(pane, "_open_file", opened.append)
    pane.open.click()
    assert opened == [Path("/home/me/tasks/pings.py")]


def test_closed_by_hand_it_stays_away_until_another_fault(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    refuse(store, SYNTAX)
    pane = window.code_bars.fault
    qtbot.waitUntil(pane.isVisible)
    pane.close_button.click()
    put_fact(store, "notices", [])
    window.refresh()
    assert not pane.isVisible()
    assert "the saved code is broken" in window.foot.accessibleName()
    refuse(store, IMPORT)
    qtbot.waitUntil(pane.isVisible)


def test_going_back_and_waiting_are_said(qtbot: QtBot, window: MainWindow, store: sqlite3.Connection) -> None:
    # When the code before runs again, then that is said with the reason
    sentence = "It stopped its workers, so the code before runs again."
    refuse(store, {**IMPORT, "file": "", "sentence": sentence, "traceback": ""}, "went back")
    pane = window.code_bars.fault
    qtbot.waitUntil(pane.isVisible)
    assert pane.title.text() == "The saved code was live and is not any more: a41f runs again."
    assert pane.sentence.text() == sentence
    assert not any(part.isVisible() for part in (pane.open, pane.fold, pane.code, pane.place))

    # And when new code waits for old tasks, as long as it does
    put_code(store, state="waiting", waits="Older code still runs tasks.")
    qtbot.waitUntil(lambda: "Older code still runs tasks." in window.context.bars.sentences)
    put_code(store)
    qtbot.waitUntil(lambda: "Older code still runs tasks." not in window.context.bars.sentences)


def test_a_daemon_that_is_not_there_has_no_fault(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    refuse(store, SYNTAX)
    qtbot.waitUntil(window.code_bars.fault.isVisible)
    window.daemon.running = False
    window.refresh()
    assert not window.code_bars.fault.isVisible()


def wait_for_code(qtbot: QtBot, window: MainWindow, store: sqlite3.Connection) -> WaitingBar:
    """Three tasks wait under a name that no worker knows."""
    put_facts(store)
    put_catalogue(store, entry("pongs.pong"))
    insert(store, [NewTask("pings.ping", id=f"p{n}") for n in range(3)])
    match_code(store, "cpu", ["pongs.pong"])
    put_fact(store, "waiting_for_code", {"pings.ping": 3})
    qtbot.waitUntil(lambda: "pings.ping" in window.code_bars.waiting)
    return window.code_bars.waiting["pings.ping"]


def test_tasks_that_wait_for_their_code_are_given_to_another(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    bar = wait_for_code(qtbot, window, store)
    words = "3 tasks wait for their code: no worker knows pings.ping. Nothing is lost."
    assert bar.label.text() == words
    bar.menu.aboutToShow.emit()
    offered = bar.menu.actions()
    assert [action.text() for action in offered] == ["pongs.pong", "ambuda.split_book"]

    # When another task is chosen, then it gets them, and the bar goes with the fact
    offered[0].trigger()
    qtbot.waitUntil(lambda: "3 tasks go to pongs.pong." in window.context.bars.sentences)
    assert {query.task(store, f"p{n}").name for n in range(3)} == {"pongs.pong"}  # type: ignore[union-attr]
    put_fact(store, "waiting_for_code", {})
    qtbot.waitUntil(lambda: not window.code_bars.waiting)


def test_they_are_dropped_after_they_were_counted(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    bar = wait_for_code(qtbot, window, store)
    bar.drop.click()
    question = "3 waiting tasks of pings.ping would be cancelled."
    qtbot.waitUntil(lambda: question in window.context.bars.sentences)
    assert query.counts(store)["waiting"] == 3
    drop = next(b for b in window.context.bars.findChildren(QPushButton) if b.text() == "Drop 3 tasks")
    QTest.mouseClick(drop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: query.counts(store)["cancelled"] == 3)
    told = "3 tasks were dropped. Retry, on the Tasks page, brings them back."
    qtbot.waitUntil(lambda: told in window.context.bars.sentences)


def test_many_names_do_not_fill_the_window(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    put_facts(store)
    put_fact(store, "waiting_for_code", {f"old.{letter}": 1 for letter in "abcde"})
    qtbot.waitUntil(lambda: len(window.code_bars.waiting) == 2)
    more = "Tasks of 3 further names wait for their code: old.c, old.d, old.e"
    assert more in window.context.bars.sentences
