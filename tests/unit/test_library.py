"""library.py: accepting books, and removing them."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from ambuda_desktop import books, library
from ambuda_desktop.errors import BadInput, NotFound
from ambuda_desktop.library import NewBook
from ambuda_desktop.locks import holding
from ambuda_desktop.manifest import Manifest
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.books import summary


def nothing(_done: int, _total: int) -> None:
    """Progress that nobody looks at."""


def pdf(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(b"%PDF-1.4\n%...")
    return path


def test_an_accepted_book_is_on_disk_and_waits(
    paths: Paths, store: sqlite3.Connection, tmp_path: Path
) -> None:
    # When a PDF is added
    source = pdf(tmp_path, "Mālavikāgnimitra  (1840).pdf")
    before = (source.read_bytes(), source.stat().st_mtime_ns)
    book = library.add_book(store, paths, source, nothing)

    # Then its copy, its manifest and its waiting task are there, and the source is as it was
    folder = books.book_folder(paths, book)
    assert book == "malavikagnimitra-1840"
    assert folder.original.read_bytes() == before[0]
    assert Manifest.load(folder.manifest).title == "Mālavikāgnimitra (1840)"
    found = summary(store, book)
    assert found is not None
    assert (found.state, found.title) == ("waiting", "Mālavikāgnimitra (1840)")
    assert (source.read_bytes(), source.stat().st_mtime_ns) == before


def test_equal_names_get_folders_of_their_own(
    paths: Paths, store: sqlite3.Connection, tmp_path: Path
) -> None:
    assert library.add_book(store, paths, pdf(tmp_path, "a.pdf"), nothing) == "a"
    assert library.add_book(store, paths, pdf(tmp_path, "A!.pdf"), nothing, NewBook(again=True)) == "a-2"


def test_a_title_without_latin_letters_still_gets_a_folder(
    paths: Paths, store: sqlite3.Connection, tmp_path: Path
) -> None:
    book = library.add_book(store, paths, pdf(tmp_path, "मेघदूतम्.pdf"), nothing)
    assert book.startswith("book-")
    found = summary(store, book)
    assert found is not None
    assert found.title == "मेघदूतम्"


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"", "is empty"), (b"GIF89a", "is not a PDF"), (None, "is not there")]
)
def test_what_is_no_pdf_is_refused_and_leaves_nothing(
    paths: Paths, store: sqlite3.Connection, tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    # Given something that is no PDF
    source = tmp_path / "a.pdf"
    if content is not None:
        source.write_bytes(content)

    # When it is added, then it is refused with a sentence, and the library is empty
    with pytest.raises(BadInput, match=sentence):
        library.add_book(store, paths, source, nothing)
    assert not list(paths.library.iterdir())
    assert store.execute("SELECT count(*) FROM tasks").fetchone()[0] == 0


def test_a_copy_that_fails_leaves_nothing(paths: Paths, store: sqlite3.Connection, tmp_path: Path) -> None:
    # Given a source that vanishes while it is copied
    source = pdf(tmp_path, "a.pdf")

    def vanish(_done: int, _total: int) -> None:
        source.unlink(missing_ok=True)

    # When it is added, then nothing is
    with pytest.raises(BadInput, match="no longer there"):
        library.add_book(store, paths, source, vanish)
    assert not list(paths.library.iterdir())


def test_a_book_whose_folder_was_deleted_keeps_its_name_for_itself(
    paths: Paths, store: sqlite3.Connection, tmp_path: Path
) -> None:
    # Given a book whose folder somebody deleted by hand
    first = library.add_book(store, paths, pdf(tmp_path, "a.pdf"), nothing)
    shutil.rmtree(paths.library / first)

    # When the PDF is added again, then it is another book
    assert library.add_book(store, paths, pdf(tmp_path, "a.pdf"), nothing) == "a-2"


def test_a_name_that_is_no_text_is_taken_all_the_same(
    paths: Paths, store: sqlite3.Connection, tmp_path: Path
) -> None:
    # Given a file name of an old USB stick
    source = Path(os.fsdecode(os.fsencode(tmp_path) + b"/Megha\xff.pdf"))
    source.write_bytes(b"%PDF-1.4")

    # When it is added, then the book has a title that can be shown
    found = summary(store, library.add_book(store, paths, source, nothing))
    assert found is not None
    assert found.title == "Megha\ufffd"


def test_only_copies_that_were_killed_are_removed(paths: Paths) -> None:
    # Given a copy that goes on, and one that was left behind
    (paths.library / ".incoming-a").mkdir()
    (paths.library / ".incoming-b").mkdir()
    with holding(paths.locks / ".incoming-a"):
        library.remove_unaccepted(paths)
    assert [p.name for p in paths.library.iterdir()] == [".incoming-a"]


@pytest.mark.parametrize("name", ["..", "../data", "a/b", "nobody"])
def test_a_name_never_leaves_the_library(paths: Paths, name: str) -> None:
    with pytest.raises(NotFound):
        books.book_folder(paths, name)
