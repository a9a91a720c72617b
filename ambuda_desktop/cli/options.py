"""Options that many commands have."""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import click

from ambuda_desktop.cli.session import Session

Function = TypeVar("Function", bound=Callable[..., Any])


def _set_json(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    session = context.find_object(Session)
    if session is not None:  # none while a shell asks for completions
        session.as_json = value


takes_json = click.option(
    "--json", is_flag=True, expose_value=False, callback=_set_json,
    help="Write JSON: one object, or one object a line.",
)  # fmt: skip

takes_wait = click.option("--wait", is_flag=True, help="Show a bar, and end when the books have ended.")


def example(*lines: str) -> Callable[[Function], Function]:
    """Adds examples to the help of a command; each line is what stands behind `ambuda-desktop`."""

    def add(function: Function) -> Function:
        title = "Example:" if len(lines) == 1 else "Examples:"
        shown = "\n".join(f"  ambuda-desktop {line}" for line in lines)
        words = inspect.cleandoc(function.__doc__ or "")
        function.__doc__ = f"{words}\n\n\b\n{title}\n{shown}\n"
        return function

    return add
