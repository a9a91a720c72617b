"""What was asked of a book's text, kept in files beside it until that has ended: it outlives the store.

A recognition in work and one that is to follow a split have a file each: there may be both.
"""

from pathlib import Path

from pydantic import BaseModel, ValidationError

from ambuda_desktop.books import BookFolder
from ambuda_desktop.files import write_atomic
from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.ocr_options import OcrOptions


def after_split(book: str, options: OcrOptions) -> OcrBook:
    """What is asked when a split that was to be followed by its text has ended."""
    return OcrBook(book=book, options=options, only_missing=True)


def note_after_split(folder: BookFolder, options: OcrOptions | None) -> None:
    """Note the recognition that follows the split which is planned; None where none does."""
    if options is None:
        forget_after_split(folder)
    else:
        _write(_follows(folder), options)


def noted_after_split(folder: BookFolder) -> OcrBook | None:
    """What is to be recognised when a split has ended; None where that is nothing, or the note is torn."""
    try:
        options = OcrOptions.model_validate_json(_follows(folder).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    return after_split(folder.path.name, options)


def forget_after_split(folder: BookFolder) -> None:
    """Forget what was to follow a split: nobody wants it any more."""
    _follows(folder).unlink(missing_ok=True)


def note_asked(folder: BookFolder, asked: OcrBook) -> None:
    """Note a recognition that is planned; one that had to wait for the end of a split is no longer one that follows."""
    _write(_note(folder), asked)
    if (
        asked == noted_after_split(folder) and not folder.work.exists()
    ):  # else somebody asked for the same meanwhile
        forget_after_split(folder)


def noted(folder: BookFolder) -> OcrBook | None:
    """What is to be recognised; None where that is nothing, or the note is torn."""
    try:
        asked = OcrBook.model_validate_json(_note(folder).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    return asked.model_copy(
        update={"book": folder.path.name}
    )  # the folder may be a copy, or have another name now


def forget_asked(folder: BookFolder, options: OcrOptions) -> None:
    """Forget a recognition that has ended; one that was asked for in another way meanwhile stays."""
    found = noted(folder)
    if found is None or found.options == options:
        _note(folder).unlink(missing_ok=True)


def notes_of(folder: BookFolder) -> list[Path]:
    """Where notes may stand."""
    return [_note(folder), _follows(folder)]


def _write(place: Path, asked: BaseModel) -> None:
    place.parent.mkdir(exist_ok=True)
    write_atomic(place, asked.model_dump_json().encode())


def _note(folder: BookFolder) -> Path:
    return folder.path / "ocr" / "asked"


def _follows(folder: BookFolder) -> Path:
    return folder.path / "ocr" / "after-split"
