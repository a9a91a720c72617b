"""Fixtures that start the real program and reliably end it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ambuda_desktop.celery_app import app
from ambuda_desktop.paths import ENVIRONMENT
from tests.support.program import Program


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """The program in a throwaway data folder; whatever the test started is gone afterwards."""
    root = tmp_path / "data folder"  # with a space, as people have
    monkeypatch.setenv(ENVIRONMENT, str(root))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    started = Program(root)
    yield started
    started.end()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the task `steps` leaves a file a step."""
    made = tmp_path / "steps"
    made.mkdir()
    return made


@pytest.fixture(autouse=True)
def _close_store() -> Iterator[None]:
    """Celery apps keep a connection for each thread."""
    yield
    app.close_store()
