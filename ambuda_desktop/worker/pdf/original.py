"""A PDF as the original of a book."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import pikepdf

from ambuda_desktop.books import BookFolder
from ambuda_desktop.errors import BadInput
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.passwords import forget_password
from ambuda_desktop.worker.pdf.copy_page import BadJpeg, embedded_jpeg
from ambuda_desktop.worker.pdf.opening import Unreadable, open_with_qpdf
from ambuda_desktop.worker.pdf.poppler import poppler_count, poppler_size
from ambuda_desktop.worker.pdf.preflight import (
    FAULTS,
    Copy,
    Render,
    color_components,
    preflight,
    scale_within_limits,
)
from ambuda_desktop.worker.pdf.render_page import render_page
from ambuda_desktop.worker.pdf.unlock import unlock
from ambuda_desktop.worker.split.page import Made


@contextmanager
def open_pdf_original(folder: BookFolder) -> Iterator["PdfOriginal"]:
    """The opened PDF. Raises BadInput where it is of no use, NeedsPassword where it is locked."""
    path, opened = _open(folder)
    if isinstance(opened, pikepdf.Pdf):
        with opened:
            yield PdfOriginal(path, opened)
        return
    original = PdfOriginal(path, None, str(opened))
    if not original.count:
        raise BadInput(str(opened)) from opened
    yield original


def _open(folder: BookFolder) -> tuple[Path, pikepdf.Pdf | Unreadable]:
    """The file that is read, and what qpdf makes of it."""
    if folder.decrypted.exists():
        forget_password(folder)  # we were killed just before
        return folder.decrypted, _try(folder.decrypted)
    try:
        return folder.original, _try(folder.original)
    except pikepdf.PasswordError:
        unlock(folder)
        return folder.decrypted, _try(folder.decrypted)


def _try(path: Path) -> pikepdf.Pdf | Unreadable:
    try:
        return open_with_qpdf(path)
    except Unreadable as error:
        return error


class PdfOriginal:
    """A PDF as qpdf sees it, and where it is damaged, as poppler sees it."""

    def __init__(self, path: Path, pdf: pikepdf.Pdf | None, fault: str | None = None) -> None:
        self._path = path
        self._pdf = pdf
        self._fault = fault
        self._seen = len(pdf.pages) if pdf is not None else 0  # pages that qpdf can look at

    @cached_property
    def count(self) -> int:
        """The larger of what two programs find, if the pages are there: one that only poppler sees can be made."""
        more = self._poppler_count > self._seen and poppler_size(self._path, self._seen + 1) is not None
        return self._poppler_count if more else self._seen

    @cached_property
    def _poppler_count(self) -> int:
        return poppler_count(self._path) or 0

    @property
    def doubt(self) -> str | None:
        if self._pdf is None:
            return f"{self._fault} Its pages were made all the same: compare them with the book."
        if self._poppler_count not in (0, self._seen):
            return (
                f"The PDF is damaged: one program finds {self._seen} pages in it, another {self._poppler_count}. "
                "Compare the pages with the book."
            )
        if any("is damaged" in str(warning) for warning in self._pdf.get_warnings()):
            return "The PDF is damaged and was repaired as far as possible. Compare the pages with the book."
        return None

    def is_copied(self, number: int, options: PageOptions) -> bool:
        return isinstance(self._decide(number, options), Copy)

    def make(self, number: int, options: PageOptions, work: Path) -> Made:
        decision = self._decide(number, options)
        doubt = None
        if isinstance(decision, Copy):
            try:
                data, frame = embedded_jpeg(decision)
                return Made(data, ".jpg", frame.width, frame.height, decision.dpi, "copied")
            except BadJpeg as bad:
                doubt = str(bad)
            except FAULTS as error:
                doubt = f"The PDF's image of this page cannot be read: {error}."
            decision = decision.instead
        return render_page(self._path, number, decision, work, options, doubt)

    def _decide(self, number: int, options: PageOptions) -> Copy | Render:
        if self._pdf is None or number > self._seen:
            return self._unseen(number, options)
        try:
            decision = preflight(self._pdf.pages[number - 1])
        except FAULTS as error:  # the page cannot even be had
            decision = Render(f"it is damaged: {error}")
        if isinstance(decision, Copy):
            gray = not options.grayscale or color_components(decision.image) == 1
            small = options.max_dpi is None or decision.dpi <= options.max_dpi
            if options.format == "jpeg" and gray and small:
                return Copy(decision.image, decision.dpi, decision.instead.at_most(options.max_dpi))
            decision = decision.instead
        return decision.at_most(options.max_dpi)

    def _unseen(self, number: int, options: PageOptions) -> Render:
        """How to render a page of which only poppler knows."""
        width, height = poppler_size(self._path, number) or (612.0, 792.0)
        scale = scale_within_limits(Render.scale, max(width, 1.0), max(height, 1.0))
        return Render("only poppler finds it", scale, scale).at_most(options.max_dpi)
