"""ui/pages/run_page.py: a task is run by hand, from a form that follows its code."""

import sqlite3
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from ambuda_desktop.store import query
from ambuda_desktop.store.facts import put_fact
from ambuda_desktop.ui.main_window import MainWindow
from ambuda_desktop.ui.models.places_model import Place
from ambuda_desktop.ui.pages.run_page import RunPage
from tests.ui.rows import entry, put_catalogue, put_facts

NAME: dict[str, object] = {"type": "string"}
TIMES: dict[str, object] = {"type": "integer", "default": 3, "minimum": 1}
GREET = entry("greet.greet", {"name": NAME, "times": TIMES}, ["name"], "Greet somebody.", pool="net")


@pytest.fixture
def page(qtbot: QtBot, window: MainWindow, store: sqlite3.Connection) -> RunPage:
    """The form of `greet.greet`, open."""
    put_facts(store)
    put_catalogue(store, GREET, entry("other.other"))
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert window.sidebar.place == Place("run")
    qtbot.waitUntil(lambda: list(window.run.form.rows) == ["name", "times"])
    return window.run


def field(page: RunPage, name: str) -> QLineEdit:
    found = page.form.rows[name].input.part
    assert isinstance(found, QLineEdit)
    return found


def type_text(page: RunPage, name: str, text: str) -> None:
    field(page, name).clear()
    QTest.keyClicks(field(page, name), text)


def test_the_form_tells_what_the_task_does_and_takes(page: RunPage) -> None:
    assert page.choice.currentText() == "greet.greet"
    assert page._doc.text() == "Greet somebody."
    assert page._where.text() == "Runs in: Network (net)"
    assert field(page, "name").accessibleName() == "name, text · needed"
    assert field(page, "times").text() == "3"
    # The user's own tasks; the program's are behind a switch
    assert [page.choice.itemText(row) for row in range(page.choice.count())] == ["greet.greet", "other.other"]
    page.every.click()
    assert page.choice.itemText(2) == "ambuda.split_book"
    assert page.choice.currentText() == "greet.greet"


def test_a_task_is_run_and_shown(
    qtbot: QtBot, page: RunPage, window: MainWindow, store: sqlite3.Connection
) -> None:
    # When the form is filled in and Enter pressed
    type_text(page, "name", "Kalidasa")
    QTest.keyClick(field(page, "name"), Qt.Key.Key_Return)

    # Then the task is accepted, with what was typed and not with what is the task's own default
    qtbot.waitUntil(lambda: window.sidebar.place == Place("tasks"))
    [task] = query.tasks(store, query.task_seqs(store, query.TaskFilter())).values()
    assert (task.name, task.kwargs, task.pool) == ("greet.greet", {"name": "Kalidasa"}, "net")

    # And it is shown, and the form is as it was for the next one
    qtbot.waitUntil(lambda: window.tasks.table.selected() == [task.seq])
    window.run_task()
    assert field(page, "name").text() == "Kalidasa"


def test_what_is_wrong_is_said_as_it_is_typed_and_never_submitted(
    qtbot: QtBot, page: RunPage, store: sqlite3.Connection
) -> None:
    # Nobody is scolded for what he has not yet typed
    assert not page.form.rows["name"].complaint.isVisible()
    type_text(page, "times", "0")
    assert page.form.rows["times"].complaint.text() == "It must be 1 or more."
    assert page.form.rows["times"].complaint.isVisible()

    # When it is run all the same, then every fault is said, and the first has the cursor
    page.run.click()
    assert page.form.rows["name"].complaint.text() == "This is needed."
    assert field(page, "name").hasFocus()
    assert query.total(store) == 0

    # And goes as it is mended
    type_text(page, "times", "2")
    assert not page.form.rows["times"].complaint.isVisible()
    page.back.click()
    assert field(page, "times").text() == "3"


def test_a_new_parameter_comes_and_what_was_typed_stays(
    qtbot: QtBot, page: RunPage, store: sqlite3.Connection
) -> None:
    # Given something typed, with the cursor in it
    type_text(page, "name", "Kalidasa")
    field(page, "name").setFocus()
    typed_in = field(page, "name")

    # When the task gets another parameter before it, and its default changes
    times = {**TIMES, "default": 5}
    put_catalogue(
        store, entry("greet.greet", {"loud": {"type": "boolean"}, "name": NAME, "times": times}, ["name"])
    )
    qtbot.waitUntil(lambda: list(page.form.rows) == ["loud", "name", "times"])

    # Then the field is the same one, with its text and the cursor, and the untouched one has the new default
    assert field(page, "name") is typed_in
    assert typed_in.text() == "Kalidasa"
    assert typed_in.hasFocus()
    assert field(page, "times").text() == "5"
    qtbot.waitUntil(lambda: page.form.rows["loud"].y() < page.form.rows["name"].y())

    # And what was typed is carried into another kind of field, and its complaint is said
    put_catalogue(store, entry("greet.greet", {"name": {"type": "integer"}}, ["name"]))
    qtbot.waitUntil(lambda: list(page.form.rows) == ["name"])
    assert field(page, "name").text() == "Kalidasa"
    assert page.form.rows["name"].complaint.text() == "Write a whole number, such as 3."


def test_a_task_that_is_gone_says_so_and_comes_back(
    qtbot: QtBot, page: RunPage, store: sqlite3.Connection
) -> None:
    type_text(page, "name", "Kalidasa")
    put_catalogue(store, entry("other.other"))
    qtbot.waitUntil(page.gone.isVisible)
    assert page.gone.text().startswith("No worker knows greet.greet any more")
    assert not page.run.isEnabled()
    assert page.choice.currentText() == "greet.greet"
    put_catalogue(store, GREET, entry("other.other"))
    qtbot.waitUntil(lambda: not page.gone.isVisible())
    assert page.run.isEnabled()
    assert field(page, "name").text() == "Kalidasa"


def test_what_was_typed_is_there_again_after_a_look_at_another_task(page: RunPage) -> None:
    type_text(page, "name", "Kalidasa")
    page.choose("other.other")
    assert page.form.rows == {}
    assert page.form._nothing.isVisible()
    page.choose("greet.greet")
    assert field(page, "name").text() == "Kalidasa"
    assert field(page, "times").text() == "3"


def test_without_tasks_of_ones_own_the_page_teaches(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    put_facts(store)
    put_catalogue(store)
    window.run_task()
    qtbot.waitUntil(window.run.empty.isVisible)
    assert not window.run.run.isVisible()
    assert not window.run.choice.isVisible()
    put_catalogue(store, GREET)
    qtbot.waitUntil(window.run.run.isVisible)
    assert not window.run.empty.isVisible()


def test_each_kind_of_field_gives_what_stands_in_it(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    properties: dict[str, object] = {
        "switch": {"type": "boolean", "default": False},
        "choice": {"enum": ["jpeg", "png"], "type": "string", "default": "jpeg"},
        "must": {"enum": [1, 2]},
        "file": {"anyOf": [{"type": "string", "format": "path"}, {"type": "null"}], "default": None},
        "list": {"type": "array", "items": {"type": "integer"}, "default": []},
    }
    put_facts(store)
    put_catalogue(store, entry("all.all", properties, ["must"]))
    window.run_task()
    qtbot.waitUntil(lambda: "list" in window.run.form.rows)
    parts: dict[str, Any] = {name: row.input for name, row in window.run.form.rows.items()}
    assert parts["must"].box.currentText() == "Choose one"
    assert window.run.form.arguments() is None
    parts["switch"].box.click()
    parts["choice"].box.setCurrentText("png")
    parts["must"].box.setCurrentText("2")
    parts["file"]._chosen("/tmp/a book.pdf")
    parts["list"].box.setPlainText("[1, 2]")
    assert window.run.form.arguments() == {
        "switch": True, "choice": "png", "must": 2, "file": "/tmp/a book.pdf", "list": [1, 2],
    }  # fmt: skip


def test_the_palette_offers_the_users_tasks(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    put_catalogue(store, GREET, entry("other.other"))
    put_fact(store, "notices", [])
    qtbot.waitUntil(lambda: "catalogue" in window.status.facts)
    window.run_task("other.other")
    assert window.run.choice.currentText() == "other.other"
