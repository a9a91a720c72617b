"""What `--json` writes: names that stay. docs/command-line.md lists them."""

import json
from dataclasses import asdict
from typing import Any

from ambuda_desktop.books import BookFolder
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.store.query import Task
from ambuda_desktop.store.texts import TextSummary


def of_book(paths: Paths, book: BookSummary) -> dict[str, Any]:
    """A book. Times are seconds since 1970, null where it has not come to that."""
    folder = BookFolder(paths.library / book.id)
    return {
        "book": book.id, "title": book.title, "state": book.state, "paused": book.paused,
        "stopping": book.stopping, "waiting_for": book.waiting_for, "pages": book.pages, "done": book.done,
        "missing": book.missing, "failures": book.failures, "warnings": book.warnings, "error": book.error,
        "doubt": book.doubt, "asked": book.asked, "options": book.options.model_dump(), "task": book.task,
        "folder": str(folder.path), "pages_folder": str(folder.pages), "added_at": book.added_at,
        "started_at": book.started_at, "ended_at": book.ended_at,
    }  # fmt: skip


def of_text(paths: Paths, text: TextSummary) -> dict[str, Any]:
    """The text of a book."""
    folder = paths.library / text.id
    whole = folder / f"{text.id}.txt"
    return {
        "book": text.id, "state": text.state, "stopping": text.stopping, "waiting_for": text.waiting_for,
        "wanted": text.wanted, "tried": text.tried, "done": text.done, "missing": text.missing,
        "failures": text.failures, "warnings": text.warnings, "confidence": text.confidence, "kept": text.kept,
        "read": text.read, "set_aside": text.set_aside,
        "error": text.error, "options": text.options.model_dump(), "task": text.task,
        "text_folder": str(folder / "text"), "text_file": str(whole) if whole.exists() else None,
        "started_at": text.started_at, "ended_at": text.ended_at,
    }  # fmt: skip


def of_task(task: Task) -> dict[str, Any]:
    """A task: the columns of the store, with arguments and result decoded."""
    values = asdict(task)
    values["payload"] = json.loads(task.payload)
    values["result"] = task.value
    for flag in ("retried", "held", "cancelled"):
        values[flag] = bool(values[flag])
    return values
