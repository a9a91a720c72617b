"""Rendering a page with poppler, or with PDFium where poppler is missing."""

import functools
import re
import tempfile
import threading
from pathlib import Path
from typing import NamedTuple

import pypdfium2  # type: ignore[import-untyped]
from pdf2image import convert_from_path, pdfinfo_from_path
from pdf2image.exceptions import (
    PDFInfoNotInstalledError,
    PDFPageCountError,
    PDFPopplerTimeoutError,
    PDFSyntaxError,
)
from PIL import Image

from ambuda_desktop.worker.pdf import jpeg
from ambuda_desktop.worker.pdf.poppler import have_poppler, poppler_folder
from ambuda_desktop.worker.pdf.preflight import Render

QUALITY = 90  # of the JPEGs made
TIMEOUT = 120  # seconds a page may take
INFO_TIMEOUT = 30  # seconds pdfinfo may take

_pdfium = threading.Lock()  # PDFium is not safe in two threads at once


class CannotRender(Exception):
    """The page cannot be rendered: `str` is a sentence for the user."""


class Rendered(NamedTuple):
    """A page image in memory, and what a person should know of it."""

    data: bytes
    frame: jpeg.Frame
    warning: str | None


def render_page(pdf: Path, number: int, page: Render, work: Path, doubt: str | None = None) -> Rendered:
    """A JPEG of a page (from 1). Raises CannotRender.

    `work`: a folder for temporary files. `doubt`: a sentence that says why the page may be damaged.
    """
    with tempfile.TemporaryDirectory(prefix="render-", dir=work) as folder:
        if have_poppler():
            complaint = _with_poppler(pdf, number, page.scale, Path(folder))
        else:
            complaint = None
            _with_pdfium(pdf, number, page.scale, Path(folder))
        # pdf2image does not look at poppler's exit status: only the files tell.
        files = list(Path(folder).iterdir())
        if len(files) != 1:
            raise CannotRender(_sentence("Poppler made no image of this page", complaint))
        data = files[0].read_bytes()
        frame = jpeg.read_frame(data)
        if frame is None or not jpeg.is_complete(data):
            raise CannotRender(_sentence("Poppler made only a part of this page's image", complaint))
        if complaint:
            doubt = _sentence("This page is damaged and may be incomplete", complaint)
        if doubt and page.draws and _is_blank(files[0]):
            raise CannotRender(
                _sentence("This page is damaged and comes out blank", complaint) if complaint else
                f"{doubt} It comes out blank."
            )  # fmt: skip
    return Rendered(data, frame, doubt)


def _with_poppler(pdf: Path, number: int, scale: float, folder: Path) -> str | None:
    """Let poppler write into `folder`; returns its complaint about the page, if it has one."""
    try:
        _check_it_opens(pdf)
        convert_from_path(
            pdf,
            dpi=scale,  # type: ignore[arg-type]  # poppler takes fractions, and a scan's own size needs them
            output_folder=folder,
            first_page=number,
            last_page=number,
            fmt="jpeg",
            jpegopt={"quality": QUALITY},
            thread_count=1,
            use_cropbox=True,
            strict=True,
            poppler_path=poppler_folder(),  # type: ignore[arg-type]  # None is its default
            paths_only=True,
            use_pdftocairo=True,
            timeout=TIMEOUT,
        )
    except PDFSyntaxError as error:
        return _words(str(error))
    except PDFPopplerTimeoutError:
        raise CannotRender(f"Poppler did not finish this page within {TIMEOUT} seconds.") from None
    except (PDFPageCountError, PDFInfoNotInstalledError) as error:
        raise CannotRender(_sentence("Poppler cannot read the PDF", _words(str(error)))) from error
    return None


@functools.lru_cache(maxsize=16)
def _check_it_opens(pdf: Path) -> None:
    """See once a book that poppler does not hang on it: pdf2image's own look has no time limit."""
    folder = poppler_folder()
    pdfinfo_from_path(str(pdf), poppler_path=folder, timeout=INFO_TIMEOUT)  # type: ignore[arg-type]


def _with_pdfium(pdf: Path, number: int, scale: float, folder: Path) -> None:
    try:
        with _pdfium, pypdfium2.PdfDocument(pdf) as document:
            # A millionth less: PDFium's floats would make 901 pixels of 900, as it rounds up.
            image = document[number - 1].render(scale=scale / 72 * 0.999_999).to_pil()
            image.convert("RGB").save(folder / "page.jpg", quality=QUALITY, dpi=(scale, scale))
    except (pypdfium2.PdfiumError, IndexError, ValueError) as error:
        raise CannotRender(_sentence("PDFium cannot render this page", str(error))) from error


def _is_blank(path: Path) -> bool:
    """Whether the image has one colour only; looks at an eighth of its size."""
    with Image.open(path) as image:
        image.draft("RGB", (image.width // 8, image.height // 8))
        bands = image.convert("RGB").getextrema()
    return all(low == high for low, high in bands)  # type: ignore[misc]


def _words(stderr: str) -> str:
    """Poppler's first complaint, without its repetitions and its notes for programmers."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    first = next((line for line in lines if "Error" in line), lines[0] if lines else "")
    return re.sub(r"<[0-9a-f]{2}>", "", re.sub(r"^\w+ Error( \(\d+\))?: ", "", first))


def _sentence(start: str, details: str | None) -> str:
    return f"{start}: {details.rstrip('.')}." if details else f"{start}."
