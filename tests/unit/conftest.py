"""Unit tests start nothing: a store in a throwaway folder is all they share."""

import contextlib
import ctypes
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail

from ambuda_desktop.celery_app import app
from ambuda_desktop.paths import ENVIRONMENT, Paths
from ambuda_desktop.store.connection import connect
from tests.support.commands import Commands

# One heap for all threads: those of gRPC would each reserve 64 MB of addresses, which a test of limited memory finds
# and uses. M_ARENA_MAX is -8 in malloc.h; only glibc has it.
with contextlib.suppress(AttributeError, OSError):
    ctypes.CDLL(None).mallopt(-8, 1)


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """A data folder of this test's own."""
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "data"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return Paths.current().make()


@pytest.fixture
def store(paths: Paths) -> Iterator[sqlite3.Connection]:
    """An empty store."""
    connection = connect(paths.store)
    yield connection
    connection.close()


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """None works: a secret lies in a file."""
    nobody = fail.Keyring()  # type: ignore[no-untyped-call]
    monkeypatch.setattr(keyring, "set_password", nobody.set_password)
    monkeypatch.setattr(keyring, "get_password", nobody.get_password)
    monkeypatch.setattr(keyring, "delete_password", nobody.delete_password)


@pytest.fixture(autouse=True)
def _close_store() -> Iterator[None]:
    """Celery apps keep a connection for each thread."""
    yield
    app.close_store()


@pytest.fixture
def commands(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """The command line; it starts no daemon, and nobody sits at its terminal."""
    monkeypatch.setattr("ambuda_desktop.cli.session.keep_daemon", lambda _paths: None)
    monkeypatch.setattr("ambuda_desktop.cli.session.why_work_waits", lambda _paths: None)
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Commands()
