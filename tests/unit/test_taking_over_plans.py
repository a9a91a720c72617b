"""daemon/taking_over_plans.py: what was not done of a book is planned again, once."""

import pytest

from ambuda_desktop.books import BookFolder
from ambuda_desktop.daemon.taking_over_plans import plans_of
from ambuda_desktop.manifest import Manifest
from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.params.split import PageOptions, SplitBook
from ambuda_desktop.paths import Paths
from ambuda_desktop.text_asked import after_split, note_after_split, note_asked
from ambuda_desktop.worker.split.asked import ask_for
from tests.support.rebuilding import add, found, split
from tests.unit.test_taking_over_text import GOOGLE, OLD, rebuild, text

FOLLOWS = after_split("gita", OLD)


@pytest.fixture
def done(paths: Paths) -> BookFolder:
    """A book whose pages are there."""
    folder = add(paths, "gita")
    split(folder, [1, 2, 3, 4])
    return folder


def plans(folder: BookFolder, *known: SplitBook | OcrBook) -> list[SplitBook | OcrBook]:
    return list(plans_of(folder, Manifest.load(folder.manifest), known))


@pytest.mark.parametrize("asked", [None, OcrBook(book="gita", pages="1", options=GOOGLE), FOLLOWS])
def test_a_split_in_work_is_followed_by_its_text_whatever_is_read_beside_it(
    paths: Paths, asked: OcrBook | None
) -> None:
    # Given a split in work that is to be followed by the text, and a recognition in work, maybe the same
    folder = add(paths, "gita")
    ask_for(folder, PageOptions(), [1, 2])
    note_after_split(folder, OLD)
    if asked is not None:
        note_asked(folder, asked)

    # When the store is built anew, then both go on
    rebuild(paths)
    book, known = found(paths, "gita"), text(paths, "gita")
    assert (book.state, book.asked, book.then_ocr) == ("waiting", "1-2", OLD)
    assert (known and known.asked) == asked


def test_a_split_that_no_text_follows_is_not_followed_by_one(paths: Paths) -> None:
    folder = add(paths, "gita")
    ask_for(folder, PageOptions(), [1, 2])
    note_asked(folder, OcrBook(book="gita", pages="1", options=OLD))
    rebuild(paths)
    assert found(paths, "gita").then_ocr is None


def test_a_text_that_waits_behind_its_split_goes_on_once(done: BookFolder) -> None:
    # Given a split that has ended, whose text waits to be planned, behind another recognition in work
    other = OcrBook(book="gita", pages="1", options=OcrOptions(engine="google"))
    note_after_split(done, OLD)
    note_asked(done, other)

    # When nothing is known but the folder, or one of the two rows, or both, then both go on
    assert plans(done) == [other, FOLLOWS]
    assert plans(done, FOLLOWS) == [other, FOLLOWS]
    assert plans(done, other) == [other, FOLLOWS]
    assert plans(done, other, FOLLOWS) == [other, FOLLOWS]


def test_a_copied_folder_goes_on_with_its_own_text(paths: Paths, done: BookFolder) -> None:
    # Given a folder that somebody has renamed, with a recognition in work
    note_asked(done, OcrBook(book="gita", pages="1-3", options=OLD))
    done.path.rename(paths.library / "copy")

    # When the store is built anew, then it is asked of the folder that it is in
    rebuild(paths)
    known = text(paths, "copy")
    assert (known and known.asked) == OcrBook(book="copy", pages="1-3", options=OLD)
