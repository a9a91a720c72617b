"""text_asked.py: what was asked of a book's text, as a file beside it."""

import shutil
from pathlib import Path

from ambuda_desktop.books import BookFolder
from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.text_asked import (
    after_split,
    forget_after_split,
    forget_asked,
    note_after_split,
    note_asked,
    noted,
    noted_after_split,
)

GOOGLE = OcrOptions(engine="google")


def book(place: Path) -> BookFolder:
    (place / "gita").mkdir()
    return BookFolder(place / "gita")


def test_only_the_recognition_that_ended_is_forgotten(tmp_path: Path) -> None:
    # Given a recognition that was asked for while another one goes on
    folder = book(tmp_path)
    note_asked(folder, OcrBook(book="gita"))
    note_asked(folder, OcrBook(book="gita", pages="3", options=GOOGLE))

    # When the first ends, then the second is still known; and when that ends, none is
    forget_asked(folder, OcrOptions())
    assert noted(folder) == OcrBook(book="gita", pages="3", options=GOOGLE)
    forget_asked(folder, GOOGLE)
    assert noted(folder) is None


def test_a_torn_note_says_nothing_and_goes_with_the_next_end(tmp_path: Path) -> None:
    folder = book(tmp_path)
    note_asked(folder, OcrBook(book="gita"))
    note_after_split(folder, GOOGLE)
    for name in ("asked", "after-split"):
        (folder.path / "ocr" / name).write_text("{")
    assert (noted(folder), noted_after_split(folder)) == (None, None)
    forget_asked(folder, GOOGLE)
    forget_after_split(folder)
    assert list((folder.path / "ocr").iterdir()) == []


def test_what_follows_a_split_and_a_recognition_in_work_are_both_known(tmp_path: Path) -> None:
    # Given a split in work that its text is to follow, while somebody asks for the same text, and for another
    folder = book(tmp_path)
    folder.work.mkdir()
    note_after_split(folder, GOOGLE)
    follows = after_split("gita", GOOGLE)
    for asked in (follows, OcrBook(book="gita", pages="3")):
        note_asked(folder, asked)
        assert (noted(folder), noted_after_split(folder)) == (asked, follows)

        # When that recognition ends, then what follows is still known
        forget_asked(folder, asked.options)
        assert (noted(folder), noted_after_split(folder)) == (None, follows)

    # And when the split has ended, it is known until it is planned, and then as any other
    folder.work.rmdir()
    note_asked(folder, follows)
    assert (noted(folder), noted_after_split(folder)) == (follows, None)


def test_a_split_that_nothing_follows_says_so(tmp_path: Path) -> None:
    folder = book(tmp_path)
    note_after_split(folder, None)
    note_after_split(folder, GOOGLE)
    note_after_split(folder, None)
    assert noted_after_split(folder) is None


def test_a_copied_folder_asks_for_its_own_text(tmp_path: Path) -> None:
    folder = book(tmp_path)
    note_asked(folder, OcrBook(book="gita", pages="3"))
    note_after_split(folder, GOOGLE)
    copy = BookFolder(tmp_path / "copy")
    shutil.copytree(folder.path, copy.path)
    assert noted(copy) == OcrBook(book="copy", pages="3")
    assert noted_after_split(copy) == after_split("copy", GOOGLE)
