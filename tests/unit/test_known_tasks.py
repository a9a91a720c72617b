"""store/known_tasks.py: what no worker knows is kept, not sent."""

import sqlite3

from ambuda_desktop.store import dispatch
from ambuda_desktop.store.control import pause_books, resume_books
from ambuda_desktop.store.known_tasks import (
    ids_waiting_for_code,
    match_code,
    rename_waiting,
    waiting_for_code,
)
from ambuda_desktop.store.submit import NewTask, insert, insert_book


def sendable(store: sqlite3.Connection) -> list[str]:
    return [row["id"] for row in dispatch.waiting(store, "cpu", 10)]


def test_rows_wait_for_their_code_and_go_when_it_is_there(store: sqlite3.Connection) -> None:
    # Given tasks of two names, of which the workers know one
    insert(store, [NewTask("old", id="a"), NewTask("kept", id="b"), NewTask("old", id="c")])
    match_code(store, "cpu", {"kept"})

    # Then the others are kept and counted
    assert sendable(store) == ["b"]
    assert waiting_for_code(store) == {"old": 2}
    assert ids_waiting_for_code(store, "old") == ["a", "c"]

    # And they go when it is known again
    match_code(store, "cpu", {"kept", "old"})
    assert sendable(store) == ["a", "b", "c"]


def test_what_one_pool_knows_the_other_need_not(store: sqlite3.Connection) -> None:
    insert(store, [NewTask("t", id="a"), NewTask("t", id="b", pool="net")])
    match_code(store, "net", set())
    assert sendable(store) == ["a"]
    assert ids_waiting_for_code(store, "t") == ["b"]
    match_code(store, "cpu", {"t"})
    assert ids_waiting_for_code(store, "t") == ["b"]


def test_rows_can_be_given_to_another_name(store: sqlite3.Connection) -> None:
    insert(store, [NewTask("old", id="a"), NewTask("gone", id="b")])
    match_code(store, "cpu", {"new"})
    assert rename_waiting(store, "old", "new") == 1
    assert sendable(store) == ["a"]
    assert store.execute("SELECT name FROM tasks WHERE id = 'a'").fetchone()["name"] == "new"


def test_a_paused_book_and_missing_code_are_two_reasons(store: sqlite3.Connection) -> None:
    # Given a task of a paused book whose code is missing as well
    insert_book(store, "book", "Book", "0")
    insert(store, [NewTask("old", id="a", book="book")])
    pause_books(store, ["book"])
    match_code(store, "cpu", set())

    # Then neither end of one reason lets it go
    resume_books(store, ["book"])
    assert sendable(store) == []
    pause_books(store, ["book"])
    match_code(store, "cpu", {"old"})
    assert sendable(store) == []
    resume_books(store, ["book"])
    assert sendable(store) == ["a"]


def test_a_daemon_that_nobody_needs_does_not_stay_for_missing_code(store: sqlite3.Connection) -> None:
    insert(store, [NewTask("old", id="a")])
    assert dispatch.work_is_left(store)
    match_code(store, "cpu", set())
    assert not dispatch.work_is_left(store)
