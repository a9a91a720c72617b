"""What was asked of a book's text, kept as a file beside it until that has ended: it outlives the store."""

from pathlib import Path

from pydantic import ValidationError

from ambuda_desktop.books import BookFolder
from ambuda_desktop.files import write_atomic
from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.ocr_options import OcrOptions


def after_split(book: str, options: OcrOptions) -> OcrBook:
    """What is asked when a split that was to be followed by its text has ended."""
    return OcrBook(book=book, options=options, only_missing=True)


def note_asked(folder: BookFolder, asked: OcrBook) -> None:
    """Note a recognition that is planned, or follows a split."""
    _note(folder).parent.mkdir(exist_ok=True)
    write_atomic(_note(folder), asked.model_dump_json().encode())


def noted(folder: BookFolder) -> OcrBook | None:
    """What is to be recognised; None where that is nothing, or the note is torn."""
    try:
        return OcrBook.model_validate_json(_note(folder).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def forget_asked(folder: BookFolder, options: OcrOptions) -> None:
    """Forget a recognition that has ended; one that was asked for in another way meanwhile stays."""
    found = noted(folder)
    if found is None or found.options == options:
        _note(folder).unlink(missing_ok=True)


def _note(folder: BookFolder) -> Path:
    return folder.path / "ocr" / "asked"
