"""store/query.py: finding tasks."""

import sqlite3

import pytest

from ambuda_desktop.store.query import TaskFilter, book_counts, task, task_seqs, tasks, total
from ambuda_desktop.store.submit import NewTask, insert, insert_book


@pytest.fixture(autouse=True)
def _rows(store: sqlite3.Connection) -> None:
    insert_book(store, "megha", "Meghadūta", "0")
    insert(
        store,
        [NewTask("split", id="abc-1", book="megha"), NewTask("mail", id="abd-2", kwargs={"to": "100%_a"})],
    )


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (TaskFilter(), [2, 1]),
        (TaskFilter(group="waiting"), [2, 1]),
        (TaskFilter(group="failed"), []),
        (TaskFilter(book="megha"), [1]),
        (TaskFilter(text="mail"), [2]),
        (TaskFilter(text="100%_"), [2]),
        (TaskFilter(text="1000_"), []),
        (TaskFilter(group="waiting", text="megha"), [1]),
    ],
)
def test_filters(store: sqlite3.Connection, wanted: TaskFilter, found: list[int]) -> None:
    assert task_seqs(store, wanted) == found


def test_a_task_is_found_by_the_beginning_of_its_id(store: sqlite3.Connection) -> None:
    found = task(store, "abc")
    assert found is not None
    assert found.id == "abc-1"
    assert task(store, "ab") is None  # two begin so
    assert task(store, "zzz") is None


def test_a_screenful_is_read_by_seq(store: sqlite3.Connection) -> None:
    assert {seq: row.name for seq, row in tasks(store, [1, 2, 99]).items()} == {1: "split", 2: "mail"}


def test_counts_of_one_book_and_of_all(store: sqlite3.Connection) -> None:
    # Given a failed task that was tried again
    insert(store, [NewTask("split", id="abe-3", book="megha")])
    store.execute("UPDATE tasks SET state = 'FAILURE', retried = 1 WHERE id = 'abe-3'")

    # Then it is in the history, but has failed no more
    assert book_counts(store, "megha") == {"running": 0, "waiting": 1, "failed": 0, "done": 0, "cancelled": 0}
    assert (total(store, "megha"), total(store)) == (2, 3)
