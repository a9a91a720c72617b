"""daemon/rebuild.py: a damaged store is set aside, and another is built from the books."""

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ambuda_desktop.books import BookFolder
from ambuda_desktop.daemon.rebuild import damage, see_to_store, still_good
from ambuda_desktop.errors import AmbudaError, StoreDamaged
from ambuda_desktop.library import NewBook, add_book, tidy
from ambuda_desktop.locks import holding, sweep
from ambuda_desktop.manifest import Manifest, PageRecord
from ambuda_desktop.params.split import PageOptions, SplitBook
from ambuda_desktop.paths import Paths
from ambuda_desktop.relocation import staying
from ambuda_desktop.store.books import BookSummary, book_ids, summary
from ambuda_desktop.store.connection import connect, transaction
from ambuda_desktop.store.facts import fact
from ambuda_desktop.store.query import counts
from ambuda_desktop.store.submit import NewTask, insert, insert_book
from ambuda_desktop.unaccepted import new_name
from ambuda_desktop.worker.split.asked import ask_for
from ambuda_desktop.worker.split.finish import finish
from ambuda_desktop.worker.split.ranges import split_range
from tests.support import damage as damaging
from tests.support import pdfs
from tests.support.splitting import Stop, ignore, stop_after

Damages = Callable[[Path], None]


def add(paths: Paths, name: str, pages: int = 4) -> BookFolder:
    """Add a book as the window does."""
    pdf = paths.root.parent / f"{name}.pdf"
    pdfs.scanned_book(pdf, pages)
    with closing(connect(paths.store)) as connection:
        return BookFolder(paths.library / add_book(connection, paths, pdf, ignore, NewBook(again=True)))


def split(folder: BookFolder, numbers: list[int], options: PageOptions | None = None) -> None:
    """What the workers do for a split of these pages."""
    ask_for(folder, options or PageOptions(), numbers)
    split_range(folder, numbers, ignore, options)
    finish(folder, options)


def end_plans(paths: Paths) -> None:
    """Let all that was submitted so far have ended."""
    with closing(connect(paths.store)) as connection:
        connection.execute("UPDATE tasks SET state = 'SUCCESS'")


def found(paths: Paths, book: str) -> BookSummary:
    with closing(connect(paths.store)) as connection:
        summarized = summary(connection, book)
    assert summarized is not None
    return summarized


def notice(paths: Paths) -> str:
    with closing(connect(paths.store)) as connection:
        (said,) = fact(connection, "notices")
    return str(said["sentence"])


def set_aside(paths: Paths) -> list[Path]:
    return sorted(paths.root.glob("store-damaged-*/*"))


def fill(paths: Paths) -> None:
    """Enough rows that the store has many pages, all of them in its file."""
    with closing(connect(paths.store)) as connection, transaction(connection):
        insert(connection, [NewTask("t", kwargs={"text": "x" * 300}) for _ in range(500)])


def cut(store: Path) -> None:
    os.truncate(store, store.stat().st_size // 2)


def other_tables(store: Path) -> None:
    with closing(sqlite3.connect(store)) as connection:
        connection.executescript("DROP TABLE tasks")


def no_schema(store: Path) -> None:
    with closing(sqlite3.connect(store)) as connection:
        connection.executescript(
            "PRAGMA writable_schema=ON; UPDATE sqlite_master SET sql = 'CREATE NONSENSE';"
        )


@pytest.mark.parametrize(
    "damages",
    [damaging.overwrite_header, damaging.overwrite_rows, cut, other_tables, no_schema],
)
def test_a_damaged_store_is_set_aside_and_built_anew(paths: Paths, damages: Damages) -> None:
    # Given a book that is done and one that waits, in a store that is damaged
    split(add(paths, "gita"), [1, 2, 3, 4])
    end_plans(paths)
    add(paths, "megha")
    fill(paths)
    damages(paths.store)
    data = paths.store.read_bytes()

    # When a daemon starts
    see_to_store(paths)

    # Then the damaged file is kept as it was, the books are there, and a sentence tells all of it
    (kept,) = (path for path in set_aside(paths) if path.name == "store.db")
    assert kept.read_bytes() == data
    assert (found(paths, "gita").state, found(paths, "megha").state) == ("done", "waiting")
    assert f"set aside in {kept.parent}. 2 books were taken over" in notice(paths)
    assert "1 of them goes on" in notice(paths)
    assert damage(paths.store, thorough=True) == ""
    assert not list(paths.root.glob("store.db.new*"))

    # And the next start finds nothing to do
    see_to_store(paths)
    assert len(list(paths.root.glob("store-damaged-*"))) == 1


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


@pytest.mark.parametrize("renames", [1, 2])
def test_a_daemon_that_was_killed_while_it_replaced_the_store_loses_nothing(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, renames: int
) -> None:
    # Given a daemon that was killed before the damaged store was set aside, or before the new one was in its place
    add(paths, "gita")
    old = connect(paths.store)
    add(paths, "megha")
    left = paths.store.with_name("store.db-wal").read_bytes()
    old.close()
    damaging.overwrite_header(paths.store)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", killed_after(renames, Path.rename))
        with pytest.raises(Stop):
            see_to_store(paths)
    if renames == 2:
        # And it had not moved the rest of the damaged one, and somebody adds a book before there is a daemon
        assert not paths.store.exists()
        paths.store.with_name("store.db-wal").write_bytes(left)
        add(paths, "raghu")

    # When a daemon starts, then the books are there, and it is told how the store was damaged, once
    see_to_store(paths)
    books = ["gita", "megha", *(["raghu"] if renames == 2 else [])]
    with closing(connect(paths.store)) as connection:
        assert sorted(book_ids(connection)) == books
    assert "The task store was damaged. It was set aside in" in notice(paths)
    assert damage(paths.store, thorough=True) == ""
    assert not list(paths.root.glob("store.db.new*"))


def test_what_a_killed_daemon_has_left_is_removed(paths: Paths) -> None:
    for name in ("store.db.new", "store.db.new.part", "store.db.new.part-wal"):
        paths.store.with_name(name).touch()
    connect(paths.store.with_name("other.db")).close()
    paths.store.with_name("other.db").rename(paths.store)
    see_to_store(paths)
    assert not list(paths.root.glob("store.db.new*"))


def killed_after(count: int, rename: Callable[[Path, Path], Path]) -> Callable[[Path, Path], Path]:
    """So many are renamed; whoever would rename another is killed."""
    done: list[Path] = []

    def renaming(path: Path, target: Path) -> Path:
        if len(done) == count:
            raise Stop
        done.append(path)
        return rename(path, target)

    return renaming


def mark(folder: BookFolder) -> Path:
    """As of an addition that is not done."""
    made = folder.path / new_name()
    made.touch()
    return made


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


def delete(store: Path) -> None:
    store.unlink()


@pytest.mark.parametrize("damages", [damaging.overwrite_header, delete])
def test_a_book_that_may_have_been_accepted_is_never_lost(paths: Paths, damages: Damages) -> None:
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


def refuse(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the system does where a folder may not be entered; root may enter any."""
    stat = os.stat

    def refusing(place: Path, **options: bool) -> os.stat_result:
        if os.fspath(place) == os.fspath(path):
            raise PermissionError(13, "Permission denied", str(path))
        return stat(place, **options)

    monkeypatch.setattr(os, "stat", refusing)


def test_a_store_of_a_newer_version_is_no_damage(paths: Paths) -> None:
    with closing(connect(paths.store)) as connection:
        connection.execute("PRAGMA user_version = 99")
    damaging.overwrite(paths.store, 2 * damaging.PAGE, damaging.PAGE)
    assert damage(paths.store, thorough=True) is None


def test_a_locked_store_and_one_that_cannot_be_read_are_no_damage(paths: Paths) -> None:
    fill(paths)
    with closing(sqlite3.connect(paths.store, isolation_level=None)) as other:
        other.executescript("PRAGMA locking_mode=EXCLUSIVE; BEGIN IMMEDIATE; DELETE FROM facts;")
        assert damage(paths.store) is None
        other.execute("ROLLBACK")
    assert damage(paths.store) == ""
    assert damage(paths.root) is None  # a folder


def test_a_library_that_is_not_there_is_waited_for(paths: Paths) -> None:
    # Given a damaged store while the disk of the library is not connected
    split(add(paths, "gita"), [1, 2, 3, 4])
    paths.library.rename(paths.root / "elsewhere")
    damaging.overwrite_header(paths.store)
    data = paths.store.read_bytes()

    # When a daemon starts, then it says why it does not, and nothing is changed
    with pytest.raises(StoreDamaged, match="Connect the disk"):
        see_to_store(paths)
    assert paths.store.read_bytes() == data
    assert set_aside(paths) == []

    # And with the disk it works
    (paths.root / "elsewhere").rename(paths.library)
    see_to_store(paths)
    assert found(paths, "gita").state == "done"


@pytest.mark.parametrize("part", [0.3, 0.5, 0.99])
def test_a_wal_that_is_cut_loses_its_end_only(paths: Paths, tmp_path: Path, part: float) -> None:
    # Given a copy of a store with 100 commits in its -wal, which ends in the middle of one
    with closing(connect(paths.store)) as connection:
        for number in range(100):
            insert(connection, [NewTask("t", id=str(number))])
        for path in paths.root.glob("store.db*"):
            shutil.copy(path, tmp_path / path.name)
    wal = tmp_path / "store.db-wal"
    os.truncate(wal, int(wal.stat().st_size * part))

    # When it is opened, then it is whole, and holds what was committed first
    assert damage(tmp_path / "store.db", thorough=True) == ""
    with closing(connect(tmp_path / "store.db")) as connection:
        ids = [int(row["id"]) for row in connection.execute("SELECT id FROM tasks ORDER BY seq").fetchall()]
    assert ids == list(range(len(ids)))
    assert 0 < len(ids) < 100


def test_a_copy_at_a_random_moment_opens_with_all_that_was_accepted(paths: Paths, tmp_path: Path) -> None:
    # Given somebody who writes without a pause
    accepted, stop = [0], threading.Event()

    def write() -> None:
        with closing(connect(paths.store)) as connection:
            while not stop.is_set():
                with transaction(connection):
                    insert(connection, [NewTask("t", id=str(accepted[0]), kwargs={"text": "x" * 500})])
                accepted[0] += 1

    reader = connect(paths.store)
    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(15):
            # When its files are copied at some moment (a power cut takes all of them at once; here a reader keeps
            # the -wal from being begun anew between two of them)
            before = accepted[0]
            copy = tmp_path / str(number)
            copy.mkdir()
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM tasks").fetchall()
            for suffix in ("", "-wal", "-shm"):
                shutil.copy(f"{paths.store}{suffix}", copy / f"store.db{suffix}")
            reader.execute("ROLLBACK")
            # Then the copy is whole and holds what had been accepted
            assert damage(copy / "store.db", thorough=True) == ""
            with closing(connect(copy / "store.db")) as connection:
                assert counts(connection)["waiting"] >= before
    finally:
        stop.set()
        writer.join()
        reader.close()


def test_who_holds_the_old_file_can_commit_nothing_more(paths: Paths) -> None:
    # Given a process that opened the store before it was damaged
    add(paths, "gita")
    fill(paths)
    old = connect(paths.store)
    old.execute("SELECT * FROM books").fetchall()
    damaging.overwrite_rows(paths.store)
    see_to_store(paths)

    # When it submits a task, then that fails with a sentence, instead of going where nobody looks
    with pytest.raises(StoreDamaged, match="Nothing was accepted"), transaction(old):
        insert(old, [NewTask("lost")])
    with pytest.raises(StoreDamaged):
        still_good(old, paths)
    old.close()


def test_damage_that_somebody_else_met_ends_the_daemon(paths: Paths, store: sqlite3.Connection) -> None:
    # Given a doubt where nothing is wrong
    fill(paths)
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    paths.store_doubt.touch()
    still_good(store, paths)
    assert not paths.store_doubt.exists()

    # When the store is damaged in a place that the daemon does not read, then the doubt makes it look
    damaging.overwrite_rows(paths.store)
    store.execute("PRAGMA user_version").fetchone()
    still_good(store, paths)
    paths.store_doubt.touch()
    with pytest.raises(StoreDamaged):
        still_good(store, paths)


def leave_out_of_an_index(paths: Paths) -> None:
    """A row that its index does not know: damage that only a thorough look finds."""
    with closing(sqlite3.connect(paths.store)) as connection:
        connection.executescript(
            """PRAGMA writable_schema=ON; CREATE TABLE kept AS SELECT * FROM sqlite_master WHERE name = 'tasks_state';
               DELETE FROM sqlite_master WHERE name = 'tasks_state';"""
        )
    with closing(connect(paths.store)) as connection:
        connection.execute("PRAGMA writable_schema=ON")
        insert(connection, [NewTask("a", id="a")])
        connection.execute("INSERT INTO sqlite_master SELECT * FROM kept")


def test_a_doubt_is_kept_until_somebody_has_looked_closely(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given damage that only a thorough look finds, and the doubt of whoever met it
    add(paths, "gita")
    leave_out_of_an_index(paths)
    assert damage(paths.store) == ""
    paths.store_doubt.touch()

    # When a daemon that starts is killed while it looks, then the doubt is still there
    with monkeypatch.context() as patch:
        patch.setattr("ambuda_desktop.daemon.rebuild.damage", killed)
        with pytest.raises(Stop):
            see_to_store(paths)
    assert paths.store_doubt.exists()

    # And the next one looks as closely, builds the store anew, and doubts no more
    see_to_store(paths)
    assert len(list(paths.root.glob("store-damaged-*"))) == 1
    assert not paths.store_doubt.exists()


@pytest.mark.parametrize("met", [None, StoreDamaged("torn")])
def test_a_doubt_is_kept_while_nobody_can_look(
    paths: Paths, store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, met: Exception | None
) -> None:
    # Given damage that somebody met, in a store that is locked whenever one looks
    leave_out_of_an_index(paths)
    if met is None:
        paths.store_doubt.touch()
    with monkeypatch.context() as patch:
        patch.setattr("ambuda_desktop.daemon.rebuild.damage", lambda *_, **__: None)
        see_to_store(paths, met)
        still_good(store, paths)
        sweep(paths.locks)  # as a daemon that starts does

    # Then it is doubted until one can
    with pytest.raises(StoreDamaged):
        still_good(store, paths)


def killed(*_: object, **__: object) -> None:
    raise Stop


def test_a_book_is_split_again_by_the_same_plan(paths: Paths) -> None:
    # Given a book that waits, in a damaged store
    add(paths, "gita")
    damaging.overwrite_header(paths.store)

    # When it was taken over, then its plan is what adding it would have submitted
    see_to_store(paths)
    with closing(connect(paths.store)) as connection:
        (row,) = connection.execute("SELECT name, state, priority FROM tasks").fetchall()
    assert tuple(row) == (SplitBook.task, "PENDING", 5)
