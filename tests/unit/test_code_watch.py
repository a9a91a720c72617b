"""daemon/code_watch.py: which events are edits. Nothing is written here; tests/process does that."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from watchdog.events import (
    DirMovedEvent,
    FileClosedEvent,
    FileClosedNoWriteEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileOpenedEvent,
    FileSystemEvent,
)

from ambuda_desktop.daemon.code_watch import CodeWatch


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[CodeWatch]:
    made = CodeWatch([tmp_path / "nowhere"], wake=lambda: None)
    yield made
    made.stop()


@pytest.mark.parametrize(
    ("event", "places", "urgent"),
    [
        (FileClosedEvent("/t/a.py"), {"/t/a.py"}, True),
        (FileMovedEvent("/t/a.py.tmp", "/t/a.py"), {"/t/a.py"}, True),
        (FileMovedEvent("/t/a.py", "/t/a.py~"), {"/t/a.py"}, True),
        (FileCreatedEvent("/t/a.py"), {"/t/a.py"}, False),
        (FileDeletedEvent("/t/a.py"), {"/t/a.py"}, False),
        (DirMovedEvent("/t/old", "/t/new"), {"/t/old", "/t/new"}, False),
        (FileModifiedEvent("/t/a.py"), set(), False),  # in the middle of a write
        (FileOpenedEvent("/t/a.py"), set(), False),
        (FileClosedNoWriteEvent("/t/a.py"), set(), False),
        (FileClosedEvent("/t/.a.py.swp"), set(), False),
        (FileClosedEvent("/t/4913"), set(), False),
        (FileClosedEvent("/t/__pycache__/a.cpython-311.pyc"), set(), False),
        (FileClosedEvent("/t/__pycache__/a.py"), set(), False),
    ],
)
def test_only_edits_of_python_files_count(
    watch: CodeWatch, event: FileSystemEvent, places: set[str], urgent: bool
) -> None:
    watch._take(event)
    assert watch.take() == ({Path(p) for p in places}, urgent)
    assert watch.take() == (set(), False)
