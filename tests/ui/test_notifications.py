"""ui/notifications.py: books that end are told, once, and only to somebody who looks elsewhere."""

import os
import shutil
import sqlite3
import subprocess
import sys

import pytest
from pytestqt.qtbot import QtBot

from ambuda_desktop.store.books import summary
from ambuda_desktop.ui.background import Background
from ambuda_desktop.ui.notifications import OVERLAP, BookEnds, Notifier, end_of_split, in_words
from ambuda_desktop.ui.store_watch import StoreWatch
from tests.ui.rows import BAD_PAGE, add_book, end, finish, make_pages, plan_pages
from tests.ui.text_rows import ask_text, finish_text, plan_text

Told = list[tuple[str, str, str]]


class Ends:
    """BookEnds with a clock and a wish of the test's own."""

    def __init__(self, watch: StoreWatch) -> None:
        self.now, self.wanted = 0.0, True
        self.told: Told = []
        self.ends = BookEnds(watch, lambda: self.wanted, clock=lambda: self.now)
        self.ends.told.connect(lambda *words: self.told.append(words))

    def look(self) -> Told:
        self.now += 1.0
        self.ends.look()
        told, self.told = self.told, []
        return told


@pytest.fixture
def ends(watch: StoreWatch) -> Ends:
    return Ends(watch)


def make_book(store: sqlite3.Connection, name: str, at: float, failed: dict[int, str] | None = None) -> None:
    plan = add_book(store, name, name.title())
    make_pages(store, plan_pages(store, plan, 15), failed=failed)
    finish(store, plan)
    store.execute("UPDATE tasks SET ended_at = ? WHERE book = ?", (at, name))


def ended(store: sqlite3.Connection, plan: str, at: float) -> None:
    """This recognition ended at that time."""
    store.execute(
        "UPDATE tasks SET started_at = ?, ended_at = ? WHERE id = ? OR parent = ?", (at, at, plan, plan)
    )


def test_a_book_is_told_once(store: sqlite3.Connection, ends: Ends) -> None:
    ends.now = 100.0
    assert ends.look() == []
    make_book(store, "gita", ends.now + 0.5)
    [(title, text, book)] = ends.look()
    assert (title, book) == ("Gita", "gita")
    assert text.startswith("15 pages made")
    assert ends.look() == ends.look() == []


def test_several_are_one_and_failures_are_said(store: sqlite3.Connection, ends: Ends) -> None:
    ends.now = 100.0
    ends.look()
    make_book(store, "gita", ends.now, failed={3: BAD_PAGE})
    make_book(store, "megha", ends.now)
    locked = add_book(store, "locked", "Locked")
    end(store, locked.id, "FAILURE", error="It is damaged.")
    store.execute("UPDATE tasks SET ended_at = ? WHERE book = 'locked'", (ends.now + 0.1,))
    [(title, text, _)] = ends.look()
    assert title == "3 books have ended"
    assert sorted(text.splitlines()) == ["Gita: 1 page failed", "Locked: It is damaged.", "Megha: done"]


def test_the_end_of_a_text_is_told_once_too(store: sqlite3.Connection, ends: Ends) -> None:
    # Given a book whose split has been told
    ends.now = 100.0
    make_book(store, "gita", ends.now)
    ends.look()

    # When its text is asked for, nothing is told until it ends, well or not
    plan = ask_text(store)
    (pages,) = plan_text(store, plan, "1-15")
    assert ends.look() == []
    end(store, pages, result={"failed": {"3": "It is torn."}})
    finish_text(store, plan)
    ended(store, plan.id, ends.now)
    [(title, text, book)] = ends.look()
    assert (title, book) == ("Gita", "gita")
    assert text.startswith("Text of 14 pages, 1 page not read; read ")
    assert ends.look() == []

    # And a plan that fails is told, too
    again = ask_text(store)
    end(store, again.id, "FAILURE", error="There is no data.")
    ended(store, again.id, ends.now)
    assert ends.look() == [("Gita", "Text: There is no data.", "gita")]


def test_a_split_and_its_text_that_end_together_are_one_book(store: sqlite3.Connection, ends: Ends) -> None:
    ends.now = 100.0
    ends.look()
    make_book(store, "gita", ends.now)
    plan = ask_text(store)
    finish_text(store, plan)
    ended(store, plan.id, ends.now + 0.1)
    [(title, text, _)] = ends.look()
    assert title == "Gita"
    assert [line.split()[0] for line in text.splitlines()] == ["15", "Text"]


def test_who_looks_at_the_window_or_wants_none_is_not_told_and_not_later_either(
    store: sqlite3.Connection, ends: Ends
) -> None:
    ends.now = 100.0
    ends.look()
    ends.wanted = False
    make_book(store, "gita", ends.now)
    assert ends.look() == []
    ends.wanted = True
    assert ends.look() == []


def test_what_ended_before_the_window_opened_is_no_news(store: sqlite3.Connection, watch: StoreWatch) -> None:
    ends = Ends(watch)
    make_book(store, "gita", -OVERLAP / 2)
    assert ends.look() == []


def test_many_books_are_not_all_named(store: sqlite3.Connection) -> None:
    for number in range(7):
        make_book(store, f"book{number}", 1.0)
    found = [end_of_split(summary(store, f"book{number}")) for number in range(7)]
    _, text = in_words([end for end in found if end is not None])
    assert text.splitlines()[-1] == "and 2 more"


def test_nothing_breaks_where_there_is_no_desktop(
    qtbot: QtBot, background: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    notifier = Notifier(background)
    sent: list[int | None] = []
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    real = notifier._send
    monkeypatch.setattr(notifier, "_send", lambda title, text: sent.append(real(title, text)))
    notifier.tell("Gītā", "15 pages made.", "gita")
    qtbot.waitUntil(lambda: len(sent) == 1)
    notifier.invoked(7, "default")  # a click on somebody else's


DESKTOP = """
import sys
from pathlib import Path
from PySide6.QtCore import ClassInfo, QCoreApplication, QObject, QTimer, Signal, Slot
from PySide6.QtDBus import QDBusConnection
from ambuda_desktop.paths import Paths
from ambuda_desktop.ui.background import Background
from ambuda_desktop.ui.notifications import NAME, PLACE, Notifier

app = QCoreApplication([])

@ClassInfo({"D-Bus Interface": NAME})
class Desktop(QObject):
    ActionInvoked = Signal("uint", str)

    @Slot(str, "uint", str, str, str, "QStringList", "QVariantMap", int, result="uint")
    def Notify(self, program, replaced, icon, title, text, actions, hints, timeout):
        print(program, replaced, title, text, actions)
        QTimer.singleShot(50, lambda: self.ActionInvoked.emit(7, "default"))
        return 7

desktop, bus = Desktop(), QDBusConnection.sessionBus()
options = QDBusConnection.RegisterOption
assert bus.registerObject(PLACE, desktop, options.ExportAllSlots | options.ExportAllSignals)
assert bus.registerService(NAME)
background = Background(Paths(Path(sys.argv[1])))
notifier = Notifier(background)
notifier.clicked.connect(lambda book: (print("clicked", book), app.quit()))
notifier.tell("Gītā <1>", "pages & more", "gita")
QTimer.singleShot(10_000, app.quit)
app.exec()
background.finish()
"""


@pytest.mark.skipif(shutil.which("dbus-run-session") is None, reason="no D-Bus here")
def test_a_desktop_shows_it_and_a_click_comes_back(store: sqlite3.Connection) -> None:
    # Given a session bus with a desktop that takes notifications, in a process of its own
    root = store.execute("PRAGMA database_list").fetchone()["file"].removesuffix("/store.db")
    shown = subprocess.run(
        ["dbus-run-session", "--", sys.executable, "-c", DESKTOP, root],
        env={**os.environ, "PYTHONIOENCODING": "utf-8"}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    # Then it is shown as it was said, and a click names the book
    assert shown.stdout.splitlines() == [
        "Ambuda Desktop 0 Gītā <1> pages &amp; more ['default', 'Show']",
        "clicked gita",
    ], shown.stderr
