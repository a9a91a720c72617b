import sqlite3

from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.retry import retry_book, split_again
from ambuda_desktop.store import query
from ambuda_desktop.store.control import cancel
from ambuda_desktop.store.submit import NewTask
from ambuda_desktop.ui.book_history import MOST, history
from tests.ui.rows import BAD_PAGE, add_book, finish, make_pages, plan_pages


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
