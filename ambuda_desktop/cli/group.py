"""The group of all commands: in sections, and every failure a sentence and an exit code."""

import os
import sqlite3
import sys
import time
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from ambuda_desktop.cli import exits, say
from ambuda_desktop.cli.session import Session
from ambuda_desktop.errors import AlreadyAdded, AmbudaError
from ambuda_desktop.launch import start_daemon
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.connection import is_damage

PROGRAM = "ambuda-desktop"


class PipeClosed(Exception):
    """Whoever read our output has gone."""


class Commands(click.Group):
    """Lists its commands by their sections, and ends with the codes of exits.py."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sections: dict[str, list[str]] = {}

    def add(self, section: str, *commands: click.Command) -> None:
        """Add commands, listed in this order under the title `section`."""
        for command in commands:
            self.add_command(command)
            self._sections.setdefault(section, []).append(command.name or "")

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return [name for names in self._sections.values() for name in names]

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for section, names in self._sections.items():
            shown = [(name, command) for name in names if not (command := self.commands[name]).hidden]
            if shown:
                with formatter.section(section):
                    formatter.write_dl([(name, command.get_short_help_str(90)) for name, command in shown])

    def format_epilog(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Exit codes"):
            formatter.write_dl(exits.as_rows())

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> NoReturn:
        """Run a command and exit with its code, whatever happens in it."""
        del prog_name, standalone_mode  # we have one name, and tell of failures ourselves
        arguments = list(sys.argv[1:] if args is None else args)
        session = Session(Paths.current())
        extra["obj"] = session
        session.as_json = "--json" in (arguments[: arguments.index("--")] if "--" in arguments else arguments)
        try:
            code = super().main(arguments, PROGRAM, complete_var, standalone_mode=False, **extra)
        except BaseException as failure:
            code = _told(failure, session)
        finally:
            session.close()
        sys.exit(code if isinstance(code, int) else 0)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            super().invoke(ctx)
            sys.stdout.flush()  # here, where a closed pipe can still be noticed
        except BrokenPipeError as error:  # click would end with 1
            raise PipeClosed from error
        return ctx.ensure_object(Session).exit_code


def _told(failure: BaseException, session: Session) -> int:
    """Say what went wrong; returns the exit code."""
    match failure:
        case SystemExit(code=code):
            return code if isinstance(code, int) else int(code is not None)
        case click.exceptions.Abort() | KeyboardInterrupt():
            say.error(session.if_interrupted, exits.INTERRUPTED, as_json=session.as_json)
            return exits.INTERRUPTED
        case PipeClosed():
            # Python would complain of what is left in its buffer.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return exits.PIPE_CLOSED
        case click.ClickException() if not session.as_json:
            failure.show()
            return failure.exit_code
        case _:
            sentence, code, more = _words(failure, session.paths)
            say.error(sentence, code, as_json=session.as_json, **more)
            return code


def _words(failure: BaseException, paths: Paths) -> tuple[str, int, dict[str, Any]]:
    match failure:
        case click.ClickException():
            return failure.format_message(), failure.exit_code, {}
        case AlreadyAdded():
            return str(failure), failure.exit_code, {"book": failure.book}
        case AmbudaError():
            return str(failure), failure.exit_code, {}
        case sqlite3.Error():
            return _of_store(failure, paths), AmbudaError.exit_code, {}
        case OSError():
            what = failure.filename or "A file"
            return f"{what} cannot be used: {failure.strerror or failure}.", AmbudaError.exit_code, {}
        case _:
            return _unexpected(failure, paths), AmbudaError.exit_code, {}


def _of_store(failure: sqlite3.Error, paths: Paths) -> str:
    if not is_damage(failure):
        return f"The task store cannot be used just now: {failure}. Try it again."
    paths.store_doubt.touch()
    start_daemon(paths)
    return (
        f"The task store is damaged: {failure}. Another is being built from the books. "
        "Look at the books in a moment, then try it again."
    )


def _unexpected(failure: BaseException, paths: Paths) -> str:
    """A mistake of ours: kept where whoever mends it can read it."""
    told = f"Something went wrong that should not: {type(failure).__name__}: {failure}."
    report = paths.logs / "command-line.log"
    try:
        with report.open("a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {' '.join(sys.argv[1:2])}\n")
            file.write("".join(traceback.format_exception(failure)))
    except OSError:
        return told
    return f"{told} {report} says where; please send it to us."
