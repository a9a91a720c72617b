"""The Celery tasks of OCR, run one after another without worker or broker."""

import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from ambuda_desktop.books import BookFolder
from ambuda_desktop.errors import AmbudaError, MissingProgram
from ambuda_desktop.library import NewBook, add_book
from ambuda_desktop.params.ocr import OcrBook, OcrPages
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.store import query
from ambuda_desktop.store.control import cancel
from ambuda_desktop.store.dispatch import insert_finishes
from ambuda_desktop.store.submit import insert, insert_book
from ambuda_desktop.store.texts import text_summary
from ambuda_desktop.text_asked import noted, noted_after_split
from ambuda_desktop.worker.ocr.engine import MustWait, PageUnread
from ambuda_desktop.worker.ocr.ranges import STOPS
from ambuda_desktop.worker.task import Park
from ambuda_desktop.worker.tasks import ocr as tasks
from tests.support import pdfs, reading
from tests.support.reading import Reader
from tests.unit.test_split_tasks import end, run


@pytest.fixture
def folder(paths: Paths, store: sqlite3.Connection) -> BookFolder:
    """A book whose twelve page images are there."""
    insert_book(store, "book", "Book", "0" * 64)
    store.execute("UPDATE books SET pages = 12")
    return reading.book(paths.library, 12)


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    """The engine that all tasks use."""
    made = Reader()
    monkeypatch.setattr(tasks, "open_engine", lambda *_: made)
    monkeypatch.setattr(tasks, "check_engine", lambda *_: None)
    return made


def ask(store: sqlite3.Connection, **asked: object) -> str:
    task = OcrBook.model_validate({"book": "book", **asked}).new_task(book="book")
    insert(store, [task])
    return task.id


def ranges(store: sqlite3.Connection, plan: str) -> list[query.Task]:
    return [task for task in query.children(store, plan) if task.name == OcrPages.task]


def test_a_book_goes_through_all_three_tasks(
    folder: BookFolder, store: sqlite3.Connection, reader: Reader
) -> None:
    # Given a plan that runs twice, as it may after a crash
    plan = ask(store)
    first = run(store, plan)
    assert run(store, plan) == first == {"pages": "1-12", "without_image": "", "ranges": 2}
    assert [(task.kwargs["params"]["pages"], task.pool) for task in ranges(store, plan)] == [
        ("1-6", "cpu"),
        ("7-12", "cpu"),
    ]

    # And what was asked stands beside the text until it is done
    assert noted(folder) == OcrBook(book="book")

    # And a book that is added meanwhile has its pages made before
    assert {
        task["priority"] for task in store.execute("SELECT priority FROM tasks WHERE parent = ?", (plan,))
    } == {-1}

    # When its ranges run, and the end after them
    for task in ranges(store, plan):
        assert run(store, task.id)["done"] == 6
        end(store, task.id)
    end(store, plan)
    insert_finishes(store)

    # Then the text is there, page by page and as a whole, and nothing is left to do
    assert run(store, query.children(store, plan)[-1].id) == {
        "pages": 12, "missing": "", "blank": "", "changed": "", "read": 12, "set_aside": [],
    }  # fmt: skip
    assert (folder.path / "book.txt").read_text("utf-8").startswith("[page 1]\npage1\n\n[page 2]\npage2\n")
    assert sorted(reader.read_pages) == list(range(1, 13))
    assert noted(folder) is None


def finished(store: sqlite3.Connection, plan: str) -> dict[str, Any]:
    """What the end of a recognition says whose ranges have all run."""
    for task in ranges(store, plan):
        run(store, task.id)
        end(store, task.id)
    end(store, plan)
    insert_finishes(store)
    last = query.children(store, plan)[-1].id
    found: dict[str, Any] = run(store, last)
    end(store, last)
    return found


def test_only_what_was_read_this_time_is_counted(
    folder: BookFolder, store: sqlite3.Connection, reader: Reader
) -> None:
    # Given a book of which four pages were read
    first = ask(store, pages="1-4")
    run(store, first)
    assert finished(store, first)["read"] == 4

    # When it is read as far as page 8, and a range of that runs twice, and a page of it cannot be read
    reader.answers[6] = PageUnread("It is torn.")
    second = ask(store, pages="1-8")
    run(store, second)
    run(store, ranges(store, second)[-1].id)

    # Then its end counts three pages, once each
    assert finished(store, second)["read"] == 3


def test_google_reads_in_the_pool_that_waits_for_the_network(
    folder: BookFolder, store: sqlite3.Connection, reader: Reader
) -> None:
    plan = ask(store, options=OcrOptions(engine="google"))
    run(store, plan)
    assert [task.pool for task in ranges(store, plan)] == ["net"]


def test_missing_language_data_fails_the_plan_and_nothing_is_submitted(
    folder: BookFolder, store: sqlite3.Connection
) -> None:
    plan = ask(store, options=OcrOptions(model="klingon"))
    with pytest.raises(MissingProgram, match="no language data for klingon"):
        run(store, plan)
    assert query.children(store, plan) == []


def test_without_network_a_range_waits_and_occupies_nobody(
    folder: BookFolder, store: sqlite3.Connection, reader: Reader
) -> None:
    def wait(_images: object) -> None:
        raise MustWait("No network.", "the network since 14:02", 20)

    reader.before = wait
    task = OcrPages(book="book", pages="1-2").new_task(book="book")
    insert(store, [task])
    with pytest.raises(Park) as parked:
        run(store, task.id)
    assert parked.value.waiting_for == "the network since 14:02"
    assert 10 < parked.value.until - time.time() <= 20


def test_a_plan_waits_for_the_recognition_before_it(
    folder: BookFolder, store: sqlite3.Connection, reader: Reader
) -> None:
    first = ask(store)
    run(store, first)
    with pytest.raises(Park, match="the recognition before it"):
        run(store, ask(store))


def test_the_page_that_stopped_its_process_is_read_alone_and_the_others_without_it(
    folder: BookFolder, store: sqlite3.Connection, reader: Reader
) -> None:
    # Given a range that lost its process while page 3 was in hand
    plan = ask(store)
    run(store, plan)
    lost = ranges(store, plan)[0]
    (folder.path / "ocr" / ".3.tries").write_text("1")
    store.execute("UPDATE tasks SET losses = 1 WHERE id = ?", (lost.id,))

    # When it runs again, twice, then it reads nothing: two others are submitted, once
    assert run(store, lost.id)["handed_on"] == "1-6"
    assert run(store, lost.id)["done"] == 0
    assert reader.read_pages == []
    rest, alone = ranges(store, plan)[2:]
    assert [task.kwargs["params"]["pages"] for task in (rest, alone)] == ["1-2,4-6", "3"]
    assert [task.parent for task in (rest, alone)] == [plan, plan]

    # And after its third try the page is given up, without a failed task
    assert run(store, rest.id)["done"] == 5
    (folder.path / "ocr" / ".3.tries").write_text("3")
    store.execute("UPDATE tasks SET losses = 2 WHERE id = ?", (alone.id,))
    assert run(store, alone.id)["failed"] == {"3": STOPS}


def test_a_disk_that_is_full_is_told_as_that(
    folder: BookFolder, store: sqlite3.Connection, reader: Reader
) -> None:
    def fail(_images: object) -> None:
        raise OSError(28, "No space left on device")

    reader.before = fail
    task = OcrPages(book="book", pages="1-2").new_task(book="book")
    insert(store, [task])
    with pytest.raises((AmbudaError, Park), match="disk"):
        run(store, task.id)


@pytest.mark.parametrize("cancelled", [False, True])
def test_a_split_is_followed_by_its_text_unless_it_was_cancelled(
    tmp_path: Path, paths: Paths, store: sqlite3.Connection, cancelled: bool
) -> None:
    # Given a book that is to be split and then recognised
    pdfs.scanned_book(tmp_path / "book.pdf", 3)
    add_book(store, paths, tmp_path / "book.pdf", lambda _done, _all: None, NewBook(then_ocr=OcrOptions()))
    plan = store.execute("SELECT id FROM tasks").fetchone()["id"]
    run(store, plan)
    (pages,) = query.children(store, plan)
    folder = BookFolder(paths.library / "book")
    assert noted_after_split(folder) == OcrBook(book="book", only_missing=True)
    if cancelled:
        cancel(store, [plan])
    else:
        run(store, pages.id)
        end(store, pages.id)
    end(store, plan)
    insert_finishes(store)

    # When its end runs, twice
    for _ in range(2):
        run(store, query.children(store, plan)[-1].id)

    # Then its text is asked for once, or not at all; the note of it stays until that is planned
    assert (noted_after_split(folder) is None) is cancelled
    text = text_summary(store, "book")
    if cancelled:
        assert text is None
    else:
        assert text is not None
        assert text.asked == OcrBook(book="book", only_missing=True)
        assert len([1 for row in store.execute("SELECT name FROM tasks") if row["name"] == OcrBook.task]) == 1
