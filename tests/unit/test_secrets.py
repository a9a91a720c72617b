"""secrets.py: where a secret lies, and where it does not. The keyrings are the tests' own."""

import stat
from collections.abc import Iterator
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringLocked as Locked
from keyring.errors import PasswordDeleteError

from ambuda_desktop import secrets
from ambuda_desktop.paths import Paths


class MemoryKeyring(KeyringBackend):
    """A keyring that works."""

    priority: Any = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("none")


class LockedKeyring(MemoryKeyring):
    """One that the user does not unlock."""

    def get_password(self, service: str, username: str) -> str | None:
        raise Locked("dismissed")

    set_password = get_password  # type: ignore[assignment]
    delete_password = get_password  # type: ignore[assignment]


@pytest.fixture(autouse=True)
def _back_to_the_keyring_before() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


@pytest.fixture
def memory() -> MemoryKeyring:
    made = MemoryKeyring()
    keyring.set_keyring(made)
    return made


def test_a_secret_lies_in_the_keyring_and_nowhere_else(paths: Paths, memory: MemoryKeyring) -> None:
    # When it is kept
    kept = secrets.keep(paths, "broker", "s3cret")

    # Then it is read again, no file has it, and there is nothing to warn of
    assert (kept.in_keyring, kept.warning) == (True, "")
    assert secrets.read(paths, "broker") == "s3cret"
    assert not any(b"s3cret" in file.read_bytes() for file in paths.root.rglob("*") if file.is_file())


def test_each_name_and_each_data_folder_has_its_own(paths: Paths, memory: MemoryKeyring) -> None:
    secrets.keep(paths, "broker", "one")
    secrets.keep(paths, "google", "two")
    assert (secrets.read(paths, "broker"), secrets.read(paths, "google")) == ("one", "two")
    assert secrets.read(Paths(paths.root / "other"), "broker") is None


@pytest.mark.parametrize("none", [fail.Keyring, null.Keyring, LockedKeyring])
def test_without_a_keyring_it_is_a_file_that_only_the_user_reads(paths: Paths, none: Any) -> None:
    # Given a machine whose keyring is none, or forgets all, or stays locked
    keyring.set_keyring(none())

    # When a secret is kept, twice
    secrets.keep(paths, "google", "first")
    kept = secrets.keep(paths, "google", '{"private_key": "नमस्ते"}')

    # Then its file is closed to others, and the user is told where it lies
    file = paths.root / "secrets" / "google"
    assert secrets.read(paths, "google") == '{"private_key": "नमस्ते"}'
    assert [stat.S_IMODE(p.stat().st_mode) for p in (file, file.parent)] == [0o600, 0o700]
    assert [p.name for p in file.parent.iterdir()] == ["google"]
    assert not kept.in_keyring
    assert str(file) in kept.warning


def test_a_keyring_that_comes_later_takes_the_place_of_the_file(paths: Paths) -> None:
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    secrets.keep(paths, "broker", "old")
    keyring.set_keyring(MemoryKeyring())
    secrets.keep(paths, "broker", "new")
    assert secrets.read(paths, "broker") == "new"
    assert not list((paths.root / "secrets").iterdir())


def test_a_secret_is_forgotten_wherever_it_is(paths: Paths, memory: MemoryKeyring) -> None:
    secrets.keep(paths, "broker", "in the keyring")
    secrets.forget(paths, "broker")
    secrets.forget(paths, "broker")  # also where there is none
    assert (secrets.read(paths, "broker"), memory.kept) == (None, {})

    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    secrets.keep(paths, "broker", "in a file")
    secrets.forget(paths, "broker")
    assert secrets.read(paths, "broker") is None


def test_a_locked_keyring_is_told_and_not_taken_for_an_empty_one(paths: Paths) -> None:
    keyring.set_keyring(LockedKeyring())
    with pytest.raises(secrets.KeyringLocked, match="Unlock it"):
        secrets.read(paths, "broker")


def test_what_a_locked_keyring_may_still_have_is_not_called_forgotten(paths: Paths) -> None:
    # Given a secret in a file, and a keyring that does not open
    keyring.set_keyring(LockedKeyring())
    secrets.keep(paths, "broker", "s3cret")

    # When it is forgotten, then the file is gone, and what may be left and how to end it is said
    with pytest.raises(secrets.KeyringLocked, match="Unlock it, and forget"):
        secrets.forget(paths, "broker")
    assert not list((paths.root / "secrets").iterdir())


@pytest.mark.parametrize("name", ["", "../broker", "a/b", "Broker", "a.b"])
def test_a_name_is_no_path(paths: Paths, name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        secrets.keep(paths, name, "x")
