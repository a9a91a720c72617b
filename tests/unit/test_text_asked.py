"""text_asked.py: what was asked of a book's text, as a file beside it."""

from pathlib import Path

from ambuda_desktop.books import BookFolder
from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.text_asked import forget_asked, note_asked, noted

GOOGLE = OcrOptions(engine="google")


def test_only_the_recognition_that_ended_is_forgotten(tmp_path: Path) -> None:
    # Given a recognition that was asked for while another one goes on
    folder = BookFolder(tmp_path)
    note_asked(folder, OcrBook(book="gita"))
    note_asked(folder, OcrBook(book="gita", pages="3", options=GOOGLE))

    # When the first ends, then the second is still known; and when that ends, none is
    forget_asked(folder, OcrOptions())
    assert noted(folder) == OcrBook(book="gita", pages="3", options=GOOGLE)
    forget_asked(folder, GOOGLE)
    assert noted(folder) is None


def test_a_torn_note_says_nothing_and_goes_with_the_next_end(tmp_path: Path) -> None:
    folder = BookFolder(tmp_path)
    note_asked(folder, OcrBook(book="gita"))
    (tmp_path / "ocr" / "asked").write_text("{")
    assert noted(folder) is None
    forget_asked(folder, GOOGLE)
    assert not (tmp_path / "ocr" / "asked").exists()
