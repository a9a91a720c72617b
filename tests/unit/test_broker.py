"""daemon/broker.py, and what the daemon does with one. Nothing listens: there is no broker here."""

import os
import sqlite3
import threading
from typing import Any
from unittest.mock import MagicMock

import keyring
import pytest
from keyring import errors

from ambuda_desktop import broker_password
from ambuda_desktop.celery_app import StoreCelery
from ambuda_desktop.celery_config import BROKER
from ambuda_desktop.daemon import broker as listening
from ambuda_desktop.daemon.broker import Broker
from ambuda_desktop.daemon.daemon import Daemon
from ambuda_desktop.daemon.stop_signals import StopSignals
from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings
from ambuda_desktop.store.facts import fact

NOBODY = "amqp://me@127.0.0.1:1//"  # no port that somebody listens on


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BROKER, "set back after the test")


def test_a_daemon_with_a_broker_is_always_needed(paths: Paths) -> None:
    # Given no work, and nobody who watches
    alone = Daemon(paths, StopSignals())
    assert not alone.is_needed()
    assert os.environ[BROKER] == ""

    # When there is a broker, then work may come from there, and the workers will have the same one
    Settings.change(paths.settings, broker_url=NOBODY)
    connected = Daemon(paths, StopSignals())
    assert connected.is_needed()
    assert os.environ[BROKER] == NOBODY
    for daemon in (alone, connected):
        daemon.connection.close()


def test_nothing_is_sent_to_a_broker_that_has_not_answered(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a broker where nobody listens
    monkeypatch.setenv(BROKER, NOBODY)
    broker = Broker(paths, StoreCelery("daemon", set_as_current=False), NOBODY)
    assert not broker.answers
    assert not broker.may_send
    assert not broker.tick()

    # When it is stopped, then that does not wait for the broker
    broker.start()
    broker.stop()
    broker.join()
    assert broker.fact()["state"] == "silent"
    assert not broker.may_send


def test_a_keyring_that_waits_for_a_person_holds_up_nothing_but_the_listener(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a keyring that asks a person to unlock it, who is away
    monkeypatch.setenv(BROKER, NOBODY)
    monkeypatch.setattr(listening, "LEAVE_TIMEOUT", 0.1)
    asked, unlocked = threading.Event(), threading.Event()
    asking: list[threading.Thread] = []

    def ask() -> str:
        asking.append(threading.current_thread())
        asked.set()
        unlocked.wait()
        return "s3cret"

    app: Any = StoreCelery("daemon", set_as_current=False)
    app.conf.broker_password = ask
    broker = Broker(paths, app, NOBODY)

    # When the daemon starts, publishes and stops, then it waits for no answer
    broker.start()
    assert asked.wait(10)
    assert app.connection_for_write().password() is None
    broker.stop()
    broker.join()

    # And the keyring was asked by nobody else; the listener ends once it has its answer
    (listener,) = asking
    assert listener is not threading.current_thread()
    unlocked.set()
    listener.join(10)
    assert not listener.is_alive()
    assert app.connection_for_write().password() == "s3cret"


def test_a_password_is_forgotten_once_neither_daemon_nor_settings_have_its_address(
    paths: Paths, no_keyring: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given the passwords of this daemon's broker, of the next one, and of one before
    before, next_one = "amqp://me@before.example.org/", "amqp://me@next.example.org/"
    for url in (before, NOBODY, next_one):
        broker_password.keep(paths, url, "s3cret")
    Settings.change(paths.settings, broker_url=next_one)

    def has() -> list[str]:
        return [url for url in (before, NOBODY, next_one) if broker_password.read(paths, url)]

    # When the daemon starts, then only what nobody needs is forgotten
    monkeypatch.setenv(BROKER, NOBODY)
    asked = threading.Event()
    at_start: list[str] = []

    def ask() -> str:
        at_start[:] = has()
        asked.set()
        return "s3cret"

    app: Any = StoreCelery("daemon", set_as_current=False)
    app.conf.broker_password = ask
    broker = Broker(paths, app, NOBODY)
    broker.start()
    assert asked.wait(10)
    assert at_start == [NOBODY, next_one]

    # And when it has ended, then its own too, because the settings name another
    broker.stop()
    broker.join()
    assert has() == [next_one]


def test_a_locked_keyring_does_not_end_the_listening(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a keyring that lets nobody in
    monkeypatch.setenv(BROKER, NOBODY)
    monkeypatch.setattr(keyring, "get_password", MagicMock(side_effect=errors.KeyringLocked()))
    asked = threading.Event()
    app: Any = StoreCelery("daemon", set_as_current=False)
    app.conf.broker_password = asked.set
    broker = Broker(paths, app, NOBODY)

    # When the daemon starts, then it listens all the same
    broker.start()
    assert asked.wait(10)
    broker.stop()
    broker.join()


def test_the_broker_of_a_daemon_is_known_from_its_start(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a daemon with a broker that gets no further than its first words
    Settings.change(paths.settings, broker_url=NOBODY)
    daemon = Daemon(paths, StopSignals())
    monkeypatch.setattr(daemon.redis, "start", raising(OSError("no Redis")))
    with pytest.raises(OSError, match="no Redis"):
        daemon.run(while_needed=False)

    # Then whoever changes the settings knows whose password it needs
    assert fact(daemon.connection, "broker")["url"] == NOBODY
    daemon.connection.close()


def test_why_it_takes_no_tasks_is_shown_until_it_takes_one(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a broker that answers, and takes nothing
    monkeypatch.setenv(BROKER, NOBODY)
    broker = Broker(paths, StoreCelery("daemon", set_as_current=False), NOBODY)
    broker._found()
    broker.tick()
    assert broker.fact()["state"] == "running"

    # Then window and command line show why, from the time it is known
    broker.refused("Its user may not write.")
    broker.tick()
    assert (broker.fact()["state"], broker.fact()["sentence"]) == ("silent", "Its user may not write.")
    broker.took()
    assert (broker.fact()["state"], broker.fact()["sentence"]) == ("running", "")


def test_messages_that_a_damaged_store_cannot_take_go_back_and_the_daemon_looks_into_it(
    paths: Paths, store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a store that turns out to be damaged while a message is taken
    monkeypatch.setenv(BROKER, NOBODY)
    monkeypatch.setattr(listening, "LISTEN", 0.0)
    damaged = sqlite3.DatabaseError("database disk image is malformed")
    damaged.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    monkeypatch.setattr("ambuda_desktop.daemon.foreign._insert", raising(damaged))
    broker = Broker(paths, StoreCelery("daemon", set_as_current=False), NOBODY)
    message = MagicMock(
        acknowledged=False, headers={"task": "t", "id": "a"}, properties={}, decode=lambda: [[], {}, {}]
    )

    # When it comes, then the broker has it again, and the store is doubted
    broker._take([message])
    message.requeue.assert_called_once_with()
    message.ack.assert_not_called()
    assert paths.store_doubt.exists()


def raising(error: Exception) -> Any:
    def fail(*_: object) -> None:
        raise error

    return fail
