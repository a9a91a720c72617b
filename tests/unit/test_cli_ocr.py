"""cli/ocr.py: the text of books and of loose pictures; and what other commands say of it."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from ambuda_desktop.books import BookFolder
from ambuda_desktop.cli import words
from ambuda_desktop.files import sha256
from ambuda_desktop.google_account import EMULATOR
from ambuda_desktop.params.ocr import FinishOcr, OcrBook, OcrPages
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.params.split import SplitBook, SplitPages
from ambuda_desktop.paths import Paths
from ambuda_desktop.recognised import save_reading
from ambuda_desktop.store import query
from ambuda_desktop.store.texts import TextSummary, text_summary
from ambuda_desktop.worker.ocr.engine import PageUnread
from tests.support import pdfs, reading
from tests.support.commands import Commands
from tests.support.fake_vision import fake_vision, lines
from tests.support.reading import Reader, said
from tests.unit.test_pages import Book


@pytest.fixture
def book(paths: Paths, store: sqlite3.Connection) -> BookFolder:
    """The book “Gītā”, whose six pages are there."""
    made = Book(store)
    made.plan("split")
    made.end("split pages", {})
    made.finish("split")
    return reading.book(paths.library, 6, "gita")


def see(store: sqlite3.Connection) -> TextSummary:
    text = text_summary(store, "gita")
    assert text is not None
    return text


def asked(store: sqlite3.Connection) -> OcrBook:
    text = text_summary(store, "gita")
    assert text is not None
    return text.asked


def test_a_picture_is_read_at_once_and_nothing_is_left_of_it(
    commands: Commands, paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a picture with text, a blank one, and one that is damaged
    reader = Reader(at_once=2)
    reader.answers = {1: said("राम"), 2: said(), 3: PageUnread("3.png is damaged.")}
    monkeypatch.setattr("ambuda_desktop.worker.ocr.opening.open_engine", lambda *_: reader)
    images = [str(tmp_path / f"{number}.png") for number in (1, 2, 3)]

    # When they are read
    done = commands.run("ocr", *images, code=3)

    # Then the text is all there is on standard output
    assert done.stdout == "राम\n"
    assert f"There is no text on {images[1]}." in done.stderr
    assert "3.png is damaged" in done.stderr
    assert reader.read_pages == [1, 2, 3]
    assert not paths.store.exists()
    one = commands.json("ocr", images[0])
    assert (one["image"], one["engine"], one["words"][0]["line"]) == (images[0], "tesseract", 0)


def test_a_picture_that_has_to_wait_is_asked_for_again_and_the_others_only_once(
    commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given an engine that answers to the first of two pictures not at once
    reader = Reader(at_once=2)
    monkeypatch.setattr("ambuda_desktop.worker.ocr.opening.open_engine", lambda *_: reader)
    reader.waits = {1}

    def before(images: Sequence[Path]) -> None:
        if len(reader.read_pages) == 2:
            reader.waits = set()

    reader.before = before

    # When they are read, then both are, and why they come in another order is said
    done = commands.run("ocr", *(str(tmp_path / f"{number}.png") for number in (1, 2)))
    assert done.stdout == "page2\npage1\n"
    assert "1.png has no answer yet" in done.stderr
    assert reader.read_pages == [1, 2, 1]


def test_a_book_is_asked_for_and_what_will_be_read_is_said(
    commands: Commands, book: BookFolder, store: sqlite3.Connection
) -> None:
    done = commands.run("ocr", "gita", "--model", "san+Devanagari", "--preset", "old-type", "--pages", "2-9")
    assert "has no image of page 7-9" in done.stderr
    assert "5 pages will be read" in done.stderr
    options = OcrOptions(model="san+Devanagari", preset="old type")
    assert asked(store) == OcrBook(book="gita", options=options, pages="2-9", only_missing=True)

    # And nobody asks for it twice
    assert "being recognised already" in commands.err("ocr", "gita", code=3)


def test_pages_that_have_a_text_are_read_only_where_that_is_said(
    commands: Commands, book: BookFolder, store: sqlite3.Connection
) -> None:
    for number in range(1, 7):
        save_reading(book, number, said("राम", confidence=number / 10), "key", "image")
    assert "--again reads them again" in commands.out("ocr", "gita")
    assert "lower" in commands.out("ocr", "--help")
    assert "with a confidence below 0.1" in commands.out("ocr", "gita", "--below", "0.1")
    assert text_summary(store, "gita") is None
    assert "2 pages will be read" in commands.run("ocr", "gita", "--below", "0.3").stderr


def test_again_reads_all(commands: Commands, book: BookFolder, store: sqlite3.Connection) -> None:
    save_reading(book, 1, said("राम"), "key", "image")
    assert commands.json("ocr", "gita", "--again")["state"] == "waiting"
    assert asked(store) == OcrBook(book="gita")


def test_missing_data_and_credentials_are_said_before_anything_begins(
    commands: Commands, book: BookFolder, store: sqlite3.Connection, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "nobody"))
    monkeypatch.setattr("ambuda_desktop.secrets.read", lambda *_: None)
    assert "no language data for klingon" in commands.err("ocr", "gita", "--model", "klingon", code=7)
    assert "no credentials" in commands.err("ocr", "gita", "--engine", "google", code=3)
    assert "is not the name of a model" in commands.err("ocr", "gita", "--model", "../x", code=2)
    assert text_summary(store, "gita") is None


def test_the_price_is_said_before(
    commands: Commands, book: BookFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(EMULATOR, "127.0.0.1:9")
    said_first = commands.run("ocr", "gita", "--engine", "google").stderr
    assert "Google will read 6 pages, less than $0.01." in said_first


def test_pages_that_were_read_in_this_way_are_in_no_price(
    commands: Commands, book: BookFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a page that Google read, one that it read of another image, and one that was read in another way
    monkeypatch.setenv(EMULATOR, "127.0.0.1:9")
    key = OcrOptions(engine="google").key
    save_reading(book, 1, said("राम"), key, sha256(book.pages / "1.png"))
    save_reading(book, 2, said("राम"), key, "another image")
    save_reading(book, 3, said("राम"), "tesseract", sha256(book.pages / "3.png"))

    # Then the first costs nothing
    said_first = commands.run("ocr", "gita", "--engine", "google", "--again").stderr
    assert "1 page read in this way before stays as it is." in said_first
    assert "Google will read 5 pages, less than $0.01." in said_first


def test_what_google_read_is_said_after(store: sqlite3.Connection) -> None:
    made = Book(store)
    for name, engine, words_after in (("a", "google", "read by Google this time: 312 pages, about $0.47"),
                                      ("b", "tesseract", None)):  # fmt: skip
        plan = OcrBook.model_validate({"book": "gita", "options": {"engine": engine}})
        made.submit(plan.new_task(id=name, book="gita"))
        read_book(made, name, {}, ended={"read": 312})
        assert see(store).read == 312
        assert (words_after or "6 pages with text") in words.text_sentence(see(store))
        assert ("$" in words.text_sentence(see(store))) == bool(words_after)


def test_what_is_not_said_comes_from_the_settings(
    commands: Commands, book: BookFolder, store: sqlite3.Connection, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    # Given that Tesseract with a model is usual
    commands.run("settings", "set", "ocr.model", "san+Devanagari")
    commands.run("settings", "set", "ocr.preset", "old type")
    pdfs.scanned_book(tmp_path / "book.pdf", 2)

    # When nothing is said, then that is taken
    commands.run("ocr", "gita")
    assert asked(store).options == OcrOptions(model="san+Devanagari", preset="old type")
    commands.run("split", str(tmp_path / "book.pdf"), "--then-ocr")
    (plan,) = store.execute("SELECT id FROM tasks WHERE book = 'book'").fetchall()
    found = query.task(store, plan["id"])
    assert found is not None
    assert found.kwargs["params"]["then_ocr"]["model"] == "san+Devanagari"

    # And what is said takes the place of all of it
    commands.run("cancel", "gita")
    commands.run("ocr", "gita", "--engine", "tesseract")
    assert asked(store).options == OcrOptions()

    # And another engine takes no model of this one with it
    monkeypatch.setenv(EMULATOR, "127.0.0.1:9")
    commands.run("settings", "set", "ocr.engine", "google")
    commands.run("cancel", "gita")
    commands.run("ocr", "gita")
    assert asked(store).options == OcrOptions(engine="google")


def test_a_book_without_images_says_so(commands: Commands, store: sqlite3.Connection, paths: Paths) -> None:
    Book(store)
    (paths.library / "gita").mkdir()
    assert "no page images yet" in commands.err("ocr", "gita", code=3)
    assert "There is no book “nobody”" in commands.err("ocr", "nobody", code=4)
    assert "nobody.png is no longer there" in commands.err("ocr", "nobody.png", code=3)


def test_a_pdf_is_no_picture_and_a_book_may_be_called_like_a_file(
    commands: Commands, book: BookFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gita").write_text("not the book")
    assert "6 pages will be read" in commands.run("ocr", "gita").stderr
    pdfs.scanned_book(tmp_path / "book.pdf", 1)
    assert "split book.pdf --then-ocr" in commands.err("ocr", "book.pdf", code=3)


def test_doctor_asks_google_with_the_account_that_is_set(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fake_vision(default=lines("कमल")) as server:
        monkeypatch.setenv(EMULATOR, server.endpoint)
        assert "reads “कमल”" in commands.out("doctor", "--vision")
        server.default = lines("कमला")
        assert "reads “कमला” for “कमल”" in commands.out("doctor", "--vision")
        server.stop()
        assert "cannot be reached" in commands.out("doctor", "--vision", code=1)


def test_a_split_may_be_followed_by_its_text(
    commands: Commands, tmp_path: Path, store: sqlite3.Connection
) -> None:
    pdfs.scanned_book(tmp_path / "book.pdf", 2)
    commands.run("split", str(tmp_path / "book.pdf"), "--then-ocr")
    (task,) = query.tasks(store, query.task_seqs(store, query.TaskFilter())).values()
    assert SplitBook.model_validate(task.kwargs["params"]).then_ocr == OcrOptions()


@pytest.fixture
def worked(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """What workers do while a command waits, one after the other."""
    steps: list[Callable[[], None]] = []
    monkeypatch.setattr("ambuda_desktop.cli.waiting.Waiter.start", lambda _: None)
    monkeypatch.setattr("ambuda_desktop.cli.waiting.Waiter.rest", lambda _: steps.pop(0)())
    return steps


def read_book(
    made: Book,
    name: str,
    result: dict[str, object],
    pages: str = "1-6",
    ended: dict[str, object] | None = None,
) -> None:
    """Workers have read these pages, as this task asked."""
    made.submit(OcrPages(book="gita", pages=pages).new_task(id=f"{name} 0", book="gita", parent=name))
    made.submit(FinishOcr(book="gita").new_task(id=f"{name} end", book="gita", parent=name))
    for task, value in ((name, {}), (f"{name} 0", result), (f"{name} end", ended or {})):
        made.end(task, value)


def test_a_retry_waits_for_the_text(
    commands: Commands, store: sqlite3.Connection, paths: Paths, worked: list[Callable[[], None]]
) -> None:
    # Given a book whose images are there, and whose text lacks a page
    made = Book(store)
    made.plan("split")
    made.end("split pages", {})
    made.finish("split")
    made.submit(OcrBook(book="gita").new_task(id="text", book="gita"))
    read_book(made, "text", {"failed": {"2": "It is torn."}})

    # When it is tried again, and that page is read while the command waits
    worked.append(lambda: read_book(made, str(see(store).task), {}, pages="2"))
    said = commands.out("retry", "gita", "--wait")

    # Then it ends with the text, and says nothing of images
    assert said == "Gītā: 6 pages with text\n"


@pytest.mark.parametrize("by_id", [True, False])
def test_what_google_will_ask_is_said_of_a_retry(
    commands: Commands, store: sqlite3.Connection, paths: Paths, by_id: bool
) -> None:
    # Given a text of which Google could not read two pages
    reading.book(paths.library, 6, "gita")
    google = OcrOptions(engine="google")
    made = Book(store)
    made.plan("split")
    made.end("split pages", {})
    made.finish("split")
    made.submit(OcrBook(book="gita", options=google).new_task(id="text", book="gita"))
    read_book(made, "text", {"failed": {"2": "Retry it later.", "5": "Retry it later."}})

    # When they are tried again
    done = commands.run("retry", *(["gita"] if by_id else ["--failed"]))

    # Then the price of these is told
    assert "Google will read 2 pages, less than $0.01." in done.stderr


def test_a_text_that_stays_cancelled_is_told_when_the_images_are_tried_again(
    commands: Commands, store: sqlite3.Connection
) -> None:
    made = Book(store)
    made.plan("split")
    made.end("split pages", {"failed": {"2": "It is torn."}})
    made.finish("split")
    made.submit(OcrBook(book="gita").new_task(id="text", book="gita"))
    commands.out("cancel", "gita")
    assert "“Gītā” was cancelled and stays so" in commands.run("retry", "gita").stderr


def test_a_page_that_cannot_be_made_holds_up_no_text(
    commands: Commands, store: sqlite3.Connection, paths: Paths, worked: list[Callable[[], None]]
) -> None:
    # Given a book whose text follows, and of which a page cannot be made
    made = Book(store)
    made.submit(SplitBook(book="gita", then_ocr=OcrOptions()).new_task(id="split", book="gita"))
    made.end("split", None, "FAILURE", "The disk is full.")

    def split() -> None:
        (plan,) = store.execute("SELECT id FROM tasks WHERE state = 'PENDING'").fetchall()
        child = SplitPages(book="gita", pages="1-6").new_task(id="pages", book="gita", parent=plan["id"])
        made.submit(child)
        made.end(plan["id"], {"pages": 6})
        made.end("pages", {"failed": {"2": "It is torn."}})
        made.finish(plan["id"])
        made.submit(OcrBook(book="gita", only_missing=True).new_task(id="text", book="gita"))

    # When it is tried again, then the command ends with the text, and tells both
    worked += [split, lambda: read_book(made, "text", {"failed": {"3": "It is blurred."}})]
    done = commands.run("retry", "gita", "--wait", code=8)
    assert "page 2 failed: It is torn." in done.stdout
    assert "page 3 failed: It is blurred." in done.stdout
    assert "Not all pages were made." in done.stderr
    assert "Not all pages were read." in done.stderr
    assert worked == []


def test_cancelling_a_book_ends_its_text_too(
    commands: Commands, book: BookFolder, store: sqlite3.Connection
) -> None:
    commands.run("ocr", "gita")
    assert commands.json("cancel", "gita") == {"cancelled": 1}
    text = text_summary(store, "gita")
    assert text is not None
    assert text.state == "cancelled"


def test_show_tells_of_the_text(commands: Commands, book: BookFolder, store: sqlite3.Connection) -> None:
    assert commands.json("show", "gita")["text"] is None
    commands.run("ocr", "gita")
    assert "Text       waiting: not planned yet" in commands.out("show", "gita")
    shown = commands.json("show", "gita")
    assert (shown["state"], shown["text"]["state"], len(shown["splits"])) == ("done", "waiting", 1)
    assert "waiting    text of all pages without one, tesseract Devanagari  " in commands.out("show", "gita")


def test_tasks_have_names(store: sqlite3.Connection, commands: Commands, book: BookFolder) -> None:
    from ambuda_desktop.store.submit import insert

    insert(store, [OcrPages(book="gita", pages="3-4").new_task(id="a", book="gita")])
    found = query.task(store, "a")
    assert found is not None
    assert words.task_name(found) == "read pages 3-4"
    assert json.loads(json.dumps(found.kwargs))["params"]["pages"] == "3-4"
