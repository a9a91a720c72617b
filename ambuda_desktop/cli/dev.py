"""`dev`: the daemon in the foreground for whoever writes tasks, with all that its workers say."""

import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from ambuda_desktop.cli.options import example
from ambuda_desktop.cli.session import Session, pass_session
from ambuda_desktop.paths import Paths
from ambuda_desktop.task_folders import check_task_folder
from ambuda_desktop.task_log import RECORD

POLL = 0.1  # seconds between two looks at the logs
#: What a worker says on its way up: Celery's banner, which is of no use here.
_BANNER = (" -", "- ", "--", "[", "  .", "\n", " ")


@click.command()
@click.option(
    "--watch", "folders", multiple=True, type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER",
    help="Tasks of your own lie here; beside those in the data folder and in the settings.",
)  # fmt: skip
@pass_session
@example("dev", "dev --watch ~/my-tasks")
def dev(session: Session, folders: Sequence[Path]) -> None:
    """Run the daemon in the foreground, for writing tasks.

    Saved task code is live at once: a line tells it, or what is wrong with it. What tasks log and
    print is shown, too. Ctrl+C stops after the steps in hand.
    """
    paths = session.paths.make()
    watched = [folder.expanduser().absolute() for folder in folders]
    for folder in watched:
        check_task_folder(paths, folder)
    from ambuda_desktop.daemon.main import run

    threading.Thread(target=_follow_workers, args=(paths,), name="follow-workers", daemon=True).start()
    run(paths, while_needed=False, foreground=True, watch=watched)


def _follow_workers(paths: Paths) -> None:
    """Show what workers log and tasks print, as it comes."""
    places = [paths.logs / f"worker-{pool}.{kind}" for pool in ("cpu", "net") for kind in ("log", "stderr")]
    followed = [_lines(place) for place in places]
    while True:
        for lines in followed:
            for line in next(lines):
                sys.stderr.write(line)
        sys.stderr.flush()
        time.sleep(POLL)


def _lines(place: Path) -> Iterator[list[str]]:
    """At each step, the whole lines that have been added to a file since the one before."""
    position = place.stat().st_size if place.exists() else 0
    rest = ""
    while True:
        try:
            with place.open("rb") as file:
                if file.seek(0, os.SEEK_END) < position:
                    position = 0  # it was set aside
                file.seek(position)
                data = file.read()
                position += len(data)
        except FileNotFoundError:
            data = b""
        *whole, rest = (rest + data.decode(errors="replace")).split("\n")
        yield [f"{_short(line)}\n" for line in whole if line and not line.startswith(_BANNER)]


def _short(line: str) -> str:
    """A line of a log without its date, process and logger, and with the beginning of the task's id."""
    record = RECORD.match(line)
    if record is None:
        return line
    task = "" if record["task"] == "-" else f"[{record['task'][:8]}] "
    return f"{record['time'][11:19]} {record['level']:7} {task}{line[record.end() :]}"
