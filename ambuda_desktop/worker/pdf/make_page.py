"""Making one page image: whole or not at all, with a record of how."""

import errno
import hashlib
import logging
import os
from pathlib import Path
from typing import Literal

import pikepdf

from ambuda_desktop.books import BookFolder
from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.manifest import PageRecord
from ambuda_desktop.worker.pdf import jpeg
from ambuda_desktop.worker.pdf.copy_page import BadJpeg, embedded_jpeg
from ambuda_desktop.worker.pdf.preflight import FAULTS, Copy, Render, preflight
from ambuda_desktop.worker.pdf.render_page import CannotRender, render_page

_OUR_DISK = {
    errno.ENOSPC: "The disk is full",
    errno.EDQUOT: "Your share of the disk is full",
    errno.EROFS: "The disk is read-only",
}

log = logging.getLogger(__name__)


def make_page(pdf: pikepdf.Pdf, folder: BookFolder, number: int) -> PageRecord:
    """Make page `number` (from 1) and its record. A page that cannot be made is a record, too.

    Raises AmbudaError where it is not the page's fault: the disk is full, say.
    """
    try:
        record = _make(pdf, folder, number)
        record.save(folder.work / f"{number}.json")
    except OSError as error:
        what = _OUR_DISK.get(error.errno or 0, f"Page {number} cannot be written ({error.strerror})")
        raise AmbudaError(f"{what}: {folder.path}. The pages made so far are kept.") from error
    return record


def _make(pdf: pikepdf.Pdf, folder: BookFolder, number: int) -> PageRecord:
    try:
        decision = preflight(pdf.pages[number - 1])
    except FAULTS as error:
        decision = Render(f"it is damaged: {error}")
    doubt = None
    if isinstance(decision, Copy):
        try:
            data, frame = embedded_jpeg(decision)
            return _write(folder, number, "copied", data, frame, decision.dpi)
        except BadJpeg as bad:
            doubt = str(bad)
        except FAULTS as error:
            doubt = f"The PDF's image of this page cannot be read: {error}."
        decision = decision.instead
    try:
        made = render_page(folder.original, number, decision, folder.work, doubt)
    except CannotRender as error:
        log.warning("Page %d: %s", number, error)
        return PageRecord(number=number, method="failed", reason=str(error))
    return _write(folder, number, "rendered", made.data, made.frame, decision.dpi, made.warning)


def _write(
    folder: BookFolder, number: int, method: Literal["copied", "rendered"], data: bytes | memoryview,
    frame: jpeg.Frame, dpi: float, reason: str | None = None,
) -> PageRecord:  # fmt: skip
    temporary = folder.work / f".{number}.{os.getpid()}.jpg"
    _write_durably(temporary, data)
    temporary.replace(folder.pages / f"{number}.jpg")
    return PageRecord(
        number=number, method=method, width=frame.width, height=frame.height, dpi=dpi, bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(), reason=reason,
    )  # fmt: skip


def _write_durably(path: Path, data: bytes | memoryview) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
