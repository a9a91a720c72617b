"""cli/call.py and the code of cli/workers.py: running tasks by name, and what waits for its code."""

import sqlite3

import pytest

from ambuda_desktop.store.facts import put_fact, wish
from ambuda_desktop.store.known_tasks import match_code
from ambuda_desktop.store.query import task
from ambuda_desktop.store.submit import NewTask, insert
from tests.support.commands import Commands

GREET = {
    "name": "greet.greet", "doc": "", "pool": "net", "module": "greet",
    "schema": {"properties": {"name": {"type": "string"}, "times": {"type": "integer", "default": 3}},
               "required": ["name"], "additionalProperties": False},
}  # fmt: skip


@pytest.fixture
def _catalogue(store: sqlite3.Connection) -> None:
    """What the workers said the last time they ran."""
    put_fact(store, "catalogue", [GREET])


@pytest.fixture(autouse=True)
def _no_daemon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ambuda_desktop.cli.session.keep_daemon", lambda _: None)
    monkeypatch.setattr("ambuda_desktop.cli.session.why_work_waits", lambda _: None)


@pytest.mark.usefixtures("_catalogue")
def test_a_task_is_accepted_with_its_arguments_and_its_pool(
    commands: Commands, store: sqlite3.Connection
) -> None:
    made = commands.json("call", "greet.greet", "name=Kālidāsa", "times=2")
    found = task(store, made["id"])
    assert found is not None
    assert (found.kwargs, found.pool, found.state) == ({"name": "Kālidāsa", "times": 2}, "net", "PENDING")


@pytest.mark.usefixtures("_catalogue")
def test_arguments_that_are_none_accept_nothing(commands: Commands, store: sqlite3.Connection) -> None:
    assert "a whole number" in commands.err("call", "greet.greet", "name=x", "times=many", code=3)
    assert "needs a value for name" in commands.err("call", "greet.greet", code=3)
    assert "is not NAME=VALUE" in commands.err("call", "greet.greet", "name", code=2)
    assert store.execute("SELECT count(*) FROM tasks").fetchone()[0] == 0


@pytest.mark.usefixtures("_catalogue")
def test_a_name_that_no_worker_knows_is_kept_and_said(commands: Commands) -> None:
    assert "No worker knows" in commands.run("call", "greet.later", "x=1").stderr
    assert "nobody can wait" in commands.err("call", "greet.later", "--wait", code=4)


def test_tasks_that_wait_for_their_code_are_mapped_or_dropped(
    commands: Commands, store: sqlite3.Connection
) -> None:
    # Given tasks of two names that no worker knows
    put_fact(store, "catalogue", [GREET])
    insert(store, [NewTask("old", id="a"), NewTask("old", id="b"), NewTask("gone", id="c")])
    match_code(store, "cpu", {"greet.greet"})
    assert "2 tasks wait for the code of old" in commands.out("workers")
    assert commands.json("workers")["waiting_for_code"] == {"old": 2, "gone": 1}

    # When one name is mapped, and the other's are dropped
    assert "No worker knows" in commands.err("map", "old", "nonsense", code=3)
    assert commands.json("map", "old", "greet.greet") == {"mapped": 2, "to": "greet.greet"}
    assert commands.json("cancel", "--without-code", "gone") == {"cancelled": 1}

    # Then nothing waits any more, and a second time there is nothing to do
    assert commands.json("workers")["waiting_for_code"] == {}
    assert "No task waits" in commands.err("map", "old", "greet.greet", code=4)
    assert commands.out("cancel", "--without-code", "gone") == "Nothing was left to cancel.\n"
    assert "Name books or tasks" in commands.err("cancel", code=2)


def test_reload_and_restart_are_wishes_where_a_daemon_runs(
    commands: Commands, store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "does not run" in commands.err("workers", "--reload", code=6)
    monkeypatch.setattr("ambuda_desktop.cli.workers.daemon_is_running", lambda _: True)
    fault = {"file": "/t/a.py", "sentence": "a.py, line 2: invalid syntax.", "line": 2, "column": 5, "text": "x = =",
             "traceback": ""}  # fmt: skip
    put_fact(
        store, "code", {"hash": "a41f0000", "on": True, "state": "refused", "folders": [], "fault": fault}
    )
    put_fact(store, "reloads", [{"at": 1.0, "files": ["/t/a.py"], "outcome": "reloaded", "seconds": 0.14}])
    said = commands.out("workers", "--reload", "--restart")
    assert wish(store, "reload") is True
    assert wish(store, "restart") is True
    assert "code    a41f  reloaded a.py in 0.14 s" in said
    assert "          x = =\n              ^" in said
