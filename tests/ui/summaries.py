"""Book summaries for words and commands, without a store."""

from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.store.texts import TextSummary


def book(**changes: object) -> BookSummary:
    """A book of 100 pages of which 61 are done, changed."""
    fields: dict[str, object] = {
        "id": "gita", "title": "Gītā", "pages": 100, "added_at": 0.0, "state": "working",
        "cells": "d" * 61 + "." * 39, "failures": {}, "warnings": {}, "error": None, "waiting_for": None,
        "task": "t", "started_at": None, "ended_at": None, "stopping": False, "tried": 0, "paused": False,
        "missing": [], "asked": None, "options": PageOptions(), "doubt": None, **changes,
    }  # fmt: skip
    return BookSummary(**fields)  # type: ignore[arg-type]


def text(**changes: object) -> TextSummary:
    """The text of a book of 100 pages, all of them read with a confidence of 0.9, changed."""
    fields: dict[str, object] = {
        "id": "gita", "state": "done", "cells": "d" * 100, "failures": {}, "warnings": {},
        "confidence": dict.fromkeys(range(1, 101), 0.9), "kept": [], "missing": [],
        "asked": OcrBook(book="gita"), "error": None, "waiting_for": None, "task": "t2", "started_at": None,
        "ended_at": None, "stopping": False, "wanted": 100, "tried": 100, **changes,
    }  # fmt: skip
    return TextSummary(**fields)  # type: ignore[arg-type]
