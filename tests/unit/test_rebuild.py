"""daemon/rebuild.py: a damaged store is set aside, and another is built from the books."""

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ambuda_desktop.daemon.rebuild import damage, see_to_store, still_good
from ambuda_desktop.errors import StoreDamaged
from ambuda_desktop.locks import sweep
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.books import book_ids
from ambuda_desktop.store.connection import connect, transaction
from ambuda_desktop.store.query import counts
from ambuda_desktop.store.submit import NewTask, insert
from tests.support import damage as damaging
from tests.support.rebuilding import (
    add,
    cut,
    end_plans,
    fill,
    found,
    killed,
    killed_after,
    leave_out_of_an_index,
    notice,
    set_aside,
    split,
)
from tests.support.splitting import Stop

Damages = Callable[[Path], None]


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


@pytest.mark.parametrize("renames", [1, 2])
def test_a_daemon_that_was_killed_while_it_replaced_the_store_loses_nothing(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, renames: int
) -> None:
    # Given a daemon that was killed before the damaged store was set aside, or before the new one was in its place
    add(paths, "gita")
    old = connect(paths.store)
    add(paths, "megha")
    fill(paths)
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
        assert counts(connection)["waiting"] == len(books)
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
