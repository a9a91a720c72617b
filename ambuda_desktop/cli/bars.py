"""A line that shows how far something is, drawn over and over. Only where a person looks at it."""

import contextlib
import os
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterator

import click

WIDTH = 30  # characters
#: Goes back to the beginning of the line, and makes it empty.
CLEAR = "\r\x1b[K"

#: (done, total, a word on what is going on)
Draw = Callable[..., None]


def are_shown() -> bool:
    """Whether there is a terminal that can draw a line over again."""
    return sys.stdout.isatty() and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


@contextlib.contextmanager
def bar(label: str, *, shown: bool) -> Iterator[Draw]:
    """A bar on standard error, gone when the block ends; what came of it is for the caller to say."""
    drawn = ""

    def draw(done: int, total: int, word: str = "") -> None:
        nonlocal drawn
        line = _line(label, done, total, word)
        if shown and line != drawn:
            _write(f"{CLEAR}{line}")
            drawn = line

    try:
        yield draw
    finally:
        if drawn:
            clear()


def clear() -> None:
    """Make room in the line where a bar may stand."""
    _write(CLEAR)


def _write(text: str) -> None:
    click.echo(text, nl=False, err=True, color=True)  # these codes are no colours: NO_COLOR leaves them


def _line(label: str, done: int, total: int, word: str) -> str:
    share = min(done / total, 1.0) if total else 0.0
    filled = int(WIDTH * share)
    end = f"  {'█' * filled}{'░' * (WIDTH - filled)} {int(100 * share):3} %" + (f"  {word}" if word else "")
    room = shutil.get_terminal_size().columns - columns(end) - 1
    return fit(label, room) + end


def fit(text: str, room: int) -> str:
    """The beginning of a text that takes at most `room` columns: a line that is broken cannot be drawn over."""
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    if columns(text) <= room:
        return text
    while text and columns(text) > max(room - 1, 0):
        text = text[:-1]
    return f"{text}…"


def columns(text: str) -> int:
    """How many columns a text takes on a terminal: marks above and below letters take none."""
    return sum(_columns(letter) for letter in text)


def _columns(letter: str) -> int:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
