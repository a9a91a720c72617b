"""celery_app.py: Celery's API accepts into the store."""

import json
import sqlite3
import ssl
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import amqp
import pytest
from celery import Celery
from kombu.exceptions import OperationalError
from kombu.utils.json import loads

from ambuda_desktop.celery_app import StoreCelery
from ambuda_desktop.celery_config import BROKER, celery_settings
from ambuda_desktop.errors import BadInput
from ambuda_desktop.paths import Paths
from ambuda_desktop.secrets import KeyringLocked
from ambuda_desktop.store.connection import connect
from ambuda_desktop.store.dispatch import bring_forward

DAY = 86_400.0  # seconds


@pytest.fixture
def app(paths: Paths) -> StoreCelery:
    """An app with one task, and no broker anywhere."""
    app = StoreCelery("unit", set_as_current=False)

    @app.task(name="add", pool="net", shared=False)
    def add(x: int, y: int) -> int:
        return x + y

    return app


def only_row(store: sqlite3.Connection) -> dict[str, Any]:
    rows = store.execute("SELECT * FROM tasks").fetchall()
    assert len(rows) == 1
    return dict(rows[0])


def test_apply_async_accepts_without_a_broker(app: StoreCelery, store: sqlite3.Connection) -> None:
    # When a task is submitted with everything Celery has
    link = app.signature("add", (5,))
    result = app.tasks["add"].apply_async((1,), {"y": 2}, priority=3, link=link, headers={"mine": "x"})

    # Then the row has it, as JSON, in the task's own pool
    row = only_row(store)
    payload = json.loads(row["payload"])
    assert (row["id"], row["state"], row["pool"], row["priority"]) == (result.id, "PENDING", "net", 3)
    assert (payload["args"], payload["kwargs"]) == ([1], {"y": 2})
    assert payload["options"]["headers"] == {"mine": "x"}
    assert payload["options"]["link"]["task"] == "add"


def test_countdown_and_eta_become_not_before(app: StoreCelery, store: sqlite3.Connection) -> None:
    app.send_task("add", (1, 2), countdown=60)
    app.send_task("add", (1, 2), eta=datetime.now(UTC) + timedelta(seconds=60))
    moments = [row["not_before"] for row in store.execute("SELECT not_before FROM tasks").fetchall()]
    assert moments == pytest.approx([time.time() + 60] * 2, abs=5)


@pytest.mark.parametrize("text", [False, True])
def test_a_clock_that_is_set_back_leaves_a_task_at_the_moment_that_was_named(
    app: StoreCelery, store: sqlite3.Connection, text: bool
) -> None:
    # Given a task for a moment in local time, and one that pauses for as long
    moment = (datetime.now(UTC) + timedelta(days=2)).astimezone(timezone(timedelta(hours=5, minutes=30)))
    app.send_task("add", (1, 2), eta=moment.isoformat() if text else moment, task_id="moment")
    app.send_task("add", (1, 2), countdown=2 * DAY, task_id="pause")

    # When the clock is set back by a day
    bring_forward(store, DAY)

    # Then only the pause ends a day earlier
    due = dict(store.execute("SELECT id, not_before FROM tasks").fetchall())
    assert due["moment"] == pytest.approx(moment.timestamp())
    assert due["pause"] == pytest.approx(time.time() + DAY, abs=5)


def test_a_task_for_a_moment_that_has_passed_and_that_pauses_by_now_is_brought_forward(
    app: StoreCelery, store: sqlite3.Connection
) -> None:
    # Given a task that was for a moment, has run then, and waits for the network
    app.send_task("add", (1, 2), eta=datetime.now(UTC), task_id="a")
    store.execute("UPDATE tasks SET not_before = ?, waiting_for = 'network'", (time.time() + DAY + 5,))

    # Then it waits for seconds and not for a day
    bring_forward(store, DAY)
    assert only_row(store)["not_before"] < time.time() + 6


def test_expires_becomes_a_moment(app: StoreCelery, store: sqlite3.Connection) -> None:
    app.send_task("add", (1, 2), expires=60)
    expires = json.loads(only_row(store)["payload"])["options"]["expires"]
    assert datetime.fromisoformat(expires).timestamp() == pytest.approx(time.time() + 60, abs=5)


def test_the_queue_chooses_the_pool(app: StoreCelery, store: sqlite3.Connection) -> None:
    app.send_task("unknown.task", queue="net")
    app.send_task("unknown.task", queue="celery")
    app.send_task("unknown.task", queue="net.1f3a.7")
    pools = [row["pool"] for row in store.execute("SELECT pool FROM tasks ORDER BY seq").fetchall()]
    assert pools == ["net", "cpu", "net"]


def test_what_is_not_json_is_refused_at_once(app: StoreCelery, store: sqlite3.Connection) -> None:
    with pytest.raises(TypeError):
        app.send_task("add", (object(), 2))
    assert store.execute("SELECT count(*) FROM tasks").fetchone()[0] == 0


def test_moments_travel_as_celery_sends_them(app: StoreCelery, store: sqlite3.Connection) -> None:
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    app.send_task("add", (moment, 2))
    assert loads(only_row(store)["payload"])["args"] == [moment, 2]


def test_a_pool_that_does_not_exist_is_refused(app: StoreCelery, store: sqlite3.Connection) -> None:
    @app.task(name="far", pool="gpu", shared=False)
    def far() -> None:
        """Never runs."""

    with pytest.raises(BadInput, match="gpu"):
        far.delay()
    assert store.execute("SELECT count(*) FROM tasks").fetchone()[0] == 0


def test_only_json_is_spoken(app: StoreCelery) -> None:
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == app.conf.result_serializer == "json"


def test_a_process_that_had_the_old_store_open_submits_to_the_new_one(app: StoreCelery, paths: Paths) -> None:
    # Given a program that has submitted a task, and a store that was set aside since
    app.send_task("add", [1, 2])
    for path in paths.root.glob("store.db*"):
        path.rename(path.with_name(f"old-{path.name}"))

    # When it submits another, then that is in the new store
    result = app.send_task("add", [3, 4])
    with closing(connect(paths.store)) as fresh:
        assert only_row(fresh)["id"] == result.id


def test_queues_of_generations_go_from_rabbitmq_by_themselves(app: StoreCelery) -> None:
    queue: Any = app.amqp.queues["cpu.1f3a.1"]
    assert queue.expires == 3600
    assert queue.durable
    assert (queue.exchange.name, queue.routing_key) == ("", "cpu.1f3a.1")


def test_rabbitmq_is_the_broker_that_the_daemon_named(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a daemon with RabbitMQ and its password
    monkeypatch.setenv(BROKER, "amqps://me@mq.example.org/books")
    (paths.root / "secrets").mkdir()
    kept = {"amqps://me@mq.example.org/books": "s3cret"}
    (paths.root / "secrets" / "broker").write_text(json.dumps(kept))
    app = StoreCelery("unit", set_as_current=False)

    # Then results stay in our Redis, the password stands in no setting, and a stranger's certificate is refused
    connection: Any = app.connection_for_write()
    assert connection.as_uri() == "amqps://me:**@mq.example.org:5671/books"
    assert app.conf.result_backend.startswith("ambuda_desktop.result_backend:ResultBackend+socket://")
    assert "s3cret" not in str(celery_settings())
    assert connection.password() == "s3cret"
    assert app.conf.broker_use_ssl["cert_reqs"] == ssl.CERT_REQUIRED


@pytest.mark.parametrize(
    "error", [amqp.AccessRefused("refused", (60, 40)), amqp.NotAllowed("no vhost", (10, 40)),
              amqp.PreconditionFailed("inequivalent", (50, 10)), amqp.NotFound("no queue", (50, 10)),
              KeyringLocked("locked")],
)  # fmt: skip
def test_what_the_broker_refuses_is_no_failure_of_the_task(
    paths: Paths,
    monkeypatch: pytest.MonkeyPatch,
    app: StoreCelery,
    store: sqlite3.Connection,
    error: Exception,
) -> None:
    # Given a broker that refuses in a way that Celery would not try again
    monkeypatch.setenv(BROKER, "amqp://me@127.0.0.1:1//")
    app.send_task("add", [1, 2])
    daemon = StoreCelery("daemon", backend="disabled://", set_as_current=False)
    monkeypatch.setattr(Celery, "send_task", raising(error))

    # Then that is an error after which tasks wait
    row: Any = only_row(store)
    with pytest.raises(OperationalError):
        daemon.publish(row, "cpu.1.1")


def test_a_message_that_the_broker_never_takes_is_told_from_one_that_may_wait(
    monkeypatch: pytest.MonkeyPatch, app: StoreCelery, store: sqlite3.Connection
) -> None:
    monkeypatch.setenv(BROKER, "amqp://me@127.0.0.1:1//")
    app.send_task("add", [1, 2])
    daemon = StoreCelery("daemon", backend="disabled://", set_as_current=False)
    monkeypatch.setattr(Celery, "send_task", raising(amqp.PreconditionFailed("too big", (60, 40))))
    row: Any = only_row(store)
    with pytest.raises(amqp.PreconditionFailed, match="too big"):
        daemon.publish(row, "cpu.1.1")


def raising(error: Exception) -> Any:
    def send_task(*_: object, **__: object) -> None:
        raise error

    return send_task
