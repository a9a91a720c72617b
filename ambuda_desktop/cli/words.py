"""What books and tasks are doing, in the words of the command line."""

import time

import click

from ambuda_desktop.ocr_cost import cost_sentence
from ambuda_desktop.params.ocr import FinishOcr, OcrBook, OcrPages
from ambuda_desktop.params.page_numbers import format_pages
from ambuda_desktop.params.split import FinishSplit, PageOptions, SplitBook, SplitPages
from ambuda_desktop.passwords import WAITING as PASSWORD
from ambuda_desktop.store import schema
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.store.query import Task
from ambuda_desktop.store.texts import TextSummary

TASK_STATES = {
    schema.PENDING: "waiting", schema.SENT: "starting", schema.STARTED: "running", schema.PROGRESS: "running",
    schema.SUCCESS: "done", schema.FAILURE: "failed", schema.REVOKED: "cancelled",
}  # fmt: skip

_TASKS = {
    SplitBook.task: "plan the split", FinishSplit.task: "finish the book",
    OcrBook.task: "plan the text", FinishOcr.task: "finish the text",
}  # fmt: skip

_COLOURS = {
    "done": "green", "failed": "red", "incomplete": "red", "running": "cyan", "working": "cyan",
    "locked": "yellow", "paused": "yellow", "stopping": "yellow",
}  # fmt: skip


def coloured(state: str, width: int = 0) -> str:
    """A state in its colour, padded to `width`."""
    return click.style(f"{state:{width}}", fg=_COLOURS.get(state))


def pages(count: int) -> str:
    return f"{count} page" if count == 1 else f"{count} pages"


def clock(at: float | None) -> str:
    """`2026-11-24 13:50:06`, in the time of this machine; a dash where it has not come to that."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at)) if at else "–"


def lasting(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds < 10:
        return f"{max(seconds, 0.0):.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return (
        f"{whole // 60} min {whole % 60} s" if whole < 3600 else f"{whole // 3600} h {whole // 60 % 60} min"
    )


def size(count: int) -> str:
    """An amount of bytes: `3.4 MB`."""
    amount = float(count)
    for unit in ("bytes", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" or amount >= 10 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def options(made: PageOptions) -> str:
    """How images are made: `JPEG of quality 90, gray, at most 300 dpi`."""
    parts = ["PNG" if made.format == "png" else f"JPEG of quality {made.quality}"]
    parts += ["gray"] if made.grayscale else []
    parts += [f"at most {made.max_dpi} dpi"] if made.max_dpi else []
    return ", ".join(parts)


def book_state(book: BookSummary) -> str:
    """One word."""
    if is_locked(book):
        return "locked"
    if book.stopping:
        return "stopping"
    return "paused" if book.paused and book.state in ("waiting", "working") else book.state


def doing(book: BookSummary) -> str:
    """What it is doing, or waits for: beside its bar."""
    return f"waiting for {book.waiting_for}" if book.waiting_for else book_state(book)


def is_locked(book: BookSummary) -> bool:
    """Whether it waits for the password of its PDF."""
    return book.state in ("waiting", "working") and book.waiting_for in PASSWORD


def locked(book: BookSummary) -> str:
    """What to do about a book that is locked."""
    again = "That password does not open it. " if book.waiting_for == PASSWORD[1] else ""
    return f"“{book.title}” is locked with a password. {again}“ambuda-desktop unlock {book.id}” asks for it."


def book_sentence(book: BookSummary) -> str:
    """How far a book is or how it ended, and what is wrong with which page."""
    if is_locked(book):
        return locked(book)
    if book.error and book.state == "failed":
        return book.error
    total = book.pages or 0
    made = pages(total) if book.done == total else f"{book.done} of {pages(total)}"
    if book.state == "done" and book.done < total:
        made += ", all that were asked for"
    if book.state == "cancelled":
        return f"{book.done or 'no'} page{'s'[: book.done != 1]} kept"
    if book.state in ("waiting", "working"):
        waits = f", waiting for {book.waiting_for}" if book.waiting_for else ""
        return (f"{made} done" if book.pages else "its pages are not counted yet") + waits
    return "\n".join([made, *page_lines(book)])


def page_lines(book: BookSummary) -> list[str]:
    """A line for all that is wrong with the file or a page of it."""
    lines = [f"  {book.doubt}"] if book.doubt else []
    lines += [f"  page {number} failed: {reason}" for number, reason in book.failures.items()]
    return lines + [f"  page {number} needs a look: {reason}" for number, reason in book.warnings.items()]


def text_sentence(text: TextSummary) -> str:
    """How far the text of a book is or how it ended, and what is wrong with which page."""
    if text.error and text.state == "failed":
        return text.error
    if text.state in ("waiting", "working"):
        waits = f"; waiting for {text.waiting_for}" if text.waiting_for else ""
        return (
            f"{text.tried} of {pages(text.wanted)} read{waits}" if text.wanted else f"not planned yet{waits}"
        )
    lines = [f"{pages(text.done)} with text" + (f", {len(text.missing)} not read" if text.missing else "")]
    if text.read is not None and text.options.engine == "google":
        lines.append(f"  read by Google this time: {cost_sentence(text.read)}")
    if text.kept:
        lines.append(f"  kept as a person left it: page {format_pages(text.kept)}")
    if text.set_aside:
        lines.append(f"  kept as a person changed the whole text: {', '.join(text.set_aside)}")
    for number, reason in text.failures.items():
        lines.append(f"  page {number} failed: {reason}")
    return "\n".join(lines + [f"  page {number}: {reason}" for number, reason in text.warnings.items()])


def task_name(task: Task) -> str:
    """What a task does: `make pages 1-15`; its own name where it is not one of ours."""
    if task.name in _TASKS:
        return _TASKS[task.name]
    if task.name == SplitPages.task:
        return f"make pages {task.kwargs['params']['pages']}"
    if task.name == OcrPages.task:
        return f"read pages {task.kwargs['params']['pages']}"
    return task.name


def task_state(task: Task) -> str:
    """One word."""
    if task.cancelled and not task.ended:
        return "stopping"
    if task.state == schema.PENDING and task.waiting_for in PASSWORD:
        return "locked"
    return "paused" if task.held and task.state == schema.PENDING else TASK_STATES[task.state]
