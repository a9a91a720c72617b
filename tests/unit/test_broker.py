"""daemon/broker.py, and what the daemon does with one. Nothing listens: there is no broker here."""

import os

import pytest

from ambuda_desktop.celery_app import StoreCelery
from ambuda_desktop.celery_config import BROKER
from ambuda_desktop.daemon.broker import Broker
from ambuda_desktop.daemon.daemon import Daemon
from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings

NOBODY = "amqp://me@127.0.0.1:1//"  # no port that somebody listens on


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BROKER, "set back after the test")


def test_a_daemon_with_a_broker_is_always_needed(paths: Paths) -> None:
    # Given no work, and nobody who watches
    alone = Daemon(paths)
    assert not alone.is_needed()
    assert os.environ[BROKER] == ""

    # When there is a broker, then work may come from there, and the workers will have the same one
    Settings.change(paths.settings, broker_url=NOBODY)
    connected = Daemon(paths)
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
