"""`window` and `daemon`: the other two sides of the program."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from ambuda_desktop.cli import unit
from ambuda_desktop.cli.options import example, takes_json
from ambuda_desktop.cli.session import Session, pass_session
from ambuda_desktop.launch import stop_daemon


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--new-window", is_flag=True, help="Open another window even where one is open.")
@pass_session
@example("window", "window meghaduta.pdf")
def window(session: Session, files: Sequence[Path], new_window: bool) -> None:
    """Open the window, and add FILES to the library.

    A window that is open already gets them.
    """
    from ambuda_desktop.ui.app import run  # the command line also runs where Qt does not

    sys.exit(run(session.paths, list(files), new_window))


@click.command()
@click.option("--stop", is_flag=True, help="Stop the daemon after the pages in hand.")
@click.option("--while-needed", is_flag=True, help="End when there is no work and nobody watches.")
@click.option("--install-unit", is_flag=True, help="Let systemd start the daemon at login and after a crash.")
@click.option("--remove-unit", is_flag=True, help="Stop that daemon, and start it no more.")
@takes_json
@pass_session
@example("daemon", "daemon --stop", "daemon --install-unit")
def daemon(session: Session, stop: bool, while_needed: bool, install_unit: bool, remove_unit: bool) -> None:
    """Run Redis and the workers in the foreground.

    Nobody has to: commands and window start a daemon where there is work, and it goes when that is done.
    """
    if stop + while_needed + install_unit + remove_unit > 1:
        raise click.UsageError("These options exclude one another.")
    session.paths.make()
    if install_unit or remove_unit:
        (unit.install if install_unit else unit.remove)(session)
        return
    if stop:
        stopped = stop_daemon(session.paths)
        session.tell("Stopped." if stopped else "No daemon was running.", {"stopped": stopped})
        return
    from ambuda_desktop.daemon.main import run

    run(session.paths, while_needed=while_needed, foreground=not while_needed)
