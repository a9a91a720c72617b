"""broker_password.py: a password is for one address. There is no keyring here."""

from unittest.mock import MagicMock

import keyring
import pytest
from keyring import errors

from ambuda_desktop import broker_password, secrets
from ambuda_desktop.paths import Paths

OLD, NEW = "amqp://me@old.example.org/", "amqp://me@new.example.org/"


pytestmark = pytest.mark.usefixtures("no_keyring")


def test_a_daemon_that_has_the_old_address_keeps_its_password_and_is_not_given_the_new(paths: Paths) -> None:
    # Given a daemon that was started with one broker, and another that is set
    broker_password.keep(paths, OLD, "first")
    broker_password.keep(paths, NEW, "s3cret")

    # Then each address has the password that was given with it, and no other has any
    assert broker_password.read(paths, OLD) == "first"
    assert broker_password.read(paths, NEW) == "s3cret"
    assert broker_password.read(paths, "amqp://me@third.example.org/") is None


def test_what_no_address_needs_is_forgotten(paths: Paths) -> None:
    # Given the passwords of two brokers
    broker_password.keep(paths, OLD, "first")
    broker_password.keep(paths, NEW, "s3cret")

    # When only one is needed, then the other's is not there any more
    broker_password.forget_others(paths, NEW, "amqp://me@third.example.org/")
    assert broker_password.read(paths, NEW) == "s3cret"
    assert "first" not in (secrets.read(paths, "broker") or "")

    # And with the last the place is empty
    broker_password.forget_others(paths, "")
    assert secrets.read(paths, "broker") is None


def test_a_locked_keyring_does_not_keep_a_new_password_out(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a keyring that lets nobody in
    locked = MagicMock(side_effect=errors.KeyringLocked())
    for name in ("get_password", "set_password", "delete_password"):
        monkeypatch.setattr(keyring, name, locked)

    # When a password is given, then it is kept in the file, and read
    assert not broker_password.keep(paths, NEW, "s3cret").in_keyring
    assert broker_password.read(paths, NEW) == "s3cret"


@pytest.mark.parametrize("kept", ["s3cret", "1234", "[]", f'{{"{OLD}": 1}}'])
def test_what_is_no_password_of_an_address_is_none_and_is_forgotten(paths: Paths, kept: str) -> None:
    secrets.keep(paths, "broker", kept)
    assert broker_password.read(paths, OLD) is None
    broker_password.forget_others(paths, OLD)
    assert secrets.read(paths, "broker") is None
