"""daemon/foreign.py: messages as plain Celery makes them, without a broker."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import Celery
from kombu import Connection
from kombu.message import Message

from ambuda_desktop.celery_app import StoreCelery
from ambuda_desktop.daemon.foreign import Intake
from ambuda_desktop.errors import AmbudaError, StoreDamaged
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.facts import put_fact


@pytest.fixture
def site() -> Celery:
    """A website's Celery, whose broker is this process's memory."""
    return Celery("website", broker="memory://", set_as_current=False)


@pytest.fixture
def intake(paths: Paths) -> Intake:
    return Intake(paths, StoreCelery("daemon", backend="disabled://", set_as_current=False))


def messages(site: Celery) -> list[Message]:
    """What the website has sent."""
    found: list[Message] = []
    with site.connection_for_read() as connection:
        channel: Any = connection.default_channel
        while (message := channel.basic_get("celery")) is not None:
            found.append(message)
        for message in found:
            message.channel = _Acknowledged()
    return found


class _Acknowledged:
    """A channel that only hears what is acknowledged."""

    no_ack_consumers: Sequence[str] = ()

    def basic_ack(self, tag: str, multiple: bool = False) -> None:
        """It has been heard."""


def rows(store: sqlite3.Connection) -> list[dict[str, Any]]:
    return [dict(row) for row in store.execute("SELECT * FROM tasks ORDER BY seq").fetchall()]


def test_all_that_celery_says_is_kept(site: Any, intake: Intake, store: sqlite3.Connection) -> None:
    # Given a message with everything
    moment = datetime.now(UTC) + timedelta(hours=1)
    sent = site.send_task(
        "mail.send", ("a", moment), {"to": "b"}, eta=moment, expires=moment, priority=7, time_limit=9,
        soft_time_limit=8, link=site.signature("done"), link_error=site.signature("failed"),
        chain=[site.signature("next")], headers={"mine": "x"}, shadow="letter", group_id="g", group_index=3,
        compression="gzip", retries=1, root_id="root", parent_id="parent", chord=site.signature("body"),
    )  # fmt: skip
    put_fact(store, "catalogue", [{"name": "mail.send", "pool": "net"}])

    # When it is taken
    came = messages(site)
    assert intake.take(came) == 0

    # Then the row has it all, under the id that it was given, and the message is done with
    (row,) = rows(store)
    payload = json.loads(row["payload"])
    assert (row["id"], row["name"], row["pool"], row["priority"]) == (sent.id, "mail.send", "net", 7)
    assert row["parent"] == "parent"
    assert row["not_before"] == pytest.approx(moment.timestamp())
    assert payload["eta"] == moment.isoformat()
    assert payload["args"] == ["a", {"__type__": "datetime", "__value__": moment.isoformat()}]
    assert payload["kwargs"] == {"to": "b"}
    options = payload["options"]
    assert {"time_limit": 9, "soft_time_limit": 8, "shadow": "letter", "group_id": "g", "group_index": 3,
            "retries": 1, "root_id": "root", "parent_id": "parent"}.items() <= options.items()  # fmt: skip
    assert datetime.fromisoformat(options["expires"]) == moment
    assert options["headers"]["mine"] == "x"
    assert "compression" not in options["headers"]
    assert [one["task"] for one in (*options["link"], *options["link_error"], *options["chain"])] == [
        "done", "failed", "next"
    ]  # fmt: skip
    assert options["chord"]["task"] == "body"
    assert all(message.acknowledged for message in came)


def test_what_is_kept_is_sent_as_it_came(
    site: Celery, intake: Intake, store: sqlite3.Connection, paths: Paths
) -> None:
    # Given a message with a stamp, a callback and a chain
    callback = site.signature("done")
    site.send_task("t", (1,), {"k": 2}, link=callback, chain=[site.signature("next")], headers={"mine": "x"},
                   stamped_headers=["who"], who="me", time_limit=5)  # fmt: skip
    first = messages(site)
    intake.take(first)

    # When the daemon gives it to a generation
    app = StoreCelery("daemon", backend="disabled://", set_as_current=False)
    app.conf.update(broker_url=site.conf.broker_url)
    app.publish(store.execute("SELECT * FROM tasks").fetchone(), "cpu.1.1")
    with Connection(site.conf.broker_url) as connection:
        channel: Any = connection.default_channel
        again = channel.basic_get("cpu.1.1")

    # Then body and headers are those that came, and a header of ours
    assert again.decode() == first[0].decode()
    assert dict(again.headers) | {"ambuda_attempt": None} == dict(first[0].headers) | {"ambuda_attempt": None}


def test_a_message_that_comes_twice_is_one_task(
    site: Celery, intake: Intake, store: sqlite3.Connection
) -> None:
    site.send_task("t", task_id="same")
    site.send_task("t", task_id="same")
    intake.take(messages(site))
    site.send_task("t", task_id="same")
    assert intake.take(messages(site)) == 0
    assert [row["id"] for row in rows(store)] == ["same"]


def test_what_is_no_task_is_put_aside_and_costs_no_other(
    site: Celery, intake: Intake, store: sqlite3.Connection, paths: Paths
) -> None:
    # Given messages of protocol 1, with no list as body, with a lone surrogate, with what is no moment, with what is no
    # id of a parent, and a good one
    with site.connection_for_write() as connection, connection.SimpleQueue("celery") as queue:
        queue.put({"task": "t", "id": "1", "args": [], "kwargs": {}})
        queue.put("no task", headers={"task": "t", "id": "2"})
        queue.put([[], {}, {}], headers={"task": "t\udcff", "id": "3"})
        queue.put([[], {}, {}], headers={"task": "t", "id": "4", "eta": "tomorrow"})
        queue.put([[], {}, {}], headers={"task": "t", "id": "5", "parent_id": {"no": "id"}})
    site.send_task("t", task_id="good")

    # When they are taken
    came = messages(site)
    assert intake.take(came) == 5

    # Then the good one is a task, the others can be read, and all are done with
    assert [row["id"] for row in rows(store)] == ["good"]
    kept = [json.loads(line) for line in paths.refused_messages.read_text().splitlines()]
    assert len(kept) == 5
    assert all(one["why"] and one["body"] for one in kept)
    assert all(message.acknowledged for message in came)


@pytest.mark.parametrize(
    "error", [sqlite3.OperationalError("database or disk is full"), sqlite3.DatabaseError("malformed"),
              StoreDamaged("replaced"), AmbudaError("cannot be opened")],
)  # fmt: skip
@pytest.mark.parametrize("where", ["StoreCelery.new_task", "insert"])
def test_a_store_that_cannot_be_used_leaves_all_with_the_broker(
    site: Celery, intake: Intake, paths: Paths, monkeypatch: pytest.MonkeyPatch, error: Exception, where: str
) -> None:
    # Given a store that fails, when it is read or when it is written
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(f"ambuda_desktop.daemon.foreign.{where}", fail)
    site.send_task("t")
    came = messages(site)

    # Then no message is taken for one that asks for no task
    with pytest.raises(type(error), match=str(error)):
        intake.take(came)
    assert not any(message.acknowledged for message in came)
    assert not paths.refused_messages.exists()
