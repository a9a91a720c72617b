"""cli/control.py, workers.py, tasks.py, log_lines.py: what is done to tasks and workers."""

import sqlite3
from pathlib import Path

import pytest

from ambuda_desktop.locks import holding
from ambuda_desktop.paths import Paths
from ambuda_desktop.pools import default_sizes
from ambuda_desktop.store.control import paused_pools
from ambuda_desktop.store.facts import put_fact, wish
from ambuda_desktop.store.query import task
from ambuda_desktop.store.submit import NewTask, insert, insert_book
from tests.support.commands import Commands
from tests.unit.test_pages import Book


@pytest.fixture
def book(store: sqlite3.Connection) -> Book:
    made = Book(store)
    made.plan("first")
    return made


def test_a_book_is_cancelled_with_all_its_tasks(
    commands: Commands, book: Book, store: sqlite3.Connection
) -> None:
    assert commands.out("cancel", "gita") == "1 task cancelled.\n"
    found = task(store, "first pages")
    assert found is not None
    assert found.state == "REVOKED"
    assert commands.json("cancel", "gita") == {"cancelled": 0}


def test_what_is_not_there_keeps_nothing_else_from_being_cancelled(commands: Commands, book: Book) -> None:
    result = commands.run("cancel", "nothing", "gita", code=4)
    assert "1 task cancelled." in result.stdout


def test_books_and_pools_pause_and_go_on(commands: Commands, book: Book, store: sqlite3.Connection) -> None:
    # When a book and a pool are paused, then both are
    assert commands.lines("pause", "gita", "net") == [
        {"book": "gita", "paused": True}, {"pool": "net", "paused": True}
    ]  # fmt: skip
    assert book.summary.paused
    assert paused_pools(store) == {"net"}
    assert "paused" in commands.out("books")
    assert "resume gita" in commands.out("show", "gita")

    # When all goes on, then the book that was paused by itself is named
    commands.run("pause", "--all")
    assert paused_pools(store) == {"cpu", "net"}
    assert "“Gītā” is still paused" in commands.run("resume", "--all").stderr
    assert paused_pools(store) == set()
    commands.run("resume", "gita")
    assert not book.summary.paused


@pytest.mark.parametrize("command", ["pause", "resume"])
def test_nothing_and_everything_are_no_answer(commands: Commands, command: str) -> None:
    commands.err(command, code=2)
    commands.err(command, "cpu", "--all", code=2)
    assert "books” lists them" in commands.err(command, "nothing", code=4)


def test_pool_sizes_are_wished_beside_one_another(commands: Commands, store: sqlite3.Connection) -> None:
    assert commands.out("workers", "--set", "cpu=3") == "cpu: 3 processes when the daemon runs again.\n"
    commands.run("workers", "--set", "net=1")
    assert wish(store, "pools") == {"cpu": 3, "net": 1}
    said = commands.json("workers", "--set", "cpu=default")
    assert wish(store, "pools") == {"net": 1}
    assert said["wished"] == {**default_sizes(), "net": 1}


@pytest.mark.parametrize("size", ["cpu=0", "cpu=65", "cpu=two", "cpu", "gpu=1", "cpu=-1", "=2"])
def test_sizes_that_are_none_are_refused(commands: Commands, store: sqlite3.Connection, size: str) -> None:
    commands.err("workers", "--set", size, code=2)
    assert wish(store, "pools") is None


def test_old_facts_are_not_told_where_no_daemon_runs(
    commands: Commands, paths: Paths, store: sqlite3.Connection
) -> None:
    # Given what a daemon said before it was killed
    put_fact(store, "daemon", {"pid": 7, "state": "running", "started_at": 1.0})
    put_fact(store, "redis", {"state": "running", "pid": 8, "memory": 1_700_000, "since": None})
    pool = {"size": 2, "kind": "prefork", "busy": 1, "ready": True, "paused": False}
    put_fact(store, "pools", {"cpu": pool, "net": {**pool, "kind": "threads", "ready": False}})
    generation = {"pool": "cpu", "number": 1, "pid": 9, "state": "live", "started_at": 1.0, "queue": "cpu.x.1",
                  "processes": [{"pid": 10, "memory": 70_000_000, "task": "mail", "since": 1.0}]}  # fmt: skip
    put_fact(store, "generations", [generation])
    put_fact(store, "notices", [{"at": 1.0, "sentence": "Redis stopped."}])
    put_fact(
        store,
        "exits",
        [{"at": 1.0, "pid": 5, "pool": "cpu", "what": "process", "reason": "signal 9", "task": None}],
    )
    insert(store, [NewTask("example.mail", id="mail")])
    said = commands.json("workers")
    assert (said["running"], said["daemon"], said["generations"]) == (False, None, [])
    assert "not running" in commands.out("workers")

    # When one runs, then they are
    with holding(paths.locks / "daemon.lock"):
        text = commands.out("workers")
    for words in (
        "running since", "1.7 MB, process 8", "2 processes, 1 busy", "2 threads, starting", "generation 1  live",
        "process 10  70 MB  example.mail", "ended: signal 9", "Redis stopped.",
    ):  # fmt: skip
        assert words in text


def test_tasks_are_filtered_and_counted(commands: Commands, book: Book, store: sqlite3.Connection) -> None:
    insert_book(store, "megha", "Meghadūta", "1" * 64)
    insert(store, [NewTask("example.mail", {"to": "Kālidāsa"}, id="mail", book="megha")])
    ids = [t["id"] for t in commands.lines("tasks")]
    assert ids == ["mail", "first pages", "first"]
    assert [t["id"] for t in commands.lines("tasks", "--book", "Meghadūta")] == ["mail"]
    assert [t["id"] for t in commands.lines("tasks", "--text", "mail")] == ["mail"]
    assert [t["id"] for t in commands.lines("tasks", "--state", "done")] == ["first"]
    assert "make pages 1-6  gita" in commands.out("tasks", "--state", "waiting")
    assert commands.out("tasks", "--state", "failed") == "No such tasks.\n"
    assert "1 of 3, the newest" in commands.run("tasks", "--limit", "1").stderr
    assert len(commands.lines("tasks", "--limit", "0")) == 3
    assert "no book “x”" in commands.err("tasks", "--book", "x", code=4)


def test_the_log_of_a_task_is_its_lines(commands: Commands, paths: Paths, store: sqlite3.Connection) -> None:
    insert(store, [NewTask("t", id="task-1"), NewTask("t", id="task-2")])
    commands.run("cancel", "task-1")
    (paths.logs / "worker-cpu.log").write_text(
        "2026-11-24 13:50:06,100 INFO    7 task-1 x: begins\nwith two lines\n"
        "2026-11-24 13:50:06,200 INFO    7 task-2 x: another\n"
        "2026-11-24 13:50:06,300 WARNING 7 task-1 x: ends\n"
    )
    text = commands.out("logs", "task-1", "--follow")  # it has ended, so this ends
    assert [line.rsplit(": ", 1)[-1] for line in text.splitlines()] == ["begins", "with two lines", "ends"]
    assert [line["level"] for line in commands.lines("logs", "task-1")] == ["INFO", "WARNING"]


def test_a_task_that_said_nothing_is_no_failure(
    commands: Commands, store: sqlite3.Connection, book: Book
) -> None:
    assert "Nothing was logged" in commands.out("logs", "first")
    assert commands.lines("logs", "first") == []
    assert "tasks --book gita" in commands.err("logs", "gita", code=3)
    commands.err("logs", "nothing", code=4)


def test_the_data_folder_is_that_of_the_option(commands: Commands, tmp_path: Path) -> None:
    assert commands.out("--data-dir", str(tmp_path / "other"), "books") == "No books.\n"
    assert (tmp_path / "other" / "store.db").exists()
