"""store/texts.py, recognising.py and retry.py: a book's text as its tasks tell it, and trying it again."""

import sqlite3

import pytest

from ambuda_desktop import retry
from ambuda_desktop.cli import words
from ambuda_desktop.errors import BadInput, NotFound
from ambuda_desktop.params.ocr import FinishOcr, OcrBook, OcrPages
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.recognising import recognise, retry_text
from ambuda_desktop.store import books, dispatch, query
from ambuda_desktop.store.control import cancel
from ambuda_desktop.store.texts import TextSummary, is_read_by_another, text_summary
from tests.unit.test_pages import Book

OLD_TYPE = OcrOptions(preset="old type")


class Text(Book):
    """A book that is split, and the tasks of its text as workers would end them."""

    def __init__(self, store: sqlite3.Connection) -> None:
        super().__init__(store)
        self.plan("split")
        self.end("split pages", {})
        self.finish("split")

    def ask(self, name: str, options: OcrOptions | None = None, pages: str | None = None) -> None:
        asked = OcrBook(book="gita", options=options or OcrOptions(), pages=pages)
        self.submit(asked.new_task(id=name, book="gita"))

    def planned(self, name: str, *ranges: str, options: OcrOptions | None = None) -> None:
        """Its plan has run, and submitted these ranges, called `name 0` and so on."""
        self.end(name, {})
        for index, pages in enumerate(ranges):
            child = OcrPages(book="gita", pages=pages, options=options or OcrOptions())
            self.submit(child.new_task(id=f"{name} {index}", book="gita", parent=name))

    def ended(self, name: str, state: str = "SUCCESS", **result: object) -> None:
        self.submit(FinishOcr(book="gita").new_task(id=f"{name} end", book="gita", parent=name))
        self.end(f"{name} end", result, state, error=None if state == "SUCCESS" else "The disk is full.")

    @property
    def text(self) -> TextSummary:
        found = text_summary(self.store, "gita")
        assert found is not None
        return found


@pytest.fixture
def book(store: sqlite3.Connection) -> Text:
    return Text(store)


def asked(store: sqlite3.Connection, task_id: str) -> OcrBook:
    found = query.task(store, task_id)
    assert found is not None
    return OcrBook.model_validate(found.kwargs["params"])


def test_a_book_that_is_being_recognised_is_split_all_the_same(book: Text, store: sqlite3.Connection) -> None:
    # Given a book that is split, of which nobody asked for the text
    assert text_summary(store, "gita") is None

    # When its text is asked for, planned, worked on, and fails
    before = book.summary
    book.ask("text")
    assert (book.summary, book.text.state) == (before, "waiting")
    book.planned("text", "1-3", "4-6")
    assert (book.summary, book.text.state, book.text.cells) == (before, "working", "......")
    book.end("text 0", None, "FAILURE", "The disk is full.")
    book.end("text 1", {"failed": {"5": "It is torn."}, "confidence": {"4": 0.5, "6": None}})
    book.ended("text")

    # Then that is said of its text only
    assert (book.summary, book.text.state, book.text.cells) == (before, "incomplete", "xxxdxd")
    assert book.text.failures == {1: "The disk is full.", 2: "The disk is full.", 3: "The disk is full.",
                                  5: "It is torn."}  # fmt: skip
    assert book.text.confidence == {4: 0.5, 6: None}
    assert (book.text.missing, book.text.done, book.text.error) == ([1, 2, 3, 5], 2, "The disk is full.")
    assert books.failed_tasks(store, "gita", None) == []


def test_pages_are_told_while_they_are_read(book: Text) -> None:
    book.ask("text")
    book.planned("text", "1-3", "4-6")
    dispatch.mark_sent(book.store, ["text 0"], "cpu.x.1")
    dispatch.record(book.store, [dispatch.Update("text 0", "PROGRESS", "cpu.x.1", current=1, total=3)])
    assert (book.text.cells, book.text.tried, book.text.wanted) == ("dr....", 1, 6)


def test_what_a_range_handed_on_is_told_by_those_who_took_it(book: Text) -> None:
    # Given a range that stopped its process, and gave its pages to two others
    book.ask("text")
    book.planned("text", "1-6")
    book.end("text 0", {"done": 0, "failed": {}, "handed_on": "1-6"})
    for name, pages in (("rest", "1,3-6"), ("alone", "2")):
        book.submit(OcrPages(book="gita", pages=pages).new_task(id=name, book="gita", parent="text"))
    assert (book.text.cells, book.text.state, book.text.tried) == ("......", "working", 0)

    # When they end, then each page has one end
    book.end("rest", {})
    book.end("alone", {"failed": {"2": "It stops its worker."}})
    book.ended("text")
    assert (book.text.cells, book.text.missing, book.text.tried) == ("dxdddd", [2], 6)


@pytest.mark.parametrize(("state", "told"), [("FAILURE", "incomplete"), ("REVOKED", "cancelled")])
def test_a_page_that_could_not_be_read_is_none_that_was_though_its_range_ends_badly(
    book: Text, state: str, told: str
) -> None:
    # Given a range that came to its fifth page, and whose second could not be read
    book.ask("text")
    book.planned("text", "1-6")
    dispatch.mark_sent(book.store, ["text 0"], "cpu.x.1")
    dispatch.record(book.store, [dispatch.Update("text 0", "PROGRESS", "cpu.x.1", current=4, total=6)])

    # When it fails or is cancelled, and the end finds no text of that page
    book.end("text 0", state=state, error="The disk is full." if state == "FAILURE" else None)
    book.ended("text", missing="2,5-6")

    # Then that page is among those to be tried again
    assert (book.text.state, book.text.missing, book.text.done) == (told, [2, 5, 6], 3)
    assert book.text.cells[:4] == "dxdd"
    assert book.text.failures[2] == "The page could not be read."


def test_a_text_that_cannot_be_made_again_stays(book: Text) -> None:
    # Given a text that is complete, and is made in another way
    book.ask("one")
    book.planned("one", "1-6")
    book.end("one 0", {})
    book.ended("one")
    book.ask("two", OLD_TYPE)
    book.planned("two", "1-6", options=OLD_TYPE)
    assert book.text.cells == "......"

    # When a page of that fails, and another is not reached
    dispatch.mark_sent(book.store, ["two 0"], "cpu.x.1")
    dispatch.record(book.store, [dispatch.Update("two 0", "PROGRESS", "cpu.x.1", current=5, total=6)])
    cancel(book.store, ["two"])
    book.end("two 0", state="REVOKED")
    book.ended("two")
    assert (book.text.cells, book.text.state, book.text.missing) == ("dddddd", "cancelled", [6])

    book.ask("three", OLD_TYPE)
    book.planned("three", "6", options=OLD_TYPE)
    book.end("three 0", {"failed": {"6": "It is torn."}})
    book.ended("three")
    assert (book.text.cells, book.text.state) == ("dddddl", "incomplete")
    assert "earlier text was kept: It is torn." in book.text.warnings[6]


def test_what_a_person_made_of_the_whole_text_is_told(book: Text) -> None:
    book.ask("text")
    book.planned("text", "1-6")
    book.end("text 0", {})
    assert book.text.set_aside == []
    book.ended("text", set_aside=["gita.1.txt"])
    assert book.text.set_aside == ["gita.1.txt"]
    assert "changed the whole text: gita.1.txt" in words.text_sentence(book.text)


def test_a_plan_with_nothing_to_read_ends_well(book: Text) -> None:
    book.ask("text")
    book.planned("text")
    book.ended("text")
    assert (book.text.state, book.text.wanted) == ("done", 0)


@pytest.mark.parametrize(("state", "told"), [("FAILURE", "failed"), ("REVOKED", "cancelled")])
def test_a_plan_that_ended_otherwise_is_told(book: Text, state: str, told: str) -> None:
    book.ask("text")
    book.end("text", None, state, "There is no data.")
    assert book.text.state == told


def test_what_it_waits_for_is_told(book: Text) -> None:
    book.ask("text")
    book.planned("text", "1-6")
    book.store.execute("UPDATE tasks SET waiting_for = 'the network since 14:02' WHERE id = 'text 0'")
    assert (book.text.waiting_for, book.summary.waiting_for) == ("the network since 14:02", None)


def test_one_recognition_at_a_time(book: Text, store: sqlite3.Connection) -> None:
    # Given a recognition that is worked on: whoever asks is refused, and a later plan waits
    book.ask("one")
    book.planned("one", "1-6")
    with pytest.raises(BadInput, match="is being recognised already"):
        recognise(store, OcrBook(book="gita"))
    book.ask("two")
    assert is_read_by_another(store, "gita", "two")
    assert not is_read_by_another(store, "gita", "one")

    # When it has ended, then that one goes
    book.end("one 0", {})
    book.ended("one")
    assert not is_read_by_another(store, "gita", "two")
    with pytest.raises(NotFound):
        recognise(store, OcrBook(book="nobody"))


def test_a_text_is_tried_again_where_pages_were_not_read(book: Text, store: sqlite3.Connection) -> None:
    # Given a book that is split, and a text of which a range failed
    book.ask("text", OLD_TYPE)
    book.planned("text", "1-3", "4-6", options=OLD_TYPE)
    book.end("text 0", None, "FAILURE", "The disk is full.")
    book.end("text 1", {})
    book.ended("text")

    # When the book is tried again, then only those pages are, in the same way, and nothing counts as failed
    (new,) = retry.retry_book(store, "gita")
    assert asked(store, new) == OcrBook(book="gita", pages="1-3", options=OLD_TYPE)
    assert query.counts(store)["failed"] == 0

    # And once that is done, nothing is left to try
    book.planned(new, "1-3", options=OLD_TYPE)
    book.end(f"{new} 0", {})
    book.ended(new)
    assert book.text.state == "done"
    with pytest.raises(BadInput, match="there already"):
        retry.retry_book(store, "gita")
    with pytest.raises(BadInput, match="complete already"):
        retry_text(store, "gita")


@pytest.mark.parametrize("state", ["FAILURE", "REVOKED"])
@pytest.mark.parametrize(("second", "again"), [("4-5", "2,4-5"), (None, None)])
def test_what_a_plan_that_came_to_nothing_was_asked_for_is_not_forgotten(
    book: Text, store: sqlite3.Connection, state: str, second: str | None, again: str | None
) -> None:
    # Given a page that could not be read, and a wish for others whose plan failed or was cancelled
    book.ask("one", pages="1-3")
    book.planned("one", "1-3")
    book.end("one 0", {"failed": {"2": "It is torn."}})
    book.ended("one")
    book.ask("two", OLD_TYPE, second)
    book.end("two", None, state, "There is no data.")

    # When the text is tried again, twice, because that plan fails too, then all of these pages are asked for
    for _ in range(2):
        new = retry_text(store, "gita")
        assert asked(store, new) == OcrBook(book="gita", options=OLD_TYPE, pages=again)
        book.end(new, None, state, "There is no data.")


def test_a_failed_ocr_task_does_not_split_the_book_again(book: Text, store: sqlite3.Connection) -> None:
    book.ask("text")
    book.planned("text", "1-3", "4-6")
    book.end("text 0", None, "FAILURE", "The disk is full.")
    book.end("text 1", None, "FAILURE", "The disk is full.")
    book.ended("text")
    (new,), refused = retry.retry_tasks(store, ["text 0", "text 1"])
    assert (asked(store, new).pages, refused) == ("1-6", [])


def test_a_failed_end_is_tried_again_with_all_that_was_asked(book: Text, store: sqlite3.Connection) -> None:
    book.ask("text")
    book.planned("text", "1-6")
    book.end("text 0", {})
    book.ended("text", "FAILURE")
    assert book.text.state == "incomplete"
    assert asked(store, retry.retry_task(store, "text end")) == OcrBook(book="gita")


def test_a_book_that_lacks_images_and_text_is_tried_again_in_both(store: sqlite3.Connection) -> None:
    # Given a book of which a page could not be made, and another not be read
    book = Text(store)
    book.plan("split again", pages="2", options=PageOptions(grayscale=True))
    book.end("split again pages", {"failed": {"2": "It is torn."}})
    book.finish("split again", replaced=False)
    book.ask("text", pages="3-4")
    book.planned("text", "3-4")
    book.end("text 0", {"failed": {"4": "It is torn."}})
    book.ended("text")

    # When it is tried again, then both are
    images, read = retry.retry_book(store, "gita")
    found = query.task(store, images)
    assert found is not None
    assert found.kwargs["params"]["pages"] == "2"
    assert asked(store, read).pages == "4"


@pytest.fixture
def torn(store: sqlite3.Connection) -> Text:
    """A book of which a page could not be made, and whose text was asked for and planned."""
    book = Text(store)
    book.plan("split again", pages="2", options=PageOptions(grayscale=True))
    book.end("split again pages", {"failed": {"2": "It is torn."}})
    book.finish("split again", replaced=False)
    book.ask("text", pages="3-4")
    book.planned("text", "3-4")
    return book


def stop(book: Text) -> None:
    """A person cancels its text."""
    cancel(book.store, ["text"])
    book.ended("text", missing="3-4")
    assert book.text.state == "cancelled"


def test_a_text_that_was_cancelled_does_not_go_along_with_the_images(
    torn: Text, store: sqlite3.Connection
) -> None:
    # Given a page that lacks its image, and a text that was cancelled; when the book is tried again
    stop(torn)
    (images,) = retry.retry_book(store, "gita")
    assert torn.text.state == "cancelled"

    # Then the text is tried again once that image is there
    torn.plan("third", pages="2", options=PageOptions(grayscale=True))
    for task in (images, "third pages"):
        torn.end(task, {})
    torn.finish("third")
    (text,) = retry.retry_book(store, "gita")
    assert asked(store, text).pages == "3-4"


def test_who_thinks_better_of_a_cancel_has_images_and_text(torn: Text, store: sqlite3.Connection) -> None:
    stop(torn)
    _images, text = retry.retry_book(store, "gita", after_all=True)
    assert asked(store, text).pages == "3-4"


def test_images_and_text_are_tried_again_together_or_not_at_all(
    torn: Text, store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a text that failed in a page, and cannot be accepted
    torn.end("text 0", {"failed": {"4": "It is torn."}})
    torn.ended("text")

    def refuse(*_: object) -> str:
        raise BadInput("on purpose")

    monkeypatch.setattr(retry, "retry_text", refuse)

    # Then nothing is
    with pytest.raises(BadInput, match="on purpose"):
        retry.retry_book(store, "gita")
    assert query.counts(store)["waiting"] == 0
    assert torn.summary.state == "incomplete"


def test_all_that_failed_has_the_text_among_it(book: Text, store: sqlite3.Connection) -> None:
    book.ask("text")
    book.end("text", None, "FAILURE", "There is no data.")
    (new,) = retry.retry_failed(store)
    assert asked(store, new) == OcrBook(book="gita")
    assert retry.retry_failed(store) == []


def test_a_split_that_is_tried_again_is_recognised_then_too(store: sqlite3.Connection) -> None:
    # Given a split that was to be followed by its text, and failed in a page
    from ambuda_desktop.params.split import SplitBook

    torn = Book(store)
    plan = SplitBook(book="gita", then_ocr=OLD_TYPE)
    torn.submit(plan.new_task(id="first", book="gita"))
    torn.end("first", None, "FAILURE", "The disk is full.")

    # Then its retry asks for the same
    found = query.task(store, retry.retry_book(store, "gita")[0])
    assert found is not None
    assert SplitBook.model_validate(found.kwargs["params"]).then_ocr == OLD_TYPE
