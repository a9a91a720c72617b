import sqlite3

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ambuda_desktop.store import query, schema
from ambuda_desktop.store.query import TaskFilter
from ambuda_desktop.ui.background import Background
from ambuda_desktop.ui.models.task_columns import Column, is_shown
from ambuda_desktop.ui.models.task_list import TaskList
from ambuda_desktop.ui.models.tasks_model import PAGE, TasksModel
from ambuda_desktop.ui.pages.task_table import TaskTable
from ambuda_desktop.ui.store_watch import StoreWatch
from tests.ui.rows import add_book, end, fill, make_pages, plan_pages


@pytest.fixture
def model(watch: StoreWatch, background: Background) -> TasksModel:
    return TasksModel(watch, TaskList(background))


def cell(model: TasksModel, row: int, column: Column) -> str:
    return str(model.index(row, column).data(Qt.ItemDataRole.DisplayRole))


def test_opens_two_hundred_thousand_rows_and_reads_only_visible_ones(
    qtbot: QtBot, store: sqlite3.Connection, model: TasksModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a big store, and an eye on every row that is read
    fill(store, 200_000)
    read: list[int] = []
    real = query.tasks

    def counting(connection: sqlite3.Connection, seqs: list[int]) -> dict[int, query.Task]:
        read.extend(seqs)
        return real(connection, seqs)

    monkeypatch.setattr(query, "tasks", counting)
    table = TaskTable(model)
    qtbot.addWidget(table)
    table.resize(900, 600)
    table.show()

    # When it opens
    with qtbot.waitSignal(model.renewed):
        model.set_filter(TaskFilter())
    assert model.rowCount() == 200_000
    QApplication.processEvents()
    table.grab()

    # Then little more than a screenful was read, at the top and after a jump into the middle
    assert 0 < len(set(read)) <= 3 * PAGE
    read.clear()
    table.scrollTo(model.index(100_000, 0))
    table.grab()
    assert 0 < len(set(read)) <= 3 * PAGE


def test_filters(qtbot: QtBot, store: sqlite3.Connection, model: TasksModel) -> None:
    # Given tasks of two books in several states
    gita, megha = add_book(store, "gita", "Gītā"), add_book(store, "megha", "Megha")
    ranges = plan_pages(store, gita, 45)
    make_pages(store, ranges[:1])
    end(store, megha.id, schema.FAILURE, error="It is protected.")
    expected = {
        TaskFilter(): 5,
        TaskFilter(group="waiting"): 2,
        TaskFilter(group="done"): 2,
        TaskFilter(group="failed"): 1,
        TaskFilter(book="gita"): 4,
        TaskFilter(book="gita", group="waiting"): 2,
        TaskFilter(text="megha"): 1,
        TaskFilter(text=ranges[2]): 1,
        TaskFilter(text="100%"): 0,
    }
    for wanted, count in expected.items():
        # When the filter is set, Then its tasks are there
        with qtbot.waitSignal(model.renewed):
            model.set_filter(wanted)
        assert model.rowCount() == count, wanted


def test_new_tasks_come_on_top_and_old_rows_stay(
    qtbot: QtBot, store: sqlite3.Connection, watch: StoreWatch, model: TasksModel
) -> None:
    plan = add_book(store, "gita", "Gītā")
    with qtbot.waitSignal(model.renewed):
        model.set_filter(TaskFilter())
    watch.changed.connect(model.refresh)
    resets: list[int] = []
    model.modelReset.connect(lambda: resets.append(1))

    # When tasks are submitted
    with qtbot.waitSignal(model.rowsInserted):
        plan_pages(store, plan, 45)

    # Then they are inserted above; nothing was reset
    assert model.rowCount() == 4
    assert not resets
    assert cell(model, 0, Column.TASK) == "Make pages 31–45"
    assert cell(model, 3, Column.BOOK) == "Gītā"


def test_states_in_words(qtbot: QtBot, store: sqlite3.Connection, model: TasksModel) -> None:
    plan = add_book(store, "gita", "Gītā")
    ranges = plan_pages(store, plan, 15)
    store.execute("UPDATE tasks SET waiting_for = 'network' WHERE id = ?", (ranges[0],))
    with qtbot.waitSignal(model.renewed):
        model.set_filter(TaskFilter())
    assert cell(model, 0, Column.STATE) == "waiting for the network"
    assert cell(model, 1, Column.STATE) == "done"


@pytest.mark.parametrize("group", [None, *query.STATE_GROUPS])
def test_no_column_is_always_empty(group: str | None) -> None:
    assert is_shown(Column.TASK, TaskFilter(group))
    assert is_shown(Column.TOOK, TaskFilter(group)) == (group != "waiting")
    assert not is_shown(Column.BOOK, TaskFilter(group, book="gita"))
