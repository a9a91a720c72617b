"""Commands that the program itself starts; no help lists them."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from ambuda_desktop.cli.session import Session, pass_session


@click.command("fork-server", hidden=True)
@click.argument("modules", nargs=-1)
def fork_server(modules: Sequence[str]) -> None:
    """Import MODULES, then fork workers for the daemon."""
    from ambuda_desktop.worker.fork_server import serve

    sys.exit(serve(modules))


@click.command(hidden=True)
@click.argument("picture", type=click.Path(path_type=Path))
@pass_session
def picture(session: Session, picture: Path) -> None:
    """Draw the window into the file PICTURE while work runs."""
    from ambuda_desktop.ui.picture import run

    sys.exit(run(session.paths, picture))


@click.command(hidden=True)
@click.argument("pdf", type=click.Path(path_type=Path))
@click.argument("number", type=int)
@click.argument("scale", type=float)
@click.argument("target", type=click.Path(path_type=Path))
@click.argument("quality", type=int)
@click.option("-gray", is_flag=True)
def pdfium(pdf: Path, number: int, scale: float, target: Path, quality: int, gray: bool) -> None:
    """Render page NUMBER of PDF into TARGET, where poppler is missing."""
    from ambuda_desktop.worker.pdf.pdfium import render

    sys.exit(render(pdf, number, scale, target, quality, gray))
