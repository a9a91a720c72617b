"""Rendering a page with poppler, or with PDFium where poppler is missing: each in a process with limits."""

import errno
import io
import os
import re
import shutil
import tempfile
from pathlib import Path

from PIL import Image

from ambuda_desktop.launch import program
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.programs import poppler
from ambuda_desktop.worker.limited import Ran, TookTooLong, run_limited
from ambuda_desktop.worker.pdf import jpeg
from ambuda_desktop.worker.pdf.poppler import have_poppler
from ambuda_desktop.worker.pdf.preflight import Render
from ambuda_desktop.worker.split.encode import encode
from ambuda_desktop.worker.split.page import CannotMake, Made

TIMEOUT = 120  # seconds a page may take
NEEDED = 1 << 20  # bytes of free disk, below which a page that was not made may be made elsewhere
_NO_MEMORY = ("bad_alloc", "Out of memory", "out of memory", "MemoryError")


def render_page(
    pdf: Path,
    number: int,
    page: Render,
    work: Path,
    options: PageOptions | None = None,
    doubt: str | None = None,
) -> Made:
    """The image of a page (from 1). Raises CannotMake.

    `work`: a folder for temporary files. `doubt`: a sentence that says why the page may be damaged.
    """
    options = options or PageOptions()
    if page.scale <= 0:
        raise CannotMake(
            "This page says that it is many kilometres wide or high, and no program can show that."
        )
    name = "PDFium" if page.huge or not have_poppler() else "Poppler"
    with tempfile.TemporaryDirectory(prefix="render-", dir=work) as folder:
        target = Path(folder) / ("page.png" if options.format == "png" else "page.jpg")
        ran = _run(_command(pdf, number, page, target, options), name)
        complaint = _words(ran.error)
        if ran.code or not target.exists():
            _blame_the_disk(work)
            raise CannotMake(_failure(name, ran, complaint))
        made = _made(target, page, options)
        if made is None:
            _blame_the_disk(work)
            raise CannotMake(_sentence(f"{name} made only a part of this page's image", complaint))
        if complaint:
            doubt = _sentence("This page is damaged and may be incomplete", complaint)
        if doubt and page.draws and _is_blank(target):
            raise CannotMake(
                _sentence("This page is damaged and comes out blank", complaint) if complaint else
                f"{doubt} It comes out blank."
            )  # fmt: skip
    return made._replace(warning=doubt)


def _command(pdf: Path, number: int, page: Render, target: Path, options: PageOptions) -> list[str]:
    gray = ["-gray"] if options.grayscale else []
    pdftocairo = poppler("pdftocairo")
    if pdftocairo is None or page.huge or not have_poppler():
        return program(
            "pdfium", str(pdf), str(number), str(page.scale), str(target), str(options.quality), *gray
        )
    kind = ["-png"] if options.format == "png" else ["-jpeg", "-jpegopt", f"quality={options.quality}"]
    # A fraction, because a scan's own size needs it.
    place = ["-r", str(page.scale), "-f", str(number), "-l", str(number), "-cropbox", "-singlefile"]
    return [pdftocairo, *kind, *gray, *place, str(pdf), str(target.with_suffix(""))]


def _run(command: list[str], name: str) -> Ran:
    try:
        return run_limited(command, TIMEOUT)
    except TookTooLong:
        raise CannotMake(f"{name} did not finish this page within {TIMEOUT} seconds.") from None
    except OSError as error:
        raise CannotMake(f"{name} cannot be started: {error.strerror}.") from error


def _made(target: Path, page: Render, options: PageOptions) -> Made | None:
    """The image that was written; None where it is not whole."""
    data = target.read_bytes()
    if target.suffix == ".png":
        try:
            with Image.open(io.BytesIO(data)) as image:
                image.load()
                # Written again: a page of two colours takes a tenth of what poppler gives it.
                return encode(image, page.dpi, options.model_copy(update={"max_dpi": None}))
        except (OSError, SyntaxError, ValueError):
            return None
    frame = jpeg.read_frame(data)
    if frame is None or not jpeg.is_complete(data):
        return None
    return Made(data, ".jpg", frame.width, frame.height, page.dpi, "rendered")


def _is_blank(path: Path) -> bool:
    """Whether the image has one colour only; looks at an eighth of its size."""
    with Image.open(path) as image:
        image.draft("RGB", (image.width // 8, image.height // 8))
        bands = image.convert("RGB").getextrema()
    return all(low == high for low, high in bands)  # type: ignore[misc]


def _blame_the_disk(folder: Path) -> None:
    """Raises OSError where the disk is full or read-only: then it is not the fault of the page."""
    if os.statvfs(folder).f_flag & os.ST_RDONLY:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(folder))
    if shutil.disk_usage(folder).free < NEEDED:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


def _failure(name: str, ran: Ran, complaint: str | None) -> str:
    if any(words in ran.error for words in _NO_MEMORY):
        return f"{name} needs more memory for this page than it may have."
    return _sentence(f"{name} made no image of this page", complaint)


def _words(stderr: str) -> str | None:
    """The first complaint, without repetitions and notes for programmers."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    first = next((line for line in lines if "Error" in line), lines[0] if lines else "")
    return re.sub(r"<[0-9a-f]{2}>", "", re.sub(r"^\w+ Error( \(\d+\))?: ", "", first)) or None


def _sentence(start: str, details: str | None) -> str:
    return f"{start}: {details.rstrip('.')}." if details else f"{start}."
