import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ambuda_desktop.books import BookFolder
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings
from ambuda_desktop.store import books, dispatch, query
from ambuda_desktop.store.control import pause_books
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.dialogs.split_options import SplitOptionsDialog
from ambuda_desktop.ui.main_window import MainWindow
from tests.ui.rows import BAD_PAGE, QUEUE, add_book, end, finish, make_pages, plan_pages, progress, start


def summary(store: sqlite3.Connection, book: str) -> books.BookSummary:
    found = books.summary(store, book)
    assert found is not None
    return found


def split(store: sqlite3.Connection, paths: Paths, book: str, title: str, pages: int = 4) -> None:
    """A book that is done, with its folder."""
    plan = add_book(store, book, title)
    make_pages(store, plan_pages(store, plan, pages, per=pages), per=pages)
    finish(store, plan)
    folder = BookFolder(paths.library / book)
    folder.pages.mkdir(parents=True)
    (folder.pages / "1.jpg").write_bytes(b"a page")


def answer(context: Context, key: str, words: str) -> None:
    """Press a button of a bar."""
    bar = context.bars._bars[key]
    next(b for b in bar.findChildren(QPushButton) if words in b.text()).click()


def dialog(qtbot: QtBot) -> SplitOptionsDialog:
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), SplitOptionsDialog))
    found = QApplication.activeModalWidget()
    assert isinstance(found, SplitOptionsDialog)
    return found


def select(qtbot: QtBot, window: MainWindow, *names: str) -> None:
    qtbot.waitUntil(lambda: all(window.books.model.row_of(name) >= 0 for name in names))
    window.books.select_all(list(names))
    qtbot.waitUntil(lambda: {b.id for b in window.books.selection.books} == set(names))


def press(widget: QWidget, keys: str) -> None:
    QTest.keySequence(widget, keys)


def drop(window: MainWindow, files: list[Path], modifier: Qt.KeyboardModifier) -> QDropEvent:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    actions = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    event = QDropEvent(QPointF(90, 90), actions, data, Qt.MouseButton.LeftButton, modifier)
    window.dropEvent(event)
    return event


@pytest.fixture
def pdf(tmp_path: Path) -> Callable[[str], Path]:
    def make(name: str) -> Path:
        path = tmp_path / name
        path.write_bytes(b"%PDF-1.4 " + name.encode())
        return path

    return make


def test_pause_and_resume_by_key(qtbot: QtBot, window: MainWindow, store: sqlite3.Connection) -> None:
    plan = add_book(store, "gita", "Gītā")
    make_pages(store, plan_pages(store, plan, 30)[:1])
    select(qtbot, window, "gita")
    press(window.books.list, "Ctrl+P")
    qtbot.waitUntil(lambda: window.books.detail._sentence.text() == "Paused; 15 of 30 done.")
    assert window.books.detail.buttons.by_name["resume"].isVisible()
    press(window.books.list, "Ctrl+U")
    qtbot.waitUntil(lambda: not summary(store, "gita").paused)
    qtbot.waitUntil(window.books.detail.buttons.by_name["pause"].isVisible)


def test_cancel_counts_what_it_hits_and_can_be_taken_back(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    # Given a book of 45 pages, 15 of them done, one in hand
    plan = add_book(store, "gita", "Gītā")
    ranges = plan_pages(store, plan, 45)
    make_pages(store, ranges[:1])
    start(store, ranges[1])
    select(qtbot, window, "gita")

    # When it is cancelled
    press(window.books.list, "Del")

    # Then the bar counts, and the row says that it stops
    qtbot.waitUntil(lambda: window.context.bars.has("cancelled books"))
    said = "Cancelled “Gītā” with 30 of 45 pages still to be made. What is made is kept."
    assert said in window.context.bars.sentences
    qtbot.waitUntil(lambda: "Stopping after the pages in hand" in window.books.detail._sentence.text())

    # When somebody thinks better of it while a page is still in hand
    answer(window.context, "cancelled books", "Go on after all")
    assert not window.context.bars.has("cancelled books")

    # Then nothing happens until that has ended; then the rest is asked for
    assert len(query.task_seqs(store, query.TaskFilter(book="gita"))) == 4
    progress(store, ranges[1], 1, 15)
    end_cancelled(store, ranges[1])
    finish(store, plan)
    qtbot.waitUntil(lambda: summary(store, "gita").asked == "17-45")


def end_cancelled(store: sqlite3.Connection, task: str) -> None:
    dispatch.record(store, [dispatch.Update(task, "REVOKED", QUEUE)])


def test_several_books_at_once(qtbot: QtBot, window: MainWindow, store: sqlite3.Connection) -> None:
    # Given three books, of which one has ended
    for name in ("a", "b", "c"):
        plan = add_book(store, name, name.upper())
        ranges = plan_pages(store, plan, 15)
        if name == "c":
            make_pages(store, ranges, failed={3: BAD_PAGE})
            finish(store, plan)
    select(qtbot, window, "a", "b", "c")

    # Then the pane tells what they are together
    detail = window.books.detail
    qtbot.waitUntil(lambda: detail._title.text() == "3 books selected")
    assert "1 with pages missing" in detail._sentence.text()
    assert detail.buttons.by_name["pause"].text() == "Pause 2 books"
    assert detail.buttons.by_name["retry"].text() == "Retry 1 failed page"
    assert not detail.map.isVisible()

    # And its buttons do it with those that fit
    detail.buttons.by_name["pause"].click()
    qtbot.waitUntil(lambda: summary(store, "a").paused and summary(store, "b").paused)
    assert not summary(store, "c").paused
    qtbot.waitUntil(lambda: detail.buttons.by_name["resume"].text() == "Resume 2 books")


def test_many_selected_books_are_read_off_the_gui_thread(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    for number in range(14):
        add_book(store, f"b{number}", f"B {number}")
    qtbot.waitUntil(lambda: window.books.model.rowCount() == 14)
    window.books.list.selectAll()
    qtbot.waitUntil(lambda: window.books.detail._title.text() == "14 books selected")
    assert window.books.detail.buttons.by_name["cancel"].text() == "Cancel 14 books"


def test_remove_asks_with_a_count_and_goes_to_the_trash(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a trash, and two books that are done
    thrown: list[str] = []

    def throw(place: Path) -> None:
        thrown.append(place.name)
        place.rename(paths.root / f"thrown-{place.name}")

    monkeypatch.setattr("send2trash.send2trash", throw)
    split(store, paths, "gita", "Gītā")
    split(store, paths, "megha", "Megha", pages=2)
    select(qtbot, window, "gita", "megha")

    # When they are removed: nothing goes before the question is answered
    press(window.books.list, "Shift+Del")
    assert "Move 2 books with 6 pages to the trash? What you added stays where you had it." in (
        window.context.bars.sentences
    )
    assert books.book_count(store) == 2
    answer(window.context, "remove", "Move to the trash")
    assert window.books.list.hasFocus()  # not the next field that there happens to be

    # Then they are gone, and it is said where to
    qtbot.waitUntil(lambda: books.book_count(store) == 0)
    assert sorted(thrown) == ["gita", "megha"]
    qtbot.waitUntil(lambda: window.context.bars.has("removed"))
    assert any("2 books with 6 pages went to the trash: " in s for s in window.context.bars.sentences)
    qtbot.waitUntil(lambda: window.books.stack.currentWidget() is window.books._empty)


def test_a_book_that_cannot_go_keeps_no_other(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def throw(place: Path) -> None:
        if place.name == "gita":
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("send2trash.send2trash", throw)
    split(store, paths, "gita", "Gītā")
    split(store, paths, "megha", "Megha")
    select(qtbot, window, "gita", "megha")
    window.books.do("remove")
    answer(window.context, "remove", "Move to the trash")
    qtbot.waitUntil(lambda: books.book_ids(store) == ["gita"])
    qtbot.waitUntil(
        lambda: any("“Gītā” cannot be moved to the trash" in s for s in window.context.bars.sentences)
    )


def test_a_locked_book_asks_for_its_password(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, paths: Paths
) -> None:
    # Given a book whose plan waits for a password
    plan = add_book(store, "gita", "Gītā")
    (paths.library / "gita").mkdir()
    # as a worker parks it: held, until somebody gives one
    parked = "UPDATE tasks SET waiting_for = 'password', held = 1 WHERE id = ?"
    store.execute(parked, (plan.id,))
    pause_books(store, ["gita"])
    select(qtbot, window, "gita")
    field = window.books.detail.password
    qtbot.waitUntil(field.isVisible)
    assert field.field.echoMode() is QLineEdit.EchoMode.Password
    assert "The PDF is locked" in field.words.text()

    # When it is typed
    QTest.keyClicks(field.field, "sesame")
    press(field.field, "Return")

    # Then it is in a file that only we can read, nowhere else, and the plan goes on
    folder = BookFolder(paths.library / "gita")
    qtbot.waitUntil(lambda: summary(store, "gita").waiting_for is None)
    assert folder.password.read_text() == "sesame"
    qtbot.waitUntil(lambda: not summary(store, "gita").paused)  # whoever unlocks it wants it
    assert store.execute("SELECT held FROM tasks WHERE id = ?", (plan.id,)).fetchone()["held"] == 0
    assert stat.S_IMODE(folder.password.stat().st_mode) == 0o600
    assert field.field.text() == ""
    assert not any(b"sesame" in p.read_bytes() for p in paths.root.glob("store.db*"))
    qtbot.waitUntil(lambda: not field.isVisible())

    # And a wrong one is said
    store.execute("UPDATE tasks SET waiting_for = 'another password' WHERE id = ?", (plan.id,))
    qtbot.waitUntil(lambda: "That password does not open the PDF" in field.words.text())


def test_what_was_typed_for_one_book_is_not_kept_for_another(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    for name in ("a", "b"):
        plan = add_book(store, name, name)
        store.execute("UPDATE tasks SET waiting_for = 'password' WHERE id = ?", (plan.id,))
    select(qtbot, window, "a")
    window.books.detail.password.field.setText("sesame")
    window.books.select("b")
    qtbot.waitUntil(lambda: window.books.detail._title.text() == "b")
    assert window.books.detail.password.field.text() == ""


def test_split_again_asks_and_keeps_a_history(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, paths: Paths
) -> None:
    split(store, paths, "gita", "Gītā")
    select(qtbot, window, "gita")
    assert not window.books.detail._history.isVisible()

    # When other options are chosen in the form
    press(window.books.list, "Ctrl+Shift+S")
    asked = dialog(qtbot)
    asked.pages.setText("2-3")
    asked.form.gray.setChecked(True)
    asked.ok.click()

    # Then those pages are asked for, and what was tried is one history
    qtbot.waitUntil(lambda: summary(store, "gita").options == PageOptions(grayscale=True))
    assert summary(store, "gita").asked == "2-3"
    qtbot.waitUntil(window.books.detail._history.isVisible)
    first, second = window.books.detail._history.text().splitlines()
    assert first.endswith("split, all pages as JPEG 90: done")
    assert second.endswith("split again, pages 2–3 as JPEG 90, grayscale: going on")


def test_add_with_options_remembers_presets_and_defaults(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, paths: Paths, pdf: Callable[[str], Path]
) -> None:
    # When a file is dropped with Shift held
    event = drop(window, [pdf("Megha.pdf")], Qt.KeyboardModifier.ShiftModifier)
    assert event.dropAction() is Qt.DropAction.CopyAction

    # Then the form asks, and keeps what it is told to keep
    asked = dialog(qtbot)
    asked.title.setText("Meghadūta")
    asked.form.dpi.setText("300")
    QTest.keyClicks(asked.form.presets.field, "for OCR")
    asked.form.presets.save.click()
    asked.remember.setChecked(True)
    asked.ok.click()
    qtbot.waitUntil(lambda: books.book_ids(store) == ["meghaduta"])
    wanted = PageOptions(max_dpi=300)
    assert summary(store, "meghaduta").options == wanted
    qtbot.waitUntil(lambda: Settings.load(paths.settings).split == wanted)
    qtbot.waitUntil(lambda: Settings.load(paths.settings).presets == {"for OCR": wanted})

    # And the next drop asks nothing and is made so
    drop(window, [pdf("Next.pdf")], Qt.KeyboardModifier.NoModifier)
    qtbot.waitUntil(lambda: "next" in books.book_ids(store))
    assert summary(store, "next").options == wanted
    assert QApplication.activeModalWidget() is None


def test_the_same_books_twice_are_one_bar(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection, pdf: Callable[[str], Path]
) -> None:
    # Given two books, and a third that is selected
    window.add_files([pdf("A.pdf"), pdf("B.pdf"), pdf("C.pdf")])
    qtbot.waitUntil(lambda: books.book_count(store) == 3)
    qtbot.waitUntil(lambda: not window.context.adding.incoming)
    window.add_files([pdf("A.pdf")])
    qtbot.waitUntil(lambda: window.context.bars.has("twice"))
    assert "The same book is in the library already: “A”." in window.context.bars.sentences
    window.add_files([pdf("B.pdf")])
    said = "2 books are in the library already; they were not added again."
    qtbot.waitUntil(lambda: said in window.context.bars.sentences)

    # When they are to be seen
    answer(window.context, "twice", "Show them")
    qtbot.waitUntil(lambda: {b.id for b in window.books.selection.books} == {"a", "b"})

    # And one is added again
    window.add_files([pdf("A.pdf")])
    qtbot.waitUntil(lambda: window.context.bars.has("twice"))
    answer(window.context, "twice", "Add it again")
    qtbot.waitUntil(lambda: "a-2" in books.book_ids(store))


def test_the_context_menu_says_what_fits(qtbot: QtBot, window: MainWindow, store: sqlite3.Connection) -> None:
    add_book(store, "gita", "Gītā")
    select(qtbot, window, "gita")
    texts = [action.text() for action in window.books.menu().actions() if action.text()]
    assert texts == [
        "Pause\tCtrl+P", "Cancel\tDel", "Open folder\tCtrl+Enter", "Show its tasks\tEnter",
        "Put details below or beside\tCtrl+D",
    ]  # fmt: skip


def test_a_doubt_is_in_the_pane(qtbot: QtBot, window: MainWindow, store: sqlite3.Connection) -> None:
    plan = add_book(store, "gita", "Gītā")
    doubt = "The PDF is damaged and was repaired as far as possible. Compare the pages with the book."
    ranges = plan_pages(store, plan, 3)
    store.execute("UPDATE tasks SET result = json_object('doubt', ?) WHERE id = ?", (doubt, plan.id))
    make_pages(store, ranges, per=3)
    finish(store, plan)
    select(qtbot, window, "gita")
    qtbot.waitUntil(lambda: window.books.detail._doubt.text() == doubt)
    assert window.books.detail._doubt.isVisible()


def test_a_failed_plan_can_be_tried_again(
    qtbot: QtBot, window: MainWindow, store: sqlite3.Connection
) -> None:
    plan = add_book(store, "gita", "Gītā")
    end(store, plan.id, "FAILURE", error="The PDF has no pages.")
    select(qtbot, window, "gita")
    assert window.books.detail._sentence.text() == "The PDF has no pages."
    window.books.detail.buttons.by_name["retry"].click()
    qtbot.waitUntil(lambda: summary(store, "gita").state == "waiting")
    qtbot.waitUntil(lambda: "The PDF has no pages." in window.books.detail._history.text())


def test_the_menu_of_the_add_button_has_the_other_ways(window: MainWindow) -> None:
    texts = [action.text() for action in window.top.add_menu.actions()]
    assert texts == ["Add books…", "Add a folder…", "Add with options…"]
    assert window.rect().contains(window.top._more.mapTo(window, QPoint(1, 1)))
