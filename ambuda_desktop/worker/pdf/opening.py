"""Opening a book's PDF, with a sentence for each way in which that fails."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pikepdf

from ambuda_desktop.errors import AmbudaError, BadInput


@contextlib.contextmanager
def open_pdf(path: Path) -> Iterator[pikepdf.Pdf]:
    """The opened PDF, which has at least one page. Raises BadInput where it is of no use."""
    try:
        pdf = pikepdf.open(path)
    except pikepdf.PasswordError:
        raise BadInput("The PDF needs a password. Save it without one, then add that file.") from None
    except pikepdf.PdfError as error:
        raise BadInput(f"The PDF is damaged beyond repair: {_words(error, path)}.") from error
    except OSError as error:
        raise AmbudaError(f"The book's PDF {path} cannot be read: {error.strerror}.") from error
    with pdf:
        try:
            count = len(pdf.pages)
        except pikepdf.PdfError as error:
            raise BadInput(f"The PDF is damaged beyond repair: {_words(error, path)}.") from error
        if count == 0:
            raise BadInput("The PDF has no pages.")
        yield pdf


def _words(error: Exception, path: Path) -> str:
    return str(error).replace(f"{path}: ", "").strip().rstrip(".")
