"""Writing to the terminal: with colours where there is one and nobody minds."""

import json
import os
import sys
from typing import Any

import click


def wants_no_colour() -> bool:
    """https://no-color.org: a variable that is there and not empty."""
    return bool(os.environ.get("NO_COLOR"))


def line(text: str, *, err: bool = False) -> None:
    """One line; click removes the colours where it goes into a pipe."""
    click.echo(text, err=err, color=False if wants_no_colour() else None)


def obj(values: Any) -> None:
    """One JSON value on a line of its own."""
    click.echo(json.dumps(values, ensure_ascii=False))


def error(sentence: str, exit_code: int, *, as_json: bool, **more: Any) -> None:
    """A failure, on standard error: a sentence for people, an object for programs."""
    if as_json:
        click.echo(
            json.dumps({"error": sentence, "exit_code": exit_code, **more}, ensure_ascii=False), err=True
        )
    else:
        line(click.style(sentence, fg="red"), err=True)


def is_interactive() -> bool:
    """Whether a person sits there: one who can be asked, and sees the question."""
    return sys.stdin.isatty() and sys.stderr.isatty()
