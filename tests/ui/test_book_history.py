import sqlite3

from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.retry import retry_book, retry_pages, split_again
from ambuda_desktop.store import query
from ambuda_desktop.store.control import cancel
from ambuda_desktop.store.submit import NewTask
from ambuda_desktop.ui.book_history import MOST, history
from tests.ui.rows import BAD_PAGE, add_book, end, finish, make_pages, plan_pages
from tests.ui.text_rows import ask_text, finish_text, plan_text


def lines(store: sqlite3.Connection) -> list[str]:
    return [line.split("  ", 1)[1] for line in history(store, "gita")]


def run(store: sqlite3.Connection, task: str, pages: int, failed: dict[int, str] | None = None) -> None:
    """The split that `task` planned runs to its end."""
    plan = NewTask("ambuda.split_book", id=task, book="gita")
    make_pages(store, plan_pages(store, plan, pages, per=pages), per=pages, failed=failed)
    finish(store, plan)


def test_a_book_that_was_split_once_has_none(store: sqlite3.Connection) -> None:
    run(store, add_book(store, "gita", "Gītā").id, 4)
    assert history(store, "gita") == []


def test_retries_and_other_options_are_one_history(store: sqlite3.Connection) -> None:
    run(store, add_book(store, "gita", "Gītā").id, 4, failed={2: BAD_PAGE, 3: BAD_PAGE})
    retry_book(store, "gita")
    assert lines(store) == ["split, all pages as JPEG 90: 2 pages failed", "retried, pages 2–3: going on"]
    seq = query.task_seqs(store, query.TaskFilter(group="waiting"))
    run(store, query.task_ids(store, seq)[0], 4)
    again = split_again(store, "gita", None, PageOptions(format="png"))
    cancel(store, [again])
    assert lines(store)[1:] == ["retried, pages 2–3: done", "split again, all pages as PNG: cancelled"]


def test_a_long_one_keeps_its_beginning_and_its_end(store: sqlite3.Connection) -> None:
    run(store, add_book(store, "gita", "Gītā").id, 4)
    for number in range(12):
        cancel(store, [split_again(store, "gita", None, PageOptions(quality=50 + number))])
    said = history(store, "gita")
    assert len(said) == MOST + 1
    assert said[1] == "… 5 more …"
    assert "JPEG 61" in said[-1]


def test_texts_are_in_it_and_how_they_ended(store: sqlite3.Connection) -> None:
    run(store, add_book(store, "gita", "Gītā").id, 4)
    old_type = OcrOptions(preset="old type")

    # When the text is asked for, and a page cannot be read; then a plan fails; then one is cancelled
    first = ask_text(store)
    (pages,) = plan_text(store, first, "1-4")
    assert lines(store)[1:] == ["text of all pages by Tesseract, Devanagari: going on"]
    end(store, pages, result={"failed": {"2": "It is torn."}})
    finish_text(store, first)
    end(
        store,
        ask_text(store, OcrBook(book="gita", pages="2", options=old_type)).id,
        "FAILURE",
        error="No data.",
    )
    cancel(store, [ask_text(store, OcrBook(book="gita", only_missing=True)).id])
    end(store, ask_text(store, OcrBook(book="gita", below=0.6)).id, "FAILURE", error="No data.")
    retry_pages(store, "gita", [2])

    # Then each has its line, among those of the images
    assert lines(store) == [
        "split, all pages as JPEG 90: done",
        "text of all pages by Tesseract, Devanagari: 1 page not read",
        "text of pages 2 by Tesseract, Devanagari, old type: No data.",
        "text of all pages without one by Tesseract, Devanagari: cancelled",
        "text of all pages with less confidence than 60 % by Tesseract, Devanagari: No data.",
        "retried, pages 2: going on",
    ]


def test_a_text_whose_range_or_end_failed_says_so(store: sqlite3.Connection) -> None:
    run(store, add_book(store, "gita", "Gītā").id, 4)
    plan = ask_text(store)
    (pages,) = plan_text(store, plan, "1-4")
    end(store, pages, "FAILURE", error="The disk is full.")
    finish_text(store, plan)
    assert lines(store)[1].endswith(": 4 pages not read")
    store.execute("UPDATE tasks SET state = 'FAILURE', error = 'No room.' WHERE name = 'ambuda.finish_ocr'")
    assert lines(store)[1].endswith(": No room.")
