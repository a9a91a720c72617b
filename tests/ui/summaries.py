"""Book summaries for words and commands, without a store."""

from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.store.books import BookSummary


def book(**changes: object) -> BookSummary:
    """A book of 100 pages of which 61 are done, changed."""
    fields: dict[str, object] = {
        "id": "gita", "title": "Gītā", "pages": 100, "added_at": 0.0, "state": "working",
        "cells": "d" * 61 + "." * 39, "failures": {}, "warnings": {}, "error": None, "waiting_for": None,
        "task": "t", "started_at": None, "ended_at": None, "stopping": False, "tried": 0, "paused": False,
        "missing": [], "asked": None, "options": PageOptions(), "doubt": None, **changes,
    }  # fmt: skip
    return BookSummary(**fields)  # type: ignore[arg-type]
