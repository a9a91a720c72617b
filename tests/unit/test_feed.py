"""daemon/feed.py: what Celery stores becomes an Update."""

import itertools
import logging
import threading
from typing import Any

import pytest

from ambuda_desktop.daemon import feed as feeding
from ambuda_desktop.daemon.feed import Feed, parse, read
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.dispatch import Update


def meta(status: str, result: Any = None, **more: Any) -> dict[str, Any]:
    return {"task_id": "a", "status": status, "result": result, "queue": "cpu.x.1", **more}


def failure(kind: str, message: Any, module: str = "builtins") -> dict[str, Any]:
    return {"exc_type": kind, "exc_message": message, "exc_module": module}


@pytest.mark.parametrize(
    ("stored", "update"),
    [
        (meta("STARTED", {"pid": 1}), None),
        (
            meta("PROGRESS", {"current": 2, "total": 9}),
            Update("a", "PROGRESS", "cpu.x.1", current=2, total=9),
        ),
        (meta("UPLOADING", {"current": 2}), Update("a", "PROGRESS", "cpu.x.1", current=2)),
        (meta("PROGRESS", {"current": 2**70, "total": [1]}), Update("a", "PROGRESS", "cpu.x.1")),
        (
            meta("FAILURE", failure("ValueError", ["Megha\udcff.pdf"])),
            Update("a", "FAILURE", "cpu.x.1", error="ValueError: Megha?.pdf"),
        ),
        (meta("SUCCESS", [1]), Update("a", "SUCCESS", "cpu.x.1", result=[1])),
        (meta("RETRY", failure("ValueError", ["x"])), None),
        (
            meta("FAILURE", failure("ValueError", ["x"]), traceback="T"),
            Update("a", "FAILURE", "cpu.x.1", error="ValueError: x", traceback="T"),
        ),
        (
            meta("FAILURE", failure("BadInput", ["It is empty."], "ambuda_desktop.errors")),
            Update("a", "FAILURE", "cpu.x.1", error="It is empty."),
        ),
        (meta("FAILURE", failure("WorkerLostError", ["gone"])), None),
    ],
)
def test_parse(stored: dict[str, Any], update: Update | None) -> None:
    assert parse(stored) == update


@pytest.mark.parametrize("stored", [b"", b"\xff", b"[1]", b'{"task_id": 1}', b"[" * 200_000])
def test_what_cannot_be_read_is_said_and_ends_nothing(
    stored: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    # When something that is no result stands in Redis, then it is no news, and the log says so
    with caplog.at_level(logging.WARNING):
        assert read(stored) is None
    assert "cannot be read" in caplog.text


def test_a_feed_that_fails_is_begun_again_and_says_so(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # Given a feed that fails the first time for a reason that nobody foresaw
    monkeypatch.setattr(feeding, "AFTER_FAILURE", 0.0)
    said: list[str] = []
    feed = Feed(paths, said.append)
    listening = threading.Event()
    calls = itertools.count()

    def listen() -> None:
        if next(calls) == 0:
            raise ValueError("unforeseen")
        listening.set()
        feed.stop()

    monkeypatch.setattr(feed, "_listen", listen)

    # When it runs
    feed.start()

    # Then it listens again, and the user is told
    assert listening.wait(timeout=5)
    feed.join()
    assert "Listening for results failed" in said[0]
    assert "unforeseen" in caplog.text
