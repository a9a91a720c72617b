"""The Celery tasks of a split, run one after another without worker or broker."""

import errno
import json
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from ambuda_desktop.books import book_folder
from ambuda_desktop.celery_app import app
from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.library import add_book
from ambuda_desktop.manifest import Manifest
from ambuda_desktop.params.split import SplitPages
from ambuda_desktop.paths import Paths
from ambuda_desktop.store import query
from ambuda_desktop.store.dispatch import insert_finishes
from ambuda_desktop.store.submit import insert
from ambuda_desktop.worker.task import Park
from ambuda_desktop.worker.tasks import split as tasks
from ambuda_desktop.worker.tasks.split import split_pages
from tests.support import pdfs


def run(store: sqlite3.Connection, task_id: str) -> Any:
    """Run a waiting task as Celery would: the parameters are JSON, and the request has the id."""
    row = query.task(store, task_id)
    assert row is not None
    task = app.tasks[row.name]
    task.push_request(id=row.id)
    try:
        return json.loads(json.dumps(task.run(**row.kwargs)))
    finally:
        task.pop_request()


def end(store: sqlite3.Connection, task_id: str) -> None:
    store.execute("UPDATE tasks SET state = 'SUCCESS' WHERE id = ?", (task_id,))


def test_book_goes_through_all_three_tasks(tmp_path: Path, paths: Paths, store: sqlite3.Connection) -> None:
    # Given an accepted book of 160 pages
    pdfs.scanned_book(tmp_path / "book.pdf", 160)
    book = add_book(store, paths, tmp_path / "book.pdf", lambda _done, _total: None)
    plan = store.execute("SELECT id FROM tasks").fetchone()["id"]

    # When its plan runs twice, as it may after a crash
    first = run(store, plan)
    assert run(store, plan) == first
    assert first == {"pages": 160, "ranges": len(query.children(store, plan)), "doubt": None}

    # Then its ranges were submitted once, as children of the plan and of the book
    ranges = query.children(store, plan)
    assert [task.book for task in ranges] == [book] * len(ranges)
    assert store.execute("SELECT pages FROM books").fetchone()["pages"] == 160

    # When they run, and the finish after them
    results = [run(store, task.id) for task in ranges]
    for task_id in (plan, *(task.id for task in ranges)):
        end(store, task_id)
    insert_finishes(store)
    last = query.children(store, plan)[-1]

    # Then every page is there
    assert sum(result["done"] for result in results) == 160
    assert run(store, last.id) == {"pages": 160, "failed": [], "missing": [], "replaced": True}
    manifest = Manifest.load(book_folder(paths, book).manifest)
    assert [page.method for page in manifest.pages] == ["copied"] * 160


@pytest.mark.parametrize("params", [{"book": "b"}, {"book": "b", "pages": "9-1"}, {"book": 1, "pages": "1"}])
def test_parameters_are_checked(paths: Paths, params: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        split_pages.run(params)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (
            OSError(errno.EIO, "Input/output error"),
            r"The book's folder .+ cannot be used \(Input/output error\)",
        ),
        (MemoryError(), "needs more memory than a task may have"),
    ],
)
def test_a_failure_of_the_machine_is_told_as_that(
    tmp_path: Path, paths: Paths, store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch,
    fault: BaseException, sentence: str,
) -> None:  # fmt: skip
    # Given a book, and a machine that fails its plan
    pdfs.scanned_book(tmp_path / "book.pdf", 2)
    add_book(store, paths, tmp_path / "book.pdf", lambda _done, _total: None)

    def fail(*_: object) -> None:
        raise fault

    monkeypatch.setattr(tasks, "plan", fail)

    # Then the sentence says so
    with pytest.raises(AmbudaError, match=sentence):
        run(store, store.execute("SELECT id FROM tasks").fetchone()["id"])


@pytest.mark.parametrize(
    ("number", "wanted"),
    [
        (errno.ENOSPC, "room on the disk of "),
        (errno.EDQUOT, "room in your share of the disk of "),
        (errno.EROFS, "a disk that can be written to"),
        (errno.EACCES, "leave to write in "),
    ],
)
def test_a_disk_that_takes_nothing_more_parks_the_task(
    tmp_path: Path, paths: Paths, store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch,
    number: int, wanted: str,
) -> None:  # fmt: skip
    # Given a book, and a disk that can be mended while it waits
    pdfs.scanned_book(tmp_path / "book.pdf", 2)
    add_book(store, paths, tmp_path / "book.pdf", lambda _done, _total: None)

    def fail(*_: object) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(tasks, "plan", fail)

    # Then it is tried again in a while
    with pytest.raises(Park, match=wanted) as parked:
        run(store, store.execute("SELECT id FROM tasks").fetchone()["id"])
    assert 0 < parked.value.until - time.time() < 60


def test_a_range_whose_open_copy_is_gone_says_what_to_do(
    tmp_path: Path, paths: Paths, store: sqlite3.Connection
) -> None:
    # Given a locked book whose copy without its password somebody deleted
    pdfs.scanned_book(tmp_path / "open.pdf", 1)
    pdfs.lock(tmp_path / "open.pdf", tmp_path / "book.pdf", "secret")
    add_book(store, paths, tmp_path / "book.pdf", lambda _done, _total: None)
    task = SplitPages(book="book", pages="1").new_task(book="book")
    insert(store, [task])
    with pytest.raises(AmbudaError, match="Retry the book, and enter the password again"):
        run(store, task.id)
