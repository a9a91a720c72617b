import sqlite3
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt
from pytestqt.qtbot import QtBot

from ambuda_desktop.ui.adding import Adding, Incoming
from ambuda_desktop.ui.models.book_row import BookRow
from ambuda_desktop.ui.models.books_model import ROW, BooksModel
from ambuda_desktop.ui.store_watch import StoreWatch
from tests.ui.rows import BAD_PAGE, LOOK_PAGE, add_book, finish, make_pages, plan_pages, progress, start


def row(model: BooksModel, number: int) -> BookRow:
    found = model.index(number).data(ROW)
    assert isinstance(found, BookRow)
    return found


def test_newest_first_and_copies_on_top(store: sqlite3.Connection, watch: StoreWatch, adding: Adding) -> None:
    # Given two books and a file on its way in
    add_book(store, "old", "Old", age=60)
    add_book(store, "new", "New")
    model = BooksModel(watch, adding)
    adding.incoming.insert(0, Incoming(Path("/x/Coming.pdf"), done=34, total=100))
    adding.listed.emit()

    # Then the file stands on top and says how far it is
    assert [row(model, n).title for n in range(3)] == ["Coming", "New", "Old"]
    assert row(model, 0).state == "copying 34 %"
    assert row(model, 1).state == "waiting for a worker"


def test_a_book_through_its_life(store: sqlite3.Connection, watch: StoreWatch, adding: Adding) -> None:
    model = BooksModel(watch, adding)
    plan = add_book(store, "gita", "Gītā")
    model.refresh()
    assert row(model, 0).cells == ""

    # When it is planned and 20 of 45 pages are done
    ranges = plan_pages(store, plan, 45)
    make_pages(store, ranges[:1])
    start(store, ranges[1])
    progress(store, ranges[1], 5, 15)
    model.refresh()
    assert row(model, 0).state == "splitting into pages"
    assert row(model, 0).count == "20/45"
    assert row(model, 0).cells == "d" * 20 + "r" + "." * 24

    # When a page has failed and another needs a look
    make_pages(store, ranges[1:2], failed={17: BAD_PAGE}, look={18: LOOK_PAGE})
    make_pages(store, ranges[2:])
    finish(store, plan)
    model.refresh()

    # Then the row says so in words
    assert row(model, 0).state == "1 page failed"
    assert row(model, 0).note == "1 page needs a look"
    assert row(model, 0).cells[16:18] == "xl"
    assert "Gītā, 1 page failed, 44/45" in row(model, 0).sentence


def test_two_models_see_the_same_change(
    qtbot: QtBot, store: sqlite3.Connection, watch: StoreWatch, adding: Adding
) -> None:
    # Given two models over one store
    plan = add_book(store, "gita", "Gītā")
    first, second = BooksModel(watch, adding), BooksModel(watch, adding)
    for model in (first, second):
        watch.changed.connect(model.refresh)

    # When the store changes
    with qtbot.waitSignals([first.dataChanged, second.dataChanged]):
        plan_pages(store, plan, 30)

    # Then both show it
    qtbot.waitUntil(lambda: row(first, 0).cells == row(second, 0).cells == "." * 30)


def test_search_finds_with_and_without_diacritics(
    store: sqlite3.Connection, watch: StoreWatch, adding: Adding
) -> None:
    add_book(store, "malavikagnimitra-1840", "Mālavikāgnimitra (1840)")
    add_book(store, "meghaduta", "Meghadūta")
    model = BooksModel(watch, adding)
    for text in ("mālav", "Malavika", "1840"):
        model.set_search(text)
        assert [row(model, n).title for n in range(model.rowCount())] == ["Mālavikāgnimitra (1840)"]
    model.set_search("nothing like it")
    assert model.rowCount() == 0
    model.set_search("")
    assert model.rowCount() == 2


def test_rows_that_stay_are_not_reset(store: sqlite3.Connection, watch: StoreWatch, adding: Adding) -> None:
    # Given a model that somebody has selected a row of
    add_book(store, "a", "A", age=5)
    model = BooksModel(watch, adding)
    resets: list[int] = []
    inserted: list[tuple[int, int]] = []
    model.modelReset.connect(lambda: resets.append(1))

    def note(_parent: QModelIndex, first: int, last: int) -> None:
        inserted.append((first, last))

    model.rowsInserted.connect(note)

    # When another book comes
    add_book(store, "b", "B")
    model.refresh()

    # Then only it is inserted
    assert inserted == [(0, 0)]
    assert not resets
    assert model.index(1).data(Qt.ItemDataRole.DisplayRole) == "A"
