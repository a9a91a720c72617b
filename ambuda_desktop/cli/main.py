"""All commands, in the order in which `--help` lists them. Without a command the window opens."""

import os
from pathlib import Path

import click

from ambuda_desktop import __version__
from ambuda_desktop.cli import internal, say
from ambuda_desktop.cli.add import import_images, split
from ambuda_desktop.cli.again import resplit, retry, unlock
from ambuda_desktop.cli.books import books, remove
from ambuda_desktop.cli.call import call, map_
from ambuda_desktop.cli.completion import PROGRAM, completion
from ambuda_desktop.cli.control import cancel, pause, resume
from ambuda_desktop.cli.demo import demo
from ambuda_desktop.cli.dev import dev
from ambuda_desktop.cli.diagnosis import doctor
from ambuda_desktop.cli.google_key import google
from ambuda_desktop.cli.group import Commands
from ambuda_desktop.cli.log_lines import logs
from ambuda_desktop.cli.ocr import ocr
from ambuda_desktop.cli.options import example
from ambuda_desktop.cli.session import Session
from ambuda_desktop.cli.settings import settings
from ambuda_desktop.cli.show import show
from ambuda_desktop.cli.start import daemon, window
from ambuda_desktop.cli.tasks import tasks
from ambuda_desktop.cli.workers import workers
from ambuda_desktop.paths import ENVIRONMENT, Paths


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where books and tasks are kept. Default: ~/Ambuda",
)
@click.version_option(__version__, prog_name=PROGRAM)
@click.pass_context
@example("split meghaduta.pdf --wait", "books", "--data-dir /tmp/try split meghaduta.pdf --wait")
def main(context: click.Context, data_dir: Path | None) -> None:
    """A desktop control room for Celery, made for people who digitize Sanskrit books.

    Without a command, the window opens. “ambuda-desktop COMMAND --help” tells more of each command.
    """
    if data_dir is not None:
        # For this process and all that it starts.
        os.environ[ENVIRONMENT] = str(data_dir.expanduser().absolute())
    context.ensure_object(Session).paths = Paths.current()
    if say.wants_no_colour():
        context.color = False
    if context.invoked_subcommand is None:
        context.invoke(window, files=(), new_window=False)


main.add("Books", split, import_images, ocr, books, show, resplit, retry, unlock, remove)
settings.add_command(google)
main.add("Tasks and workers", tasks, call, cancel, pause, resume, workers, logs, map_)
main.add("Program", window, daemon, dev, settings, doctor, completion, demo)
main.add("Internal", internal.fork_server, internal.picture, internal.pdfium)


def run() -> int:
    """Run the command line; a failure the user can meet is a sentence and an exit code."""
    try:
        main.main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
