"""Opening a book's PDF, with a sentence for each way in which that fails."""

from pathlib import Path

import pikepdf

from ambuda_desktop.errors import AmbudaError


class Unreadable(Exception):
    """qpdf finds no pages in the file: `str` says why. Another program may."""


def open_with_qpdf(path: Path) -> pikepdf.Pdf:
    """The opened PDF, which has at least one page. Raises Unreadable, and pikepdf's PasswordError."""
    try:
        pdf = pikepdf.open(path)
    except pikepdf.PasswordError:
        raise
    except pikepdf.PdfError as error:
        raise Unreadable(f"The PDF is damaged beyond repair: {_words(error, path)}.") from error
    except OSError as error:
        raise AmbudaError(f"The book's PDF {path} cannot be read: {error.strerror}.") from error
    try:
        if len(pdf.pages):
            return pdf
    except pikepdf.PdfError as error:
        pdf.close()
        raise Unreadable(f"The PDF is damaged beyond repair: {_words(error, path)}.") from error
    pdf.close()
    raise Unreadable("The PDF has no pages.")


def _words(error: Exception, path: Path) -> str:
    return str(error).replace(f"{path}: ", "").strip().rstrip(".")
