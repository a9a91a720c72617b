"""Disks that are full, and a library that moves to another, while a book is being split."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ambuda_desktop.books import BookFolder
from ambuda_desktop.errors import BadInput
from ambuda_desktop.library import add_book
from ambuda_desktop.manifest import Manifest
from ambuda_desktop.relocation import move_library
from ambuda_desktop.store.books import BookSummary, summary
from ambuda_desktop.store.dispatch import in_flight
from tests.process.test_ocr import has_text, split, text
from tests.process.test_split import SLOW, fake_poppler, text_book
from tests.support import pdfs
from tests.support.program import Program
from tests.support.splitting import ignore


def see(program: Program, book: str = "book") -> BookSummary:
    found = summary(program.connection, book)
    assert found is not None
    return found


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    made = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", str(place)],
        capture_output=True,
        check=False,
    )
    if not made or made.returncode:
        pytest.skip("a small disk can only be mounted by root")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def enlarge(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)


def fill(disk: Path) -> None:
    """Write a file until nothing more goes in."""
    with contextlib.suppress(OSError), (disk / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def test_a_full_disk_loses_nothing_and_room_lets_the_book_go_on(
    program: Program, tmp_path: Path, small_disk: Path
) -> None:
    # Given a library on a small disk
    move_library(program.connection, program.paths, small_disk / "books", ignore)
    pdfs.scanned_book(tmp_path / "large.pdf", 30, size=(900, 1200))
    scans = pdfs.scanned_book(tmp_path / "book.pdf", 12, size=(600, 800))
    assert (
        (tmp_path / "large.pdf").stat().st_size
        > 2_000_000
        > (tmp_path / "book.pdf").stat().st_size
        > 1_000_000
    )

    # When a book is added that it has no room for, then it is refused, and nothing is left of it
    with pytest.raises(BadInput, match=r"The disk is full: large\.pdf was not added\. Make room in"):
        add_book(program.connection, program.paths, tmp_path / "large.pdf", ignore)
    assert not list(program.paths.library.iterdir())

    # When one is added of which only the PDF has room, beside one on which nothing is wrong
    program.start_daemon()
    add_book(program.connection, program.paths, tmp_path / "book.pdf", ignore)
    program.wait_until(lambda: see(program).waiting_for, "the book waits")

    # Then it says what for, and what was made is kept
    assert f"room on the disk of {program.paths.library}" in str(see(program).waiting_for)
    folder = BookFolder(program.paths.library / "book")
    assert folder.original.read_bytes() == (tmp_path / "book.pdf").read_bytes()
    for page in folder.pages.glob("*.jpg"):
        assert page.read_bytes() == scans[int(page.stem) - 1]

    # When there is room, then it completes by itself, without a loss
    enlarge(small_disk)
    program.wait_until(lambda: see(program).state == "done", "the book is done")
    assert program.connection.execute("SELECT max(losses) FROM tasks").fetchone()[0] == 0
    assert [(folder.pages / f"{n}.jpg").read_bytes() for n in range(1, 13)] == scans


def test_a_disk_that_becomes_read_only_lets_the_book_wait(
    program: Program, tmp_path: Path, small_disk: Path
) -> None:
    # Given a book in work on a disk of its own
    enlarge(small_disk)
    move_library(program.connection, program.paths, small_disk / "books", ignore)
    program.start_daemon(**fake_poppler(tmp_path / "bin", SLOW))
    add_book(program.connection, program.paths, text_book(tmp_path / "book.pdf", 12), ignore)
    program.wait_until(lambda: see(program).done >= 2, "pages appear")

    # When the disk takes nothing more, then the book waits and says what for
    read_only = ["mount", "-o", "remount,ro", str(small_disk)]
    program.wait_until(  # not while a file is being written
        lambda: subprocess.run(read_only, capture_output=True, check=False).returncode == 0, "it is read-only"
    )
    program.wait_until(lambda: see(program).waiting_for, "the book waits")
    assert "is read-only" in str(see(program).waiting_for)
    # A page that failed just now must be looked into while the disk is as it was.
    program.wait_until(lambda: not in_flight(program.connection), "no page is in hand")

    # And when it does again, then the book completes by itself, without a loss
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    program.wait_until(lambda: see(program).state == "done", "the book is done")
    assert program.connection.execute("SELECT max(losses) FROM tasks").fetchone()[0] == 0


def test_a_text_waits_for_room_and_goes_on_by_itself(
    program: Program, tmp_path: Path, small_disk: Path
) -> None:
    # Given a book that is split, on a disk that is full since
    enlarge(small_disk)
    move_library(program.connection, program.paths, small_disk / "books", ignore)
    program.start_daemon()
    folder = split(program, tmp_path, 4)
    fill(small_disk)

    # When its text is recognised, then it waits and says what for
    assert program.cli("ocr", "book").returncode == 0
    program.wait_until(lambda: text(program).waiting_for, "the text waits")
    assert f"room on the disk of {folder.path}" in str(text(program).waiting_for)

    # And when there is room, then it completes by itself, without a loss, and nothing half is left
    (small_disk / "filler").unlink()
    program.wait_until(lambda: text(program).state == "done", "the text is complete")
    assert has_text(program) == [1, 2, 3, 4]
    assert program.connection.execute("SELECT max(losses) FROM tasks").fetchone()[0] == 0
    assert not list(folder.path.rglob(".*.tmp"))


@pytest.mark.parametrize("disk", ["the same disk", "another disk"])
def test_a_library_that_moves_under_a_book_in_work_loses_nothing(
    program: Program, tmp_path: Path, disk: str
) -> None:
    # Given a book in the middle of its split
    program.start_daemon(**fake_poppler(tmp_path / "bin", SLOW))
    old = program.paths.library
    add_book(program.connection, program.paths, text_book(tmp_path / "book.pdf", 24), ignore)
    program.wait_until(lambda: see(program).done >= 4, "pages appear")
    made = {page.name: page.read_bytes() for page in BookFolder(old / "book").pages.glob("*.jpg")}

    # When the library is moved
    target = _elsewhere(old, tmp_path) if disk == "another disk" else tmp_path / "new place"
    move_library(program.connection, program.paths, target, ignore)

    # Then the book goes on in the new place, with the pages that were made, and completes
    program.wait_until(lambda: see(program).state == "done", "the book is done")
    folder = BookFolder(target / "book")
    assert program.paths.library == target
    assert not old.exists()
    assert {name: (folder.pages / name).read_bytes() for name in made} == made
    assert len(list(folder.pages.glob("*.jpg"))) == 24
    assert {page.method for page in Manifest.load(folder.manifest).pages} == {"rendered"}
    assert not folder.work.exists()
    assert not see(program).paused
    shutil.rmtree(target)


def _elsewhere(library: Path, tmp_path: Path) -> Path:
    """A new folder on another disk than the library; where this machine has none, on the same."""
    for place in (Path("/dev/shm"), Path("/var/tmp"), Path.home()):
        if os.access(place, os.W_OK) and place.stat().st_dev != library.stat().st_dev:
            return place / f"ambuda-test-{os.getpid()}" / "books"
    return tmp_path / "new place"
