"""cli/books.py, show*.py, again.py: what there is, all of it, and trying again."""

import json
import sqlite3

import pytest

from ambuda_desktop.params.split import PageOptions, SplitBook
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.books import book_ids
from ambuda_desktop.store.query import task
from ambuda_desktop.store.submit import NewTask, insert, insert_book
from tests.support.commands import Commands
from tests.unit.test_pages import Book


@pytest.fixture
def book(store: sqlite3.Connection) -> Book:
    return Book(store)


@pytest.fixture
def torn(book: Book) -> Book:
    """A book in which pages 2 and 5 failed."""
    book.plan("first")
    book.end("first pages", {"failed": {"2": "It is torn.", "5": "It is torn."}})
    book.finish("first")
    return book


@pytest.fixture
def locked(book: Book) -> Book:
    book.submit(SplitBook(book="gita").new_task(id="first", book="gita"))
    book.store.execute("UPDATE tasks SET held = 1, waiting_for = 'password'")
    return book


@pytest.fixture
def failed_task(store: sqlite3.Connection) -> str:
    """A task of no book that failed."""
    insert(store, [NewTask("example.add", {"x": 1}, id="mail-1")])
    store.execute(
        """UPDATE tasks SET state = 'FAILURE', error = 'It broke.', attempt = 1, sent_at = submitted_at + 1,
           started_at = submitted_at + 2, ended_at = submitted_at + 62, traceback = 'Traceback\n  File "x"\nBoom'
           WHERE id = 'mail-1'"""
    )
    return "mail-1"


def params(store: sqlite3.Connection, task_id: str) -> SplitBook:
    found = task(store, task_id)
    assert found is not None
    return SplitBook.model_validate(found.kwargs["params"])


def test_books_are_lines_for_people_and_objects_for_programs(commands: Commands, torn: Book) -> None:
    line = commands.out("books")
    assert line.split()[:4] == ["gita", "incomplete", "4/6", "Gītā"]
    assert "2 pages failed" in line
    said = commands.json("books")
    assert (said["book"], said["done"], said["pages"]) == ("gita", 4, 6)
    assert said["failures"] == {"2": "It is torn.", "5": "It is torn."}


def test_books_are_filtered(commands: Commands, torn: Book, store: sqlite3.Connection) -> None:
    insert_book(store, "meghaduta", "Meghadūta", "1" * 64)
    assert [b["book"] for b in commands.lines("books", "--state", "incomplete")] == ["gita"]
    assert [b["book"] for b in commands.lines("books", "--text", "meghaduta")] == ["meghaduta"]
    assert commands.out("books", "--state", "done") == "No such books.\n"


def test_a_forgotten_pause_is_told(commands: Commands, book: Book) -> None:
    commands.run("pause", "cpu")
    assert "resume cpu" in commands.run("books").stderr
    assert commands.run("books", "--json").stderr == ""


def test_a_book_is_found_by_its_title_and_several_of_one_title_are_told(
    commands: Commands, torn: Book, store: sqlite3.Connection
) -> None:
    assert commands.json("show", "gītā")["book"] == "gita"
    insert_book(store, "gita-2", "Gītā", "1" * 64)
    assert "gita-2" in commands.err("show", "Gītā", code=3)
    assert commands.json("show", "gita")["book"] == "gita"


def test_a_book_is_shown_with_its_faults_first_and_what_to_do(commands: Commands, torn: Book) -> None:
    lines = commands.out("show", "gita").splitlines()
    assert lines[0] == "Gītā"
    assert lines[1] == "incomplete: 4 of 6 pages"
    assert lines[2] == "  page 2 failed: It is torn."
    assert lines[4] == "What to do: “ambuda-desktop retry gita” makes what is missing."
    assert "split of all pages, JPEG of quality 90  first" in lines[-1]


def test_a_book_is_shown_with_all_its_splits(commands: Commands, torn: Book) -> None:
    again = commands.lines("retry", "gita")[0]["id"]
    said = commands.json("show", "gita")
    assert [split["id"] for split in said["splits"]] == ["first", again]
    assert "retry of pages 2,5" in commands.out("show", "gita")


def test_a_locked_book_says_so_everywhere(commands: Commands, locked: Book) -> None:
    assert "locked" in commands.out("books")
    assert "unlock gita" in commands.out("show", "gita")
    assert "locked" in commands.out("tasks")
    assert [b["waiting_for"] for b in commands.lines("books", "--state", "locked")] == ["password"]


def test_a_book_that_is_not_locked_needs_no_password(commands: Commands, torn: Book) -> None:
    assert "waits for no password" in commands.err("unlock", "gita", stdin="secret\n", code=3)


def test_a_task_is_shown_with_its_error_first_and_its_traceback_last(
    commands: Commands, failed_task: str
) -> None:
    lines = commands.out("show", failed_task).splitlines()
    assert lines[1] == "failed: It broke."
    assert lines[2].startswith("What to do: “ambuda-desktop retry mail-1”")
    assert "after 1 min 0 s" in next(line for line in lines if "Ended" in line)
    assert lines[-1] == "  Boom"


def test_a_task_is_shown_with_its_history(commands: Commands, failed_task: str) -> None:
    again = commands.json("retry", failed_task)["id"]
    assert [one["id"] for one in commands.json("show", again)["history"]] == ["mail-1", again]
    text = commands.out("show", failed_task)
    assert "it was tried again" in text
    assert "mail-1  It broke.  ← this one" in text
    assert "tried again already" in commands.err("retry", failed_task, code=3)


def test_the_beginning_of_an_id_is_enough(commands: Commands, store: sqlite3.Connection) -> None:
    insert(store, [NewTask("t", id=i) for i in ("abcde1", "abcde2", "xyzzy")])
    assert commands.json("show", "xyzz")["id"] == "xyzzy"
    assert "abcde1" in commands.err("show", "abcd", code=3)
    commands.err("show", "x", code=4)
    commands.err("show", "", code=4)


def test_pages_and_all_that_failed_are_tried_again(
    commands: Commands, torn: Book, failed_task: str, store: sqlite3.Connection
) -> None:
    # When one page is tried, then that alone is asked for
    one = commands.json("retry", "gita", "--pages", "5")
    assert params(store, one["id"]).pages == "5"
    commands.run("cancel", "gita")

    # And one that is not in the book is refused
    assert "has no page 7" in commands.err("retry", "gita", "--pages", "7", code=3)
    assert "belongs to a book" in commands.err("retry", failed_task, "--pages", "7", code=3)

    # When all that failed is tried, then the task of no book is
    assert [t["retry_of"] for t in commands.lines("retry", "--failed")] == [failed_task]
    assert "Nothing has failed." in commands.run("retry", "--failed").stderr


def test_other_options_leave_what_is_not_named(
    commands: Commands, store: sqlite3.Connection, book: Book
) -> None:
    # Given a book made in gray, of pages 2 to 4
    book.plan("first", pages="2-4", options=PageOptions(grayscale=True))
    book.end("first pages", {})
    book.finish("first")

    # When it is split again as PNG, then it stays gray, and so do the pages
    new = commands.json("resplit", "gita", "--format", "png")
    assert params(store, new["id"]) == SplitBook(
        book="gita", pages="2-4", options=PageOptions(format="png", grayscale=True)
    )


def test_the_same_options_again_are_refused(commands: Commands, book: Book) -> None:
    book.plan("first")
    book.end("first pages", {})
    book.finish("first")
    assert "made like that already: JPEG of quality 90" in commands.err("resplit", "gita", code=3)


def test_a_book_goes_to_the_trash_only_if_wished(
    commands: Commands, paths: Paths, torn: Book, store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a trash that notes what it gets
    trashed: list[object] = []
    monkeypatch.setattr("send2trash.send2trash", trashed.append)

    # Then nobody is asked in a script, a no is a no, and a yes is told
    assert "--yes" in commands.err("remove", "gita", code=2)
    monkeypatch.setattr("ambuda_desktop.cli.say.is_interactive", lambda: True)
    assert "“Gītā” stays." in commands.run("remove", "gita", stdin="n\n").stderr
    assert trashed == []
    assert "is in the trash" in commands.out("remove", "gita", stdin="y\n")
    assert trashed == [paths.library / "gita"]
    assert book_ids(store) == []


def test_a_book_in_work_is_not_removed(commands: Commands, book: Book) -> None:
    book.plan("first")
    assert (
        "Cancel it, then remove it"
        in json.loads(commands.err("remove", "gita", "--yes", "--json", code=3))["error"]
    )
