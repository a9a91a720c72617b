"""ui/palette.py: everything the window can do, by typing."""

import sqlite3

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ambuda_desktop.ui.main_window import MainWindow
from ambuda_desktop.ui.models.places_model import Place
from ambuda_desktop.ui.palette import Choice, Palette, matching
from tests.ui.rows import add_book


@pytest.fixture
def palette(qtbot: QtBot, window: MainWindow, store: sqlite3.Connection) -> Palette:
    """Opened with its keys over a window with two books."""
    add_book(store, "malavika", "Mālavikāgnimitra (1840)", age=9)
    add_book(store, "megha", "मेघदूतम्")
    qtbot.waitUntil(lambda: window.books.model.rowCount() == 2)
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    found = window.findChild(Palette)
    assert found is not None
    qtbot.waitUntil(found.isVisible)
    return found


def type_and_enter(palette: Palette, text: str) -> None:
    QTest.keyClicks(palette.field, text)
    QTest.keyClick(palette.field, Qt.Key.Key_Return)


def test_every_action_is_in_it_with_its_keys(palette: Palette, window: MainWindow) -> None:
    for name, action in window.actions_by_name.items():
        if name != "palette":
            assert action.text().rstrip("…") in palette.words
    assert palette.list.item(0).data(Qt.ItemDataRole.AccessibleTextRole) == "Add books Ctrl+O"


def test_a_place_is_reached(qtbot: QtBot, palette: Palette, window: MainWindow) -> None:
    type_and_enter(palette, "tasks fail")
    assert window.sidebar.place == Place("tasks", "failed")
    qtbot.waitUntil(lambda: window.findChild(Palette) is None)


def test_a_book_is_reached_without_its_diacritics(qtbot: QtBot, palette: Palette, window: MainWindow) -> None:
    window.go_to("workers")
    type_and_enter(palette, "malavika")
    assert window.sidebar.place == Place("books")
    qtbot.waitUntil(lambda: (book := window.books.selected_book()) is not None and book.id == "malavika")


def test_arrows_walk_and_enter_does(palette: Palette, window: MainWindow) -> None:
    QTest.keyClicks(palette.field, "settings")
    QTest.keyClicks(palette.field, "zzz")
    assert palette.words == []
    assert palette._nothing.isVisible()
    palette.field.clear()
    for _ in range(palette.words.index("Workers")):
        QTest.keyClick(palette.field, Qt.Key.Key_Down)
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert window.sidebar.place == Place("workers")


def test_esc_closes_it_and_nothing_happens(qtbot: QtBot, palette: Palette, window: MainWindow) -> None:
    before = window.sidebar.place
    QTest.keyClicks(palette.field, "workers")
    QTest.keyClick(palette.field, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.findChild(Palette) is None)
    assert window.sidebar.place == before


def test_the_closest_come_first() -> None:
    choices = [Choice(words, "", lambda: None) for words in ("Show all", "Retry all", "Allow", "Small")]
    assert [choice.words for choice in matching(choices, "all")] == [
        "Allow",
        "Show all",
        "Retry all",
        "Small",
    ]
    assert [choice.words for choice in matching(choices, "all ret")] == ["Retry all"]
