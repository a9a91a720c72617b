"""What tests of splitting share: a book of scans, and progress that stops it."""

from pathlib import Path
from typing import Any

from ambuda_desktop.books import BookFolder
from tests.support import pdfs


class Stop(Exception):
    """Raised where a real task is cancelled."""


def ignore(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


def stop_after(pages: int) -> Any:
    """Progress that cancels after so many pages."""

    def progress(done: int, _total: int) -> None:
        if done == pages:
            raise Stop

    return progress


def book(tmp_path: Path, pages: int = 4) -> tuple[BookFolder, list[bytes]]:
    """A book of JPEG scans in a library, and its JPEGs."""
    jpegs = pdfs.scanned_book(tmp_path / "book.pdf", pages)
    return pdfs.put_in_library(tmp_path / "library", tmp_path / "book.pdf"), jpegs
