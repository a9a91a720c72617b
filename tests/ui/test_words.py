import time

from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.ui import book_words, durations, words


def book(**changes: object) -> BookSummary:
    fields: dict[str, object] = {
        "id": "gita", "title": "Gītā", "pages": 100, "added_at": 0.0, "state": "working",
        "cells": "d" * 61 + "." * 39, "failures": {}, "warnings": {}, "error": None, "waiting_for": None,
        "task": "t", "started_at": None, "ended_at": None, "stopping": False, "tried": 0, "paused": False,
        "missing": [], "asked": None, "options": PageOptions(), "doubt": None, **changes,
    }  # fmt: skip
    return BookSummary(**fields)  # type: ignore[arg-type]


def test_books_in_words() -> None:
    cases = {
        "stopped after page 61; 61 pages kept": book(state="cancelled"),
        "stopped; 60 pages of 100 kept": book(state="cancelled", cells="." + "d" * 60 + "." * 39),
        "stopped; no page was made": book(state="cancelled", cells="." * 100),
        "1 page failed": book(state="incomplete", failures={3: "x"}),
        "2 pages need a look": book(state="done", warnings={3: "x", 4: "x"}),
        "done": book(state="done"),
        "waiting for a worker": book(),
        "waiting for the network": book(waiting_for="network"),
        "splitting into pages": book(cells="d" * 61 + "r" + "." * 38),
        "looking at its pages": book(pages=None, cells=""),
        "stopping after the pages in hand": book(stopping=True),
        "It is protected.": book(state="failed", error="It is protected."),
    }
    for said, summary in cases.items():
        assert book_words.book_state(summary)[0] == said


def test_failing_line_comes_first() -> None:
    first = 'Traceback:\n  File "a.py", line 1, in f\n    g()\n'
    trace = first + '  File "b.py", line 2, in g\n    1/0\nZeroDivisionError: x\n'
    assert words.failing_line(trace) == '  File "b.py", line 2, in g\n    1/0\nZeroDivisionError: x'
    assert words.failing_line("") == ""


def test_durations() -> None:
    assert durations.lasting(0.42) == "0.4 s"
    assert durations.lasting(12.4) == "12 s"
    assert durations.lasting(200) == "3 min 20 s"
    assert durations.lasting(7500) == "2 h 5 min"
    assert durations.left(3) == "a few seconds left"
    assert durations.left(95) == "2 min left"
    assert durations.clock(time.time()) == time.strftime("%H:%M")
    assert durations.clock(0).startswith("01 Jan 1970") or "1969" in durations.clock(0)
    assert durations.plural(1, "%s page", "%s pages") == "1 page"
    assert durations.plural(1204, "%s page", "%s pages") == "1,204 pages"
