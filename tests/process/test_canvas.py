"""Plain Celery's API ends in the store, and comes out as Celery's users expect."""

import json

import pytest
from celery import chain, chord, group

from ambuda_desktop.celery_app import StoreCelery
from tests.support.program import Program


@pytest.fixture
def app(program: Program) -> StoreCelery:
    """An app as a developer's shell has it, beside a running daemon."""
    program.add_tasks()
    program.start_daemon()
    return StoreCelery("shell")


def results(program: Program, name: str) -> list[object]:
    rows = program.connection.execute(
        "SELECT result FROM tasks WHERE name = ? AND state = 'SUCCESS' ORDER BY seq", (f"example.{name}",)
    ).fetchall()
    return [json.loads(row[0]) for row in rows]


def test_submitting_runs_and_returns_a_result(program: Program, app: StoreCelery) -> None:
    # Given a running daemon, when a task is submitted by name
    result = app.send_task("example.add", (2, 3))

    # Then it ends in the store, and Celery's own result says the same
    assert program.wait_for_end(result.id).value == 5
    assert result.get(timeout=10) == 5


def test_chain_hands_results_on(program: Program, app: StoreCelery) -> None:
    # When a chain is submitted
    chain(app.signature("example.add", (1, 2)), app.signature("example.add", (3,)))()

    # Then the second task got the result of the first
    program.wait_until(lambda: results(program, "add") == [3, 6], "both have run")


def test_group_runs_all_its_members(program: Program, app: StoreCelery) -> None:
    # When a group is submitted
    group(app.signature("example.add", (i, i)) for i in range(4)).apply_async()

    # Then each member ran once
    program.wait_until(
        lambda: sorted(map(str, results(program, "add"))) == ["0", "2", "4", "6"], "all have run"
    )


def test_chord_runs_its_body_once_with_all_results(program: Program, app: StoreCelery) -> None:
    # When a chord is submitted
    chord(group(app.signature("example.add", (i, i)) for i in range(4)), app.signature("example.total"))()

    # Then the body got the results of all
    program.wait_until(lambda: results(program, "total") == [12], "the body has run")


def test_retry_keeps_its_id_and_waits_in_the_store(program: Program, app: StoreCelery) -> None:
    # When a task asks twice to be tried again
    result = app.send_task("example.flaky")

    # Then it is one row that was sent three times
    ended = program.wait_for_end(result.id)
    assert (ended.state, ended.value, ended.attempt) == ("SUCCESS", "in the end", 3)
    assert program.connection.execute("SELECT count(*) FROM tasks").fetchone()[0] == 1


def test_failure_keeps_its_sentence_and_traceback(program: Program, app: StoreCelery) -> None:
    # When a task raises
    ended = program.wait_for_end(app.send_task("example.fail").id)

    # Then both are in the store
    assert (ended.state, ended.error) == ("FAILURE", "ValueError: on purpose")
    assert ended.traceback is not None
    assert 'raise ValueError("on purpose")' in ended.traceback


def test_countdown_waits_in_the_store(program: Program, app: StoreCelery) -> None:
    # When a task is submitted for later
    later = app.send_task("example.add", (1, 1), countdown=3600)
    now = app.send_task("example.add", (1, 1))

    # Then it is not sent, and occupies nothing
    program.wait_for_end(now.id)
    assert (program.task(later.id).state, program.task(later.id).attempt) == ("PENDING", 0)
