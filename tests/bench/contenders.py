"""Whole books split in the ways people do it: by this program, by pdf2image, by PyMuPDF."""

import importlib.util
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ambuda_desktop.store.facts import put_wish
from tests.bench.measuring import Cost, cpu_of_ended, cpu_of_living, ended_tree, reap, run
from tests.support.program import Program

# Each runs in a fresh process: its arguments are the PDF and a folder for images.
README = "from pdf2image import convert_from_path; images = convert_from_path(sys.argv[1])"
FOLDER = """from pdf2image import convert_from_path
convert_from_path(sys.argv[1], output_folder=sys.argv[2], fmt="jpeg", thread_count=2, paths_only=True)"""
PYMUPDF = """import pymupdf
for page in pymupdf.open(sys.argv[1]):
    page.get_pixmap(dpi=200).save(f"{sys.argv[2]}/{page.number + 1}.jpg")"""
# Three quarters of the machine's memory: a book that does not fit is a result, not an accident.
_LIMITED = """import os, resource, sys
limit = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 3 // 4
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
"""


class Failed(Exception):
    """A contender did not split the book: `str` says why."""


def others() -> dict[str, str]:
    """The contenders' code by their names."""
    found = {
        "(a) pdf2image as its README shows (200 dpi, images in memory)": README,
        "(b) pdf2image, output folder, 2 threads (200 dpi, JPEG)": FOLDER,
    }
    if importlib.util.find_spec("pymupdf"):
        found["(c) PyMuPDF, serial (200 dpi, JPEG)"] = PYMUPDF
    return found


@contextmanager
def temporary() -> Iterator[Path]:
    """A folder of a run's own."""
    folder = Path(tempfile.mkdtemp(prefix="ambuda-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def other(code: str) -> Callable[[Path], Cost]:
    """A run of somebody else's code."""

    def split(pdf: Path) -> Cost:
        cost = Cost(0, 0)
        with temporary() as folder, ended_tree(cost):
            exit_code = run([sys.executable, "-c", _LIMITED + code, str(pdf), str(folder)])
        if exit_code:
            raise Failed("did not fit into memory, or failed")
        return cost

    return split


def cold(pdf: Path) -> Cost:
    """This program: from nothing to the last process's end."""
    cost = Cost(0, 0)
    with temporary() as folder, ended_tree(cost):
        ours = [sys.executable, "-m", "ambuda_desktop", "--data-dir", str(folder / "data")]
        exit_code = run([*ours, "split", str(pdf), "--wait"])
        run([*ours, "daemon", "--stop"])
    if exit_code:
        raise Failed(f"exit code {exit_code}")
    return cost


def warm(pdf: Path) -> Cost:
    """This program with its daemon and workers up: from the command to its end."""
    with running_program() as program:
        before, command = cpu_of_living(), cpu_of_ended()
        cost = Cost(0, 0)
        exit_code = _timed_split(program, pdf, cost)
        # The command has ended and been waited for; daemon, Redis and workers live on.
        cost.cpu = cpu_of_living() - before + cpu_of_ended() - command
        if exit_code:
            raise Failed(f"exit code {exit_code}")
        return cost


@contextmanager
def running_program(processes: int | None = None, code: Mapping[str, str] | None = None) -> Iterator[Program]:
    """The real daemon, Redis and workers in a temporary folder; `processes`: the size of the cpu pool; `code`: the
    user's own tasks, by the names of their modules."""
    reap()
    with temporary() as folder:
        program = Program(folder / "data")
        try:
            if processes:
                put_wish(program.connection, "pools", {"cpu": processes})
            for name, source in (code or {}).items():
                program.add_tasks(source, name)
            program.start_daemon()
            yield program
        finally:
            program.end()
            reap()


def _timed_split(program: Program, pdf: Path, cost: Cost) -> int:
    begin = time.monotonic()
    exit_code = run(program.command("split", str(pdf), "--wait"), program.environment)
    cost.wall = time.monotonic() - begin
    return exit_code
