"""retry.py: trying again."""

import json
import sqlite3

import pytest

from ambuda_desktop import retry
from ambuda_desktop.errors import BadInput, NotFound
from ambuda_desktop.params.split import PageOptions, SplitBook, SplitPages
from ambuda_desktop.store import dispatch
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.store.query import Task, counts, task
from ambuda_desktop.store.submit import NewTask, insert
from tests.unit.test_pages import Book

PNG = PageOptions(format="png")


@pytest.fixture
def torn(store: sqlite3.Connection) -> Book:
    """A book made as PNG, in which pages 2 and 5 failed."""
    book = Book(store)
    book.plan("first", options=PNG)
    book.end("first pages", {"failed": {"2": "It is torn.", "5": "It is torn."}})
    book.finish("first")
    return book


def get(store: sqlite3.Connection, task_id: str) -> Task:
    found = task(store, task_id)
    assert found is not None
    return found


def asked(store: sqlite3.Connection, task_id: str) -> SplitBook:
    return SplitBook.model_validate(get(store, task_id).kwargs["params"])


def test_a_book_is_tried_again_with_its_own_options_where_pages_are_missing(
    store: sqlite3.Connection, torn: Book
) -> None:
    (new,) = retry.retry_book(store, "gita")
    assert asked(store, new) == SplitBook(book="gita", pages="2,5", options=PNG)
    assert get(store, new).retry_of == "first"


def test_one_page_is_tried_again(store: sqlite3.Connection, torn: Book) -> None:
    assert asked(store, retry.retry_pages(store, "gita", [5])).pages == "5"


def test_other_options_are_asked_for_anew(store: sqlite3.Connection, torn: Book) -> None:
    new = retry.split_again(store, "gita", None, PageOptions(quality=50))
    assert asked(store, new) == SplitBook(book="gita", options=PageOptions(quality=50))


def test_a_page_that_is_not_in_the_book_is_refused(store: sqlite3.Connection, torn: Book) -> None:
    with pytest.raises(BadInput, match="has no page 7"):
        retry.retry_pages(store, "gita", [7])


def test_a_book_in_work_and_a_book_that_is_done_are_refused(store: sqlite3.Connection, torn: Book) -> None:
    # Given a retry under way, then no other may begin
    retry.retry_book(store, "gita")
    with pytest.raises(BadInput, match="still being worked on"):
        retry.retry_book(store, "gita")
    with pytest.raises(BadInput, match="still being worked on"):
        retry.retry_pages(store, "gita", [2])
    with pytest.raises(NotFound):
        retry.retry_book(store, "nobody")


def test_a_task_of_no_book_is_a_new_row_with_the_same_arguments(store: sqlite3.Connection) -> None:
    # Given a task that failed
    insert(store, [NewTask("mail", {"to": "x"}, [1], {"expires": "2030"}, id="a", pool="net")])
    dispatch.record(store, [dispatch.Update("a", "FAILURE", error="on purpose")])

    # When it is tried again, then the new row is like it, and the old one counts no more
    new = get(store, retry.retry_task(store, "a"))
    assert (new.name, new.pool, new.retry_of, new.state) == ("mail", "net", "a", "PENDING")
    assert json.loads(new.payload) == {"args": [1], "kwargs": {"to": "x"}, "options": {"expires": "2030"}}
    assert counts(store)["failed"] == 0

    # And it is tried again only once
    with pytest.raises(BadInput, match="again already"):
        retry.retry_task(store, "a")
    with pytest.raises(BadInput, match="failed or were cancelled"):
        retry.retry_task(store, new.id)
    with pytest.raises(NotFound):
        retry.retry_task(store, "nobody")


def test_a_failed_range_is_tried_again_through_its_book(store: sqlite3.Connection) -> None:
    # Given a book whose range of pages failed as a whole
    book = Book(store)
    book.plan("first", pages="2-4")
    book.end("first pages", None, "FAILURE", "The disk is full.")
    book.finish("first")

    # When that task is tried again, then a split of its pages is, and it counts as failed no more
    new = retry.retry_task(store, "first pages")
    assert asked(store, new).pages == "2-4"
    assert counts(store)["failed"] == 0


def test_all_that_failed_is_tried_again_once(store: sqlite3.Connection, torn: Book) -> None:
    # Given a book with failed pages, a failed task of no book, and a task that is done
    insert(store, [NewTask("mail", id="a"), NewTask("mail", id="b")])
    dispatch.record(store, [dispatch.Update("a", "FAILURE", error="x"), dispatch.Update("b", "SUCCESS")])

    # When all that failed is tried again, then there are two new tasks, and the next time none
    assert len(retry.retry_failed(store)) == 2
    assert retry.retry_failed(store) == []


def test_several_tasks_are_tried_again_and_those_of_one_book_in_one_split(store: sqlite3.Connection) -> None:
    # Given two ranges of a book and a task of none that failed, and one that did not
    book = Book(store)
    book.plan("first", pages="2-4")
    book.end("first pages", None, "FAILURE", "The disk is full.")
    pages = SplitPages(book="gita", pages="5-6").new_task(book="gita", parent="first")
    insert(store, [pages, NewTask("mail", id="mail"), NewTask("other", id="fine")])
    failed = [dispatch.Update(name, "FAILURE", error="The disk is full.") for name in (pages.id, "mail")]
    dispatch.record(store, [*failed, dispatch.Update("fine", "SUCCESS")])
    book.finish("first")

    # When all are tried again
    new, refused = retry.retry_tasks(store, ["first pages", pages.id, "mail", "fine"])

    # Then the book is split once, for the pages of both, and the one that did not fail is refused
    plans = [asked(store, name) for name in new if get(store, name).book]
    assert [plan.pages for plan in plans] == ["2-6"]
    assert [get(store, name).retry_of for name in new if not get(store, name).book] == ["mail"]
    assert refused == ["Only tasks that failed or were cancelled can be tried again."]
    assert counts(store)["failed"] == 0


def test_two_who_try_a_book_again_at_once_make_one_split(
    store: sqlite3.Connection, torn: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given somebody who is faster, between our look and our wish
    resting = retry._resting
    looked: list[str] = []

    def look(connection: sqlite3.Connection, book: str) -> BookSummary:
        found = resting(connection, book)
        looked.append(book)
        if len(looked) == 1:
            retry.split_again(store, book, None, PageOptions(quality=50))
        return found

    monkeypatch.setattr(retry, "_resting", look)

    # Then ours is refused with the reason: both would take each other's work away
    with pytest.raises(BadInput, match="still being worked on"):
        retry.split_again(store, "gita", None, PNG)
    plans = store.execute("SELECT count(*) FROM tasks WHERE retry_of = 'first'").fetchone()[0]
    assert plans == 1


def test_one_page_tried_again_leaves_the_others_to_be_tried(store: sqlite3.Connection) -> None:
    # Given a book in which two pages failed
    book = Book(store)
    book.plan("first")
    book.end("first pages", {"failed": {"3": "It is torn.", "6": "It is torn."}})
    book.finish("first")

    # When one is tried again, and made
    retry.retry_pages(store, "gita", [3])
    book.plan("second", pages="3")
    for row in store.execute("SELECT id FROM tasks WHERE state = 'PENDING'").fetchall():
        book.end(row["id"], {})
    book.finish("second")

    # Then the book asks for the other
    assert asked(store, retry.retry_book(store, "gita")[0]).pages == "6"


def test_a_failed_task_counts_as_tried_only_when_all_its_pages_are(store: sqlite3.Connection) -> None:
    book = Book(store)
    book.plan("first", pages="2-4")
    book.end("first pages", None, "FAILURE", "The disk is full.")
    book.finish("first")
    retry.retry_pages(store, "gita", [3])
    assert not get(store, "first pages").retried
