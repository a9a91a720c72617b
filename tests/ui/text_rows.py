"""Writing the rows and the files of a book's text as workers would."""

import sqlite3
from collections.abc import Mapping

from PIL import Image

from ambuda_desktop.books import BookFolder
from ambuda_desktop.files import sha256
from ambuda_desktop.params.ocr import FinishOcr, OcrBook, OcrPages
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.recognised import save_reading
from ambuda_desktop.store import submit
from tests.support.reading import said
from tests.ui.rows import add_book, end, finish, make_pages, plan_pages

TORN = "The page is torn."


def add_split_book(store: sqlite3.Connection, paths: Paths, pages: int, book: str = "gita") -> BookFolder:
    """A book whose images are there."""
    plan = add_book(store, book, "Gītā")
    make_pages(store, plan_pages(store, plan, pages, per=pages), per=pages)
    finish(store, plan)
    folder = BookFolder(paths.library / book)
    folder.pages.mkdir(parents=True)
    for number in range(1, pages + 1):
        Image.new("L", (100, 50), 200 + number).save(folder.pages / f"{number}.png")
    return folder


def ask_text(store: sqlite3.Connection, asked: OcrBook | None = None) -> submit.NewTask:
    """Somebody asked for the text of a book."""
    asked = asked or OcrBook(book="gita")
    plan = asked.new_task(book=asked.book, priority=5)
    submit.insert(store, [plan])
    return plan


def plan_text(
    store: sqlite3.Connection, plan: submit.NewTask, *ranges: str, options: OcrOptions | None = None
) -> list[str]:
    """Its plan has run: these ranges wait. Returns their ids."""
    assert plan.book
    end(store, plan.id, result={})
    tasks = [
        OcrPages(book=plan.book, pages=pages, options=options or OcrOptions()).new_task(
            book=plan.book, parent=plan.id
        )
        for pages in ranges
    ]
    submit.insert(store, tasks)
    return [task.id for task in tasks]


def finish_text(store: sqlite3.Connection, plan: submit.NewTask) -> None:
    """The finish task of a text has run."""
    assert plan.book
    last = FinishOcr(book=plan.book).new_task(book=plan.book, parent=plan.id)
    submit.insert(store, [last])
    end(store, last.id, result={})


def read_text(
    store: sqlite3.Connection, confidence: Mapping[int, float | None], failed: Mapping[int, str] | None = None,
    kept: list[int] | None = None,
) -> submit.NewTask:  # fmt: skip
    """The text of the book has been read, so sure of each page."""
    plan = ask_text(store)
    pages = len(confidence) + len(failed or {})
    (only,) = plan_text(store, plan, f"1-{pages}")
    end(store, only, result={"confidence": confidence, "failed": failed or {}, "kept": kept or []})
    finish_text(store, plan)
    return plan


def write_page(folder: BookFolder, number: int, *words: str, confidence: float | None = 0.9) -> None:
    """A worker has read this page."""
    image = folder.page(number)
    assert image is not None
    save_reading(folder, number, said(*words, confidence=confidence), OcrOptions().key, sha256(image))
