"""Books for the chaos test: PDFs, and the hash that each of their page images must have, known before anything runs.

Copied pages are the bytes of the JPEGs that went into the PDF. Rendered pages are made once more here, beforehand and
in quiet, by a direct call of the product's own code: poppler's JPEG encoder gives the same bytes for the same page.
"""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pikepdf

from ambuda_desktop.books import BookFolder
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.worker.pdf.original import open_pdf_original
from tests.support import pdfs

CORES = 2  # references made at once
#: Of a page that is rendered, in points: an A4 page is 2480 × 3509 pixels, so that a range of them takes a second.
BOX = (0, 0, 595, 842)


@dataclass(frozen=True)
class Expected:
    """A book to be submitted, and what must come of it."""

    pdf: Path
    sha256: str
    pages: list[str]  # SHA-256 of each page's image, in the order of the pages


def make_books(folder: Path, pages: int, a_book: int) -> list[Expected]:
    """Books of `a_book` pages, `pages` in all, every second one of pages that have to be rendered."""
    folder.mkdir(parents=True)
    makers: list[Callable[[], Expected]] = []
    for number in range(pages // a_book):
        pdf = folder / f"book {number + 1}.pdf"
        makers.append(lambda pdf=pdf, make=_rendered if number % 2 else _copied: make(pdf, a_book))  # type: ignore[misc]
    with ThreadPoolExecutor(CORES) as pool:
        return list(pool.map(lambda make: make(), makers))


def sha256(data: bytes | memoryview) -> str:
    """In hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _copied(path: Path, pages: int) -> Expected:
    with pikepdf.new() as pdf:
        made = list(pdfs.scanned_jpegs(pages, label=path.stem))
        for data in made:
            pdfs.add_scan(pdf, data)
        pdf.save(path)
    return Expected(path, sha256(path.read_bytes()), [sha256(data) for data in made])


def _rendered(path: Path, pages: int) -> Expected:
    with pikepdf.new() as pdf:
        for number in range(1, pages + 1):
            pdfs.add_page(pdf, _drawing(f"{path.stem}, page {number}"), box=BOX, resources=pdfs.font())
        pdf.save(path)
    return Expected(path, sha256(path.read_bytes()), _references(path, pages))


def _drawing(words: str) -> bytes:
    """Eighty lines of text, and a curve."""
    lines = b" ".join(b"0 -9 Td (%s, line %d) Tj" % (words.encode(), line) for line in range(80))
    return b"BT /F1 8 Tf 40 800 Td %s ET 20 20 m 100 300 200 -300 280 400 c S" % lines


def _references(pdf: Path, pages: int) -> list[str]:
    folder = BookFolder(pdf.with_suffix(".reference"))
    folder.path.mkdir()
    folder.original.symlink_to(pdf)
    options, found = PageOptions(), []
    with open_pdf_original(folder) as original:
        for number in range(1, pages + 1):
            made = original.make(number, options, folder.path)
            assert made.method == "rendered"
            found.append(sha256(made.data))
    return found
