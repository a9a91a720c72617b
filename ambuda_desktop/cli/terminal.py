"""What the command line shows: bars, lines and sentences."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from ambuda_desktop.launch import program, start_daemon
from ambuda_desktop.paths import ENVIRONMENT, Paths
from ambuda_desktop.store.books import BookSummary, summary
from ambuda_desktop.store.query import Task

BAR = 30  # characters
POLL = 0.05  # seconds between two looks at the store
DAEMON_POLL = 1.0  # seconds
PICTURE_TIMEOUT = 60  # seconds

_STATE_WORDS = {
    "PENDING": "waiting", "SENT": "starting", "STARTED": "running", "PROGRESS": "running",
    "SUCCESS": "done", "FAILURE": "failed", "REVOKED": "cancelled",
}  # fmt: skip


def set_environment(name: str, value: str) -> None:
    """Set a variable for this process and all that it starts."""
    os.environ[name] = value


def complain(sentence: str) -> None:
    """A sentence on standard error."""
    click.secho(sentence, err=True, fg="red")


@contextlib.contextmanager
def bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A line that is drawn over and over; in a pipe, only its end is written."""
    drawn = ""

    def draw(done: int, total: int) -> None:
        nonlocal drawn
        filled = BAR * done // total if total else 0
        percent = 100 * done // total if total else 0
        line = f"{label}  {'█' * filled}{'░' * (BAR - filled)} {percent:3} %"
        if line != drawn and sys.stdout.isatty():
            click.echo(f"\r{line}", nl=False)
        drawn = line

    try:
        yield draw
    finally:
        if drawn and sys.stdout.isatty():
            click.echo()


def follow(paths: Paths, connection: sqlite3.Connection, books: list[str]) -> None:
    """Show one book after the other until each has ended; a daemon that dies meanwhile is started again."""
    looked_at = time.monotonic()
    for book in books:
        with bar(book) as draw:
            while True:
                found = summary(connection, book)
                if found is None:
                    break
                draw(found.done, found.pages or 0)
                if found.state not in ("waiting", "working"):
                    break
                time.sleep(POLL)
                if time.monotonic() - looked_at > DAEMON_POLL:
                    looked_at = time.monotonic()
                    start_daemon(paths)
        if found is not None:
            click.echo(f"{found.title}: {sentence(found)}")


def sentence(book: BookSummary) -> str:
    """How a book ended, in words."""
    if book.error and book.state == "failed":
        return book.error
    pages = book.pages or 0
    words = f"{book.done} of {pages} pages" if book.done != pages else f"{pages} page{'s'[: pages != 1]}"
    if book.state == "cancelled":
        return f"cancelled; {words} kept"
    for number, reason in book.failures.items():
        words += f"\n  page {number} failed: {reason}"
    for number, reason in book.warnings.items():
        words += f"\n  page {number} needs a look: {reason}"
    return words


def task_line(task: Task) -> str:
    """A task as one line for people."""
    how_far = f"{task.current}/{task.total}" if task.total else ""
    words = task.error or (f"waiting for {task.waiting_for}" if task.waiting_for else "")
    state = _STATE_WORDS[task.state]
    return f"{task.id}  {state:9}  {how_far:>9}  {task.name}  {task.book or ''}  {words}".rstrip()


def task_json(task: Task) -> dict[str, Any]:
    """A task for programs: the columns of the store, with arguments and result decoded."""
    values = asdict(task)
    values["payload"] = json.loads(task.payload)
    values["result"] = task.value
    return values


def start_camera(paths: Paths, picture: Path) -> "subprocess.Popen[str]":
    """Start the real window, offscreen, and wait until it stands (or cannot)."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", ENVIRONMENT: str(paths.root)}
    camera = subprocess.Popen(
        program("picture", str(picture)), env=environment, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert camera.stdout is not None
    camera.stdout.readline()
    return camera


def end_camera(camera: "subprocess.Popen[str]", picture: Path) -> None:
    """Say where the picture is, or why there is none."""
    _, errors = camera.communicate(timeout=PICTURE_TIMEOUT)
    if camera.returncode == 0:
        click.echo(f"Window: {picture}")
    else:
        reason = errors.strip().splitlines() or ["no reason given"]
        complain(f"The window could not be drawn: {reason[-1]}")
