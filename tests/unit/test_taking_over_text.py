"""daemon/taking_over_text.py: a store that is built anew knows the text of the books, and what was asked of it."""

import os
from contextlib import closing

from ambuda_desktop.books import BookFolder
from ambuda_desktop.daemon.rebuild import see_to_store
from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.recognised import save_reading, text_file
from ambuda_desktop.store.connection import connect
from ambuda_desktop.store.texts import TextSummary, text_summary
from ambuda_desktop.text_asked import note_asked
from tests.support import damage as damaging
from tests.support.reading import said
from tests.support.rebuilding import add, found, notice, split

OLD = OcrOptions(model="san+Devanagari", preset="old type")
GOOGLE = OcrOptions(engine="google")


def text(paths: Paths, book: str) -> TextSummary | None:
    with closing(connect(paths.store)) as connection:
        return text_summary(connection, book)


def read(folder: BookFolder, number: int, options: OcrOptions, confidence: float | None = 0.9) -> None:
    save_reading(folder, number, said("gītā", confidence=confidence), options.key, "0" * 64)


def rebuild(paths: Paths) -> None:
    damaging.overwrite_header(paths.store)
    see_to_store(paths)


def test_what_was_read_is_known_again(paths: Paths) -> None:
    # Given a book of which pages were read, one of them twice and in another way than the others; a person wrote two
    folder = add(paths, "gita", 6)
    split(folder, [1, 2, 3, 4, 5, 6])
    for number in (1, 2, 3):
        read(folder, number, OLD, 0.8)
    read(folder, 3, GOOGLE, None)
    text_file(folder, 2).write_text("corrected")
    text_file(folder, 4).write_text("typed")
    # And a page whose text somebody deleted
    read(folder, 5, OLD)
    text_file(folder, 5).unlink()
    os.utime(folder.path / "ocr", (1000, 1000))

    # When the store is built anew
    rebuild(paths)

    # Then the text is as it was, and is no news
    known = text(paths, "gita")
    assert known is not None
    assert (known.state, known.cells, known.missing) == ("done", "ddd---", [])
    assert known.confidence == {1: 0.8, 2: 0.8, 3: None}
    assert (known.kept, known.options, known.ended_at) == ([2], OLD, 1000)
    assert "1 book was taken over from its folder." in notice(paths)


def test_a_book_without_text_has_none(paths: Paths) -> None:
    split(add(paths, "gita"), [1, 2, 3, 4])
    rebuild(paths)
    assert text(paths, "gita") is None


def test_a_recognition_that_was_planned_goes_on(paths: Paths) -> None:
    # Given a book of which some pages are to be read, and one of them was
    folder = add(paths, "gita")
    split(folder, [1, 2, 3, 4])
    asked = OcrBook(book="gita", pages="1-3", options=OLD)
    note_asked(folder, asked)
    read(folder, 1, OLD)

    # When the store is built anew, then the same is asked again, and the page that was read is known
    rebuild(paths)
    known = text(paths, "gita")
    assert known is not None
    assert (known.state, known.asked, known.cells) == ("waiting", asked, "d---")
    assert found(paths, "gita").state == "done"
    assert "1 book was taken over from its folder, and goes on." in notice(paths)
