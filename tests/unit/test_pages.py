"""store/pages.py and store/books.py: a book's pages as its tasks tell them."""

import sqlite3

import pytest

from ambuda_desktop.params.split import FinishSplit, PageOptions, SplitBook, SplitPages
from ambuda_desktop.store import books, dispatch
from ambuda_desktop.store.control import cancel
from ambuda_desktop.store.submit import NewTask, insert, insert_book, set_pages

GRAY = PageOptions(grayscale=True)


class Book:
    """A book of six pages, and its tasks as workers would end them."""

    def __init__(self, store: sqlite3.Connection) -> None:
        self.store = store
        insert_book(store, "gita", "Gītā", "0" * 64)
        set_pages(store, "gita", 6)

    def submit(self, *tasks: NewTask) -> None:
        insert(self.store, tasks)

    def end(self, task: str, result: object = None, state: str = "SUCCESS", error: str | None = None) -> None:
        dispatch.mark_sent(self.store, [task], "cpu.x.1")
        news = dispatch.Update(task, state, "cpu.x.1", result=result, error=error)
        dispatch.record(self.store, [news])

    def plan(self, name: str, pages: str | None = None, options: PageOptions | None = None) -> None:
        """A split whose plan has run: one range waits."""
        options = options or PageOptions()
        self.submit(SplitBook(book="gita", pages=pages, options=options).new_task(id=name, book="gita"))
        self.end(name, {"pages": 6})
        child = SplitPages(book="gita", pages=pages or "1-6", options=options)
        self.submit(child.new_task(id=f"{name} pages", book="gita", parent=name))

    def finish(self, name: str, *, replaced: bool = True) -> None:
        end = FinishSplit(book="gita").new_task(id=f"{name} end", book="gita", parent=name)
        self.submit(end)
        self.end(end.id, {"replaced": replaced})

    @property
    def summary(self) -> books.BookSummary:
        found = books.summary(self.store, "gita")
        assert found is not None
        return found


@pytest.fixture
def book(store: sqlite3.Connection) -> Book:
    return Book(store)


def test_pages_that_nobody_asked_for_are_left_out(book: Book) -> None:
    # Given a split of some pages, then the others are neither waiting nor missing
    book.plan("first", pages="2-4")
    assert book.summary.cells == "-...--"

    # When those are made, then the book is done
    book.end("first pages", {})
    book.finish("first")
    assert (book.summary.cells, book.summary.state, book.summary.missing) == ("-ddd--", "done", [])
    assert book.summary.asked == "2-4"


def test_a_failed_page_is_missing_until_a_retry_makes_it(book: Book) -> None:
    # Given a split in which a page failed
    book.plan("first")
    book.end("first pages", {"failed": {"3": "It is torn."}, "warnings": {"5": "It is pale."}})
    book.finish("first")
    assert (book.summary.cells, book.summary.state, book.summary.missing) == ("ddxdld", "incomplete", [3])
    assert book.summary.failures == {3: "It is torn."}

    # When a retry of that page is done, then the book is
    book.plan("second", pages="3")
    assert book.summary.state == "working"
    book.end("second pages", {})
    book.finish("second")
    assert (book.summary.cells, book.summary.state, book.summary.failures) == ("ddddld", "done", {})


def test_a_split_with_other_options_shows_the_new_pages_and_keeps_the_old_ones_until_they_are_there(
    book: Book,
) -> None:
    # Given a book that is done, and a split of it with other options
    book.plan("first")
    book.end("first pages", {})
    book.finish("first")
    book.plan("gray", options=GRAY)

    # Then its pages are shown as being made again
    assert (book.summary.cells, book.summary.options) == ("......", GRAY)

    # When one of them fails, then the earlier images count, and the page says why there is no new one
    book.end("gray pages", {"failed": {"2": "The disk was full."}})
    book.finish("gray", replaced=False)
    assert (book.summary.cells, book.summary.state, book.summary.missing) == ("dldddd", "incomplete", [2])
    assert "earlier image was kept: The disk was full." in book.summary.warnings[2]

    # And when a retry makes it, then the new ones took their place
    book.plan("gray again", pages="2", options=GRAY)
    book.end("gray again pages", {})
    book.finish("gray again")
    assert (book.summary.cells, book.summary.state, book.summary.warnings) == ("dddddd", "done", {})


def test_a_cancelled_split_with_other_options_leaves_the_book_as_it_was(
    book: Book, store: sqlite3.Connection
) -> None:
    # Given a book that is done, and a split of it with other options that is cancelled
    book.plan("first")
    book.end("first pages", {})
    book.finish("first")
    book.plan("gray", options=GRAY)
    cancel(store, ["gray"])
    book.finish("gray", replaced=False)

    # Then it was cancelled, and all its pages are there
    assert (book.summary.cells, book.summary.state) == ("dddddd", "cancelled")


def test_a_book_whose_end_failed_says_why(book: Book) -> None:
    book.plan("first")
    book.end("first pages", {})
    book.submit(FinishSplit(book="gita").new_task(id="end", book="gita", parent="first"))
    book.end("end", None, "FAILURE", "The disk is full.")
    assert (book.summary.state, book.summary.error) == ("incomplete", "The disk is full.")
    assert book.summary.missing == []


def test_what_the_plan_doubts_is_told(book: Book) -> None:
    book.submit(SplitBook(book="gita").new_task(id="first", book="gita"))
    book.end("first", {"pages": 6, "doubt": "Its list of pages is damaged."})
    assert book.summary.doubt == "Its list of pages is damaged."


def test_books_that_ended_since_a_moment(book: Book, store: sqlite3.Connection) -> None:
    # Given a book in work, then it has not ended
    book.plan("first")
    assert books.ended_since(store, 0.0) == []

    # When it is finished, then it has, since any moment before
    book.end("first pages", {})
    book.finish("first")
    ended_at = book.summary.ended_at
    assert ended_at is not None
    assert books.ended_since(store, ended_at - 1) == ["gita"]
    assert books.ended_since(store, ended_at) == []


def test_a_plan_that_failed_ends_the_book_too(book: Book, store: sqlite3.Connection) -> None:
    book.submit(SplitBook(book="gita").new_task(id="first", book="gita"))
    book.end("first", None, "FAILURE", "The PDF has no pages.")
    assert books.ended_since(store, 0.0) == ["gita"]
    assert book.summary.state == "failed"


def test_what_was_never_made_stays_missing_though_one_page_of_it_is_tried(book: Book) -> None:
    # Given a split that was cancelled after its second page
    book.plan("first")
    dispatch.mark_sent(book.store, ["first pages"], "cpu.x.1")
    dispatch.record(book.store, [dispatch.Update("first pages", "PROGRESS", "cpu.x.1", current=2, total=6)])
    book.end("first pages", state="REVOKED")
    book.finish("first")
    assert (book.summary.state, book.summary.missing) == ("cancelled", [3, 4, 5, 6])

    # When one of its pages is made alone, then the others are missing all the same
    book.plan("second", pages="5")
    book.end("second pages", {})
    book.finish("second")
    assert (book.summary.state, book.summary.missing) == ("incomplete", [3, 4, 6])

    # And when those are made, the book is done
    book.plan("third", pages="3-4,6")
    book.end("third pages", {})
    book.finish("third")
    assert (book.summary.state, book.summary.missing) == ("done", [])


def test_of_two_failed_pages_one_is_tried_and_the_other_is_still_owed(book: Book) -> None:
    book.plan("first")
    book.end("first pages", {"failed": {"3": "It is torn.", "6": "It is torn."}})
    book.finish("first")
    book.plan("second", pages="3")
    book.end("second pages", {})
    book.finish("second")
    assert (book.summary.state, book.summary.missing) == ("incomplete", [6])


def test_an_image_that_nobody_wants_any_more_is_not_owed(book: Book) -> None:
    # Given a book that is done, and a split in gray of which a page failed
    book.plan("first")
    book.end("first pages", {})
    book.finish("first")
    book.plan("second", options=GRAY)
    book.end("second pages", {"failed": {"2": "It is torn."}})
    book.finish("second", replaced=False)
    assert book.summary.missing == [2]

    # When another page is made with the first options, then gray ones are wanted no longer
    book.plan("third", pages="4")
    book.end("third pages", {})
    book.finish("third")
    assert (book.summary.state, book.summary.missing) == ("done", [])
