"""Writing rows and facts into a store as daemon and workers would, so that no daemon is needed."""

import sqlite3
import time
from collections.abc import Iterable

from ambuda_desktop.params.page_numbers import format_pages
from ambuda_desktop.params.split import FinishSplit, SplitBook, SplitPages
from ambuda_desktop.store import dispatch, facts, schema, submit
from ambuda_desktop.store.connection import transaction

QUEUE = "cpu.1f3a.1"
BAD_PAGE = "The image of this page is damaged."
LOOK_PAGE = "There are two images on this page; it was rendered."


def add_book(connection: sqlite3.Connection, book: str, title: str, *, age: float = 0.0) -> submit.NewTask:
    """A book just accepted: its plan waits."""
    submit.insert_book(connection, book, title, "0" * 64)
    connection.execute("UPDATE books SET added_at = added_at - ? WHERE id = ?", (age, book))
    plan = SplitBook(book=book).new_task(book=book, priority=5)
    submit.insert(connection, [plan])
    return plan


def plan_pages(connection: sqlite3.Connection, plan: submit.NewTask, pages: int, per: int = 15) -> list[str]:
    """The plan has run: page ranges wait. Returns their ids."""
    assert plan.book
    end(connection, plan.id, result={})
    submit.set_pages(connection, plan.book, pages)
    tasks = [
        SplitPages(
            book=plan.book, pages=format_pages(list(range(first, min(pages, first + per - 1) + 1)))
        ).new_task(book=plan.book, parent=plan.id)
        for first in range(1, pages + 1, per)
    ]
    submit.insert(connection, tasks)
    return [task.id for task in tasks]


def start(connection: sqlite3.Connection, task: str) -> None:
    dispatch.mark_sent(connection, [task], QUEUE)
    dispatch.record(connection, [dispatch.Update(task, schema.STARTED, QUEUE)])


def progress(connection: sqlite3.Connection, task: str, current: int, total: int) -> None:
    dispatch.record(connection, [dispatch.Update(task, schema.PROGRESS, QUEUE, current, total)])


def end(
    connection: sqlite3.Connection, task: str, state: str = schema.SUCCESS, *, result: object = None,
    error: str | None = None, traceback: str | None = None,
) -> None:  # fmt: skip
    """A task that was started, or not yet, ends."""
    start(connection, task)
    update = dispatch.Update(task, state, QUEUE, result=result, error=error, traceback=traceback)
    dispatch.record(connection, [update])


def make_pages(
    connection: sqlite3.Connection, ranges: Iterable[str], per: int = 15,
    failed: dict[int, str] | None = None, look: dict[int, str] | None = None,
) -> None:  # fmt: skip
    """Page ranges end; `failed` and `look` are told by the first of them."""
    for number, task in enumerate(ranges):
        start(connection, task)
        progress(connection, task, per, per)
        mine = number == 0
        result = {"failed": (failed or {}) if mine else {}, "warnings": (look or {}) if mine else {}}
        end(connection, task, result=result)


def finish(connection: sqlite3.Connection, plan: submit.NewTask) -> None:
    """The finish task of a book has run."""
    assert plan.book
    last = FinishSplit(book=plan.book).new_task(book=plan.book, parent=plan.id)
    submit.insert(connection, [last])
    end(connection, last.id, result={})


def put_facts(connection: sqlite3.Connection, *, redis: str = "running", ready: bool = True) -> None:
    """A daemon that runs, as it tells of itself."""
    now = time.time()
    facts.put_fact(connection, "daemon", {"pid": 4711, "state": "running", "started_at": now - 60})
    facts.put_fact(connection, "redis", {"state": redis, "pid": 4712, "memory": 3_100_000, "since": now - 60})
    pools = {
        "cpu": {"size": 2, "kind": "prefork", "busy": 1, "ready": ready},
        "net": {"size": 8, "kind": "threads", "busy": 0, "ready": ready},
    }
    facts.put_fact(connection, "pools", pools)
    generation = {
        "queue": QUEUE, "pool": "cpu", "number": 1, "pid": 4713, "state": "live",
        "kind": "prefork", "size": 2, "started_at": now - 60, "code": "a41f09cc", "draining_since": None, "tasks": 1,
    }  # fmt: skip
    facts.put_fact(connection, "generations", [generation])


def fill(connection: sqlite3.Connection, count: int) -> None:
    """Many waiting tasks at once."""
    payload = '{"args": [], "kwargs": {}, "options": {}}'
    with transaction(connection):
        connection.execute(
            """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
               INSERT INTO tasks(id, name, pool, payload, state, submitted_at)
               SELECT 'task-' || i, 'ambuda.test', 'cpu', ?, 'PENDING', ? + i FROM n""",
            (count, payload, time.time()),
        )


def put_code(connection: sqlite3.Connection, **changed: object) -> None:
    """The live code, as a daemon tells of it that runs."""
    told = {"hash": "a41f09cc", "folders": ["/home/me/Ambuda/tasks"], "on": True, "state": "idle", "waits": None,
            "fault": None}  # fmt: skip
    facts.put_fact(connection, "code", {**told, **changed})


def put_reloads(connection: sqlite3.Connection, *outcomes: str) -> None:
    """Reloads that had these outcomes, oldest first."""
    reloads = [
        {
            "at": time.time(), "files": ["/home/me/Ambuda/tasks/split_pdf.py"], "outcome": outcome,
            "code": "a41f09cc", "sentence": "" if outcome == "reloaded" else "Because.", "seconds": 0.141,
        }
        for outcome in outcomes
    ]  # fmt: skip
    facts.put_fact(connection, "reloads", reloads)


def entry(name: str, properties: dict[str, object] | None = None, required: Iterable[str] = (), doc: str = "",
          pool: str = "cpu") -> dict[str, object]:  # fmt: skip
    """A task of the catalogue."""
    schema = {
        "type": "object",
        "properties": properties or {},
        "required": list(required),
        "additionalProperties": False,
    }
    return {
        "name": name,
        "doc": doc,
        "pool": pool,
        "schema": schema,
        "module": name.split(".", maxsplit=1)[0],
    }


def put_catalogue(connection: sqlite3.Connection, *entries: dict[str, object]) -> None:
    """The tasks that live workers know: these, and one of the program's own."""
    facts.put_fact(connection, "catalogue", [entry("ambuda.split_book"), *entries])
