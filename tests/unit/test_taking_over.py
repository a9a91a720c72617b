"""daemon/taking_over.py: books come from their folders into a store that knows nothing of them."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ambuda_desktop.books import BookFolder
from ambuda_desktop.daemon.rebuild import damage, see_to_store
from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.library import tidy
from ambuda_desktop.locks import holding
from ambuda_desktop.manifest import Manifest, PageRecord
from ambuda_desktop.params.split import PageOptions, SplitBook
from ambuda_desktop.paths import Paths
from ambuda_desktop.relocation import staying
from ambuda_desktop.store.books import book_ids
from ambuda_desktop.store.connection import connect
from ambuda_desktop.store.facts import fact
from ambuda_desktop.store.query import counts
from ambuda_desktop.store.submit import NewTask, insert, insert_book
from ambuda_desktop.unaccepted import new_name
from ambuda_desktop.worker.split.asked import ask_for
from ambuda_desktop.worker.split.finish import finish
from ambuda_desktop.worker.split.ranges import split_range
from tests.support import damage as damaging
from tests.support.rebuilding import add, delete, found, mark, notice, refuse, set_aside, split
from tests.support.splitting import Stop, ignore, stop_after


def test_each_book_shows_as_what_it_is(paths: Paths) -> None:
    # Given a book whose split ended early, one of some pages, one of two kinds of pages, one in work, one planned
    early, some = add(paths, "early"), add(paths, "some")
    ask_for(early, PageOptions(), [1, 2, 3, 4])
    split_range(early, [1, 2], ignore)
    finish(early)
    split(some, [2, 3])
    gray = PageOptions(grayscale=True, quality=80)
    mixed = add(paths, "mixed")
    split(mixed, [1, 2, 3, 4])
    split(mixed, [4], gray)
    working = add(paths, "in work")
    ask_for(working, gray, [1, 2, 3])
    with pytest.raises(Stop):
        split_range(working, [1, 2, 3], stop_after(2), gray)
    planned = add(paths, "planned")
    ask_for(planned, gray, [1, 3])
    before = {path: path.read_bytes() for path in paths.library.rglob("*") if path.is_file()}
    damaging.overwrite_header(paths.store)

    # When the store is built anew
    see_to_store(paths)

    # Then each is what its folder tells
    def of(folder: BookFolder) -> tuple[str, str, list[int], str | None]:
        book = found(paths, folder.path.name)
        return book.state, book.cells, book.missing, book.asked

    assert of(early) == ("incomplete", "dd..", [3, 4], None)
    assert of(some) == ("done", "-dd-", [], "2-3")
    assert of(mixed) == ("done", "dddd", [], "1-3")
    # And the one in work, and the one that was planned, go on with the same pages and options
    for folder, pages in ((working, "1-3"), (planned, "1,3")):
        book = found(paths, folder.path.name)
        assert (book.state, book.asked, book.options.key) == ("waiting", pages, gray.key)
    assert found(paths, working.path.name).options == gray
    # And no file of a book was touched
    assert {path: path.read_bytes() for path in paths.library.rglob("*") if path.is_file()} == before


def test_pages_that_failed_or_need_a_look_keep_their_sentences(paths: Paths) -> None:
    # Given a book of which a page could not be made, and another is doubtful
    folder = add(paths, "gita")
    split(folder, [1, 2, 3, 4])
    manifest = Manifest.load(folder.manifest)
    manifest.pages[0].reason = "It may be blank."
    manifest.pages[1] = PageRecord(number=2, method="failed", reason="It is torn.")
    manifest.save(folder.manifest)
    damaging.overwrite_header(paths.store)

    # When the store is built anew, then they are still said, once each, and nothing is news
    see_to_store(paths)
    book = found(paths, "gita")
    assert (book.state, book.cells) == ("incomplete", "lxdd")
    assert (book.warnings, book.failures) == ({1: "It may be blank."}, {2: "It is torn."})
    assert book.ended_at == folder.manifest.stat().st_mtime


@pytest.mark.parametrize("how", ["zero", "deleted", "without its wal"])
def test_an_empty_store_beside_books_takes_them_over(paths: Paths, how: str) -> None:
    # Given books whose store was emptied, or deleted, or moved by a daemon that was killed before it moved the -wal
    old = connect(paths.store)
    add(paths, "gita")
    wal = paths.store.with_name("store.db-wal")
    left = wal.read_bytes()
    old.close()
    paths.store.unlink()
    if how == "zero":
        paths.store.touch()
    elif how == "without its wal":
        assert left
        wal.write_bytes(left)

    # When a daemon starts, then they go on, and it is said
    see_to_store(paths)
    assert found(paths, "gita").state == "waiting"
    assert damage(paths.store, thorough=True) == ""
    assert not list(paths.root.glob("store.db.new*"))
    assert "empty beside the library. 1 book was taken over from its folder, and goes on." in notice(paths)
    assert "Other tasks that waited, if there were any, are lost." in notice(paths)
    assert set_aside(paths) == []


def test_books_that_the_store_does_not_know_are_taken_over(paths: Paths) -> None:
    # Given a store that somebody deleted, and somebody who added a book before a daemon started
    split(add(paths, "gita"), [1, 2, 3, 4])
    add(paths, "megha")
    paths.store.unlink()
    add(paths, "raghu")

    # When a daemon starts, then the books that the new store does not know are there again, and it is said
    see_to_store(paths)
    assert [found(paths, book).state for book in ("gita", "megha", "raghu")] == ["done", "waiting", "waiting"]
    assert "The task store was not complete. 2 books were taken over from their" in notice(paths)
    with closing(connect(paths.store)) as connection:
        assert counts(connection)["waiting"] == 2

    # And the next start finds nothing to do
    see_to_store(paths)
    notice(paths)


def test_an_addition_that_was_killed_is_no_book_of_a_store_that_is_whole(paths: Paths) -> None:
    # Given an addition that was killed before its row was written, and a folder of somebody's
    add(paths, "gita")
    left = add(paths, "megha")
    mark(left)
    (paths.library / "notes").mkdir()
    with closing(connect(paths.store)) as connection:
        connection.execute("DELETE FROM tasks WHERE book = 'megha'")
        connection.execute("DELETE FROM books WHERE id = 'megha'")

    # When a daemon starts, then it is none, and is removed
    see_to_store(paths)
    with closing(connect(paths.store)) as connection:
        assert book_ids(connection) == ["gita"]
        tidy(connection, paths)
    assert not left.path.exists()


def test_a_book_of_which_a_page_was_made_was_accepted(paths: Paths) -> None:
    # Given a book that has its mark still, has pages, and is not in the store that somebody made anew
    folder = add(paths, "gita")
    mark(folder)
    split(folder, [1])
    paths.store.unlink()
    add(paths, "megha")

    # When a daemon starts, then it is taken over
    see_to_store(paths)
    assert found(paths, "gita").state == "done"


@pytest.mark.parametrize("damages", [damaging.overwrite_header, delete])
def test_a_book_that_may_have_been_accepted_is_never_lost(
    paths: Paths, damages: Callable[[Path], None]
) -> None:
    # Given books that were accepted, of which one has its mark still: who added it was killed just then
    books = ["gita", "megha"] if damages is delete else ["megha"]
    for book in books:
        mark(add(paths, book))
    damages(paths.store)

    # When a daemon starts, then they are there as all others, without a mark
    see_to_store(paths)
    with closing(connect(paths.store)) as connection:
        tidy(connection, paths)
        assert sorted(book_ids(connection)) == books
    assert not list(paths.library.glob("*/.incoming-*"))
    assert all((paths.library / book / "original.pdf").exists() for book in books)


def test_a_folder_that_cannot_be_entered_keeps_no_daemon_from_starting(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a store beside a folder of somebody's that cannot be looked into
    add(paths, "gita")
    (paths.library / "notes").mkdir()
    refuse(paths.library / "notes" / "original.pdf", monkeypatch)

    # When a daemon starts, then nothing is changed
    see_to_store(paths)
    with closing(connect(paths.store)) as connection:
        assert book_ids(connection) == ["gita"]
        assert fact(connection, "notices") is None


def test_books_are_taken_over_while_somebody_adds_one(paths: Paths) -> None:
    # Given a store that was deleted, and somebody who adds a book: its folder is there, its row is not yet
    add(paths, "gita")
    adding = mark(add(paths, "megha"))
    paths.store.unlink()
    with staying(paths), holding(paths.locks / adding.name):
        # When a daemon starts meanwhile, then the other book is there, and this one is left to whoever adds it
        see_to_store(paths)
        with closing(connect(paths.store)) as connection:
            assert book_ids(connection) == ["gita"]
            tidy(connection, paths)
    assert adding.exists()


def test_a_library_on_its_way_is_waited_for(paths: Paths) -> None:
    # Given a store that was deleted, while somebody moves the library
    add(paths, "gita")
    paths.store.unlink()
    with holding(paths.locks / "library.lock"), pytest.raises(AmbudaError, match="Try again when that has"):
        # When a daemon starts, then it says why it does not
        see_to_store(paths)

    # And later it does, and the book is there
    see_to_store(paths)
    assert found(paths, "gita").state == "waiting"


def test_others_can_write_while_books_are_read(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given somebody who adds a task while a book is read, and cannot wait; and the book's own row
    folder = add(paths, "gita")
    paths.store.unlink()
    added: list[str] = []

    def add_task(read: BookFolder) -> list[Any]:
        with closing(connect(paths.store)) as connection:
            connection.execute("PRAGMA busy_timeout = 0")
            insert_book(connection, "gita", "Gītā", "0")
            insert(connection, [NewTask("t", id="quick")])
        added.append(read.path.name)
        return []

    monkeypatch.setattr("ambuda_desktop.daemon.taking_over.ended_texts", add_task)

    # When the store is filled, then both are there, and the book once
    see_to_store(paths)
    assert added == [folder.path.name]
    assert found(paths, "gita").title == "Gītā"


def test_a_book_that_cannot_be_read_is_told_of_once(paths: Paths) -> None:
    # Given an empty store beside a book whose manifest is torn
    add(paths, "gita").manifest.write_text('{"title": "Gī')
    paths.store.unlink()

    # When daemons start, then one notice says so
    see_to_store(paths)
    see_to_store(paths)
    assert "What cannot be read was not taken over: gita in" in notice(paths)


def test_what_is_no_book_is_left_alone(paths: Paths) -> None:
    # Given a copy that was never accepted, a folder of somebody's, and a book whose manifest is torn
    for name in (new_name(), "My notes", "notes"):
        (paths.library / name).mkdir()
    torn = add(paths, "gita")
    torn.manifest.write_text('{"title": "Gī')
    damaging.overwrite_header(paths.store)

    # When the store is built anew, then none of them is a book, and the torn one is named
    see_to_store(paths)
    with closing(connect(paths.store)) as connection:
        assert book_ids(connection) == []
    assert "What cannot be read was not taken over: gita in" in notice(paths)
    assert "There were no books" in notice(paths)


@pytest.mark.parametrize("what", ["work", "original"])
def test_a_book_that_cannot_be_read_keeps_no_other_from_going_on(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    # Given two books, of which one has a file that cannot be read
    add(paths, "gita")
    bad = add(paths, "megha")
    if what == "work":
        ask_for(bad, PageOptions(), [1])
        (bad.work / PageOptions().key / "1.json").mkdir()
    else:
        refuse(bad.original, monkeypatch)
    damaging.overwrite_header(paths.store)

    # When the store is built anew, then the other goes on, and this one is named, and in no part there
    see_to_store(paths)
    with closing(connect(paths.store)) as connection:
        assert book_ids(connection) == ["gita"]
        assert connection.execute("SELECT count(*) FROM tasks").fetchone()[0] == 1
    assert "What cannot be read was not taken over: megha in" in notice(paths)
    assert "1 book was taken over" in notice(paths)


def test_a_book_is_split_again_by_the_same_plan(paths: Paths) -> None:
    # Given a book that waits, in a damaged store
    add(paths, "gita")
    damaging.overwrite_header(paths.store)

    # When it was taken over, then its plan is what adding it would have submitted
    see_to_store(paths)
    with closing(connect(paths.store)) as connection:
        (row,) = connection.execute("SELECT name, state, priority FROM tasks").fetchall()
    assert tuple(row) == (SplitBook.task, "PENDING", 5)
