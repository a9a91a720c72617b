"""`demo`: the main job on the sample book, in a folder of its own."""

import os
import subprocess
import tempfile
from pathlib import Path

import click

from ambuda_desktop.cli import say, waiting
from ambuda_desktop.cli.options import example
from ambuda_desktop.cli.session import Session
from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.launch import program, start_daemon, stop_daemon, wait_for_daemon
from ambuda_desktop.library import add_book
from ambuda_desktop.paths import ENVIRONMENT, Paths, resources

PICTURE_TIMEOUT = 60  # seconds


@click.command()
@click.option(
    "--picture", type=click.Path(path_type=Path), default=Path("window.png"), show_default=True,
    help="Where the picture of the window goes.",
)  # fmt: skip
@example("demo", "demo --picture /tmp/window.png")
def demo(picture: Path) -> None:
    """Split the sample book, and draw the window meanwhile.

    The book goes into a folder of its own; your library is not touched.
    """
    paths = Paths(Path(tempfile.mkdtemp(prefix="ambuda-desktop-demo-"))).make()
    os.environ[ENVIRONMENT] = str(paths.root)
    session = Session(paths)
    say.line("The main job in the terminal: a book becomes page images.")
    start_daemon(paths)
    try:
        wait_for_daemon(paths)
        camera = _start_camera(paths, picture.absolute())
        book = add_book(
            session.store, paths, resources() / "sample" / "sample.pdf", lambda _done, _total: None
        )
        waiting.follow(session, [book])
        _end_camera(session, camera, picture.absolute())
    finally:
        session.close()
        stop_daemon(paths)


def _start_camera(paths: Paths, picture: Path) -> "subprocess.Popen[str]":
    """Start the real window, offscreen, and wait until it stands (or cannot)."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", ENVIRONMENT: str(paths.root)}
    camera = subprocess.Popen(
        program("picture", str(picture)), env=environment, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert camera.stdout is not None
    camera.stdout.readline()
    return camera


def _end_camera(session: Session, camera: "subprocess.Popen[str]", picture: Path) -> None:
    """Say where the picture is, or why there is none."""
    _, errors = camera.communicate(timeout=PICTURE_TIMEOUT)
    if camera.returncode == 0:
        say.line(f"Window: {picture}")
    else:
        reason = errors.strip().splitlines() or ["no reason given"]
        session.complain(AmbudaError(f"The window could not be drawn: {reason[-1]}"))
