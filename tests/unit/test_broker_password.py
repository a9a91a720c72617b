"""broker_password.py: a password is for one address. There is no keyring here."""

import keyring
import pytest
from keyring.backends import fail

from ambuda_desktop import broker_password, secrets
from ambuda_desktop.paths import Paths

OLD, NEW = "amqp://me@old.example.org/", "amqp://me@new.example.org/"


@pytest.fixture(autouse=True)
def _no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = fail.Keyring()  # type: ignore[no-untyped-call]
    monkeypatch.setattr(keyring, "set_password", nobody.set_password)
    monkeypatch.setattr(keyring, "get_password", nobody.get_password)
    monkeypatch.setattr(keyring, "delete_password", nobody.delete_password)


def test_a_daemon_that_has_the_old_address_is_not_given_the_password_of_the_new(paths: Paths) -> None:
    # Given a daemon that was started with one broker
    broker_password.keep(paths, OLD, "first")
    assert broker_password.read(paths, OLD) == "first"

    # When another is set, then the first is never told the second's password
    broker_password.keep(paths, NEW, "s3cret")
    assert broker_password.read(paths, OLD) is None
    assert broker_password.read(paths, NEW) == "s3cret"
    broker_password.forget(paths)
    assert broker_password.read(paths, NEW) is None


@pytest.mark.parametrize("kept", ["s3cret", "1234", "[]", '{"url": "x"}'])
def test_a_password_without_its_address_is_none(paths: Paths, kept: str) -> None:
    secrets.keep(paths, "broker", kept)
    assert broker_password.read(paths, OLD) is None
