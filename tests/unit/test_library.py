"""library.py: accepting books, and removing them."""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from ambuda_desktop import books, library
from ambuda_desktop.errors import AlreadyAdded, AmbudaError, BadInput, NotFound
from ambuda_desktop.library import NewBook
from ambuda_desktop.locks import holding
from ambuda_desktop.manifest import Manifest
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings
from ambuda_desktop.store.books import summary
from ambuda_desktop.store.connection import transaction
from ambuda_desktop.store.control import cancel
from ambuda_desktop.unaccepted import INCOMING


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


class Killed(BaseException):
    """Where the process ends, and does nothing more."""


@contextlib.contextmanager
def killed_at(monkeypatch: pytest.MonkeyPatch, place: str) -> Iterator[None]:
    """Whoever comes to `place` is killed."""

    def end(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(place, end)
        patch.setattr("ambuda_desktop.library._abandon", end)
        with pytest.raises(Killed):
            yield


def test_an_addition_that_was_killed_before_its_row_was_written_leaves_nothing(
    paths: Paths, store: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given an addition that is killed when its folder has its name, and has no row
    source = pdf(tmp_path, "a.pdf")
    with killed_at(monkeypatch, "ambuda_desktop.library.transaction"):
        library.add_book(store, paths, source, nothing)
    (left,) = paths.library.iterdir()
    (mark,) = left.glob(f"{INCOMING}*")
    assert left.name == "a"

    # When a daemon starts while it still goes on, then it stays
    with holding(paths.locks / mark.name):
        library.tidy(store, paths)
    assert left.exists()

    # And when it does not, then the folder is removed, and the PDF is where it was
    temporary = paths.root / ".settings.json.4194305.tmp"  # of a process that there cannot be
    temporary.touch()
    library.tidy(store, paths)
    assert list(paths.library.iterdir()) == []
    assert not temporary.exists()
    assert source.exists()


def test_an_addition_that_was_killed_behind_its_row_is_accepted(
    paths: Paths, store: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given an addition that is killed when its row is written
    with killed_at(monkeypatch, "ambuda_desktop.library._arrive"):
        library.add_book(store, paths, pdf(tmp_path, "a.pdf"), nothing)

    # When a daemon starts, then the book is as any other
    library.tidy(store, paths)
    assert sorted(path.name for path in (paths.library / "a").iterdir()) == ["manifest.json", "original.pdf"]
    assert summary(store, "a") is not None


def test_a_book_that_is_accepted_is_not_marked_as_on_its_way(
    paths: Paths, store: sqlite3.Connection, tmp_path: Path
) -> None:
    book = library.add_book(store, paths, pdf(tmp_path, "a.pdf"), nothing)
    assert not list((paths.library / book).glob(f"{INCOMING}*"))


@pytest.mark.parametrize("name", ["..", "../data", "a/b", "nobody"])
def test_a_name_never_leaves_the_library(paths: Paths, name: str) -> None:
    with pytest.raises(NotFound):
        books.book_folder(paths, name)


def test_a_range_that_is_none_is_refused_before_anything_is_copied(
    paths: Paths, store: sqlite3.Connection, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match="“4-2” is not a range of pages"):
        library.add_book(store, paths, pdf(tmp_path, "a.pdf"), never, NewBook(pages="4-2"))
    assert not list(paths.library.iterdir())


def never(_done: int, _total: int) -> None:
    raise AssertionError("nothing should be copied")


def test_title_pages_and_options_are_kept(paths: Paths, store: sqlite3.Connection, tmp_path: Path) -> None:
    # When a book is added with a title, some pages and options
    options = PageOptions(format="png", max_dpi=150)
    new = NewBook(title="  Śakuntalā  ", pages="1-3, 5", options=options)
    book = library.add_book(store, paths, pdf(tmp_path, "scan0001.pdf"), nothing, new)

    # Then they are what its split was asked for
    found = summary(store, book)
    assert found is not None
    assert (book, found.title, found.asked, found.options) == ("sakuntala", "Śakuntalā", "1-3,5", options)


def test_the_same_book_is_offered_and_added_again_only_on_purpose(
    paths: Paths, store: sqlite3.Connection, tmp_path: Path
) -> None:
    # Given a book, and the same file under another name
    first = library.add_book(store, paths, pdf(tmp_path, "Megha.pdf"), nothing)
    copy = pdf(tmp_path, "copy of Megha.pdf")

    # When that is added, then the one that is there is offered, and nothing is left of the copy
    with pytest.raises(AlreadyAdded, match="in the library already: “Megha”") as refused:
        library.add_book(store, paths, copy, nothing)
    assert refused.value.book == first
    assert [p.name for p in paths.library.iterdir()] == [first]

    # And it is added again where that is wanted
    assert library.add_book(store, paths, copy, nothing, NewBook(again=True)) == "copy-of-megha"


def test_a_folder_of_pictures_is_a_book(paths: Paths, store: sqlite3.Connection, tmp_path: Path) -> None:
    # Given what a scanner leaves
    scans = tmp_path / "Raghuvaṃśa 1.1"
    scans.mkdir()
    for name in ("page10.png", "page2.png"):
        Image.new("L", (8, 8)).save(scans / name)
    (scans / "notes.txt").write_text("not a picture")

    # When the folder is added
    book = library.add_book(store, paths, scans, nothing)

    # Then the pictures are in it, in natural order, and the folder gave it its name
    folder = books.book_folder(paths, book)
    manifest = Manifest.load(folder.manifest)
    assert (book, manifest.title) == ("raghuvamsa-1-1", "Raghuvaṃśa 1.1")
    assert manifest.sources == ["page2.png", "page10.png"]
    assert [p.name for p in sorted(folder.originals.iterdir())] == ["00001.png", "00002.png"]
    assert (folder.originals / "00001.png").read_bytes() == (scans / "page2.png").read_bytes()


def test_a_library_that_is_not_there_is_a_sentence(
    paths: Paths, store: sqlite3.Connection, tmp_path: Path
) -> None:
    # Given a library on a disk that is not connected
    Settings(library=tmp_path / "disk" / "books").save(paths.settings)

    # When a book is added, then the sentence says what to do, and no folder is made in its place
    with pytest.raises(BadInput, match="Connect the disk"):
        library.add_book(store, paths, pdf(tmp_path, "a.pdf"), nothing)
    assert not (tmp_path / "disk").exists()


def test_a_library_that_is_being_moved_takes_no_book(
    paths: Paths, store: sqlite3.Connection, tmp_path: Path
) -> None:
    with (
        holding(paths.locks / "library.lock"),
        pytest.raises(BadInput, match="being moved"),
    ):
        library.add_book(store, paths, pdf(tmp_path, "a.pdf"), nothing)


@pytest.fixture
def trash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A trash of this test's own; the real one is used by tests/process."""
    place = tmp_path / "trash"
    place.mkdir()

    def move(path: Path) -> None:
        if not path.exists():
            raise FileNotFoundError(path)
        shutil.move(path, place)

    monkeypatch.setattr("send2trash.send2trash", move)
    return place


def test_a_removed_book_is_in_the_trash_and_its_source_where_it_was(
    paths: Paths, store: sqlite3.Connection, tmp_path: Path, trash: Path
) -> None:
    # Given a book that rests
    source = pdf(tmp_path, "a.pdf")
    book = library.add_book(store, paths, source, nothing)
    with pytest.raises(BadInput, match="still being worked on"):
        library.remove_book(store, paths, book)
    found = summary(store, book)
    assert found is not None
    assert found.task
    cancel(store, [found.task])

    # When it is removed
    library.remove_book(store, paths, book)

    # Then it is in the trash, nothing of it is in the store, and the user's own file is untouched
    assert [p.name for p in trash.iterdir()] == [book]
    assert summary(store, book) is None
    assert source.exists()
    with pytest.raises(NotFound):
        library.remove_book(store, paths, book)


def test_a_book_that_cannot_be_moved_to_the_trash_stays(
    paths: Paths, store: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a system without a usable trash
    book = library.add_book(store, paths, pdf(tmp_path, "a.pdf"), nothing)

    def refuse(_path: Path) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("send2trash.send2trash", refuse)
    store.execute("UPDATE tasks SET state = 'FAILURE'")

    # When it is removed, then a sentence says why not, and it is still there
    with pytest.raises(AmbudaError, match="Read-only file system"):
        library.remove_book(store, paths, book)
    assert summary(store, book) is not None
    assert books.book_folder(paths, book).original.exists()


def test_a_link_in_the_library_is_no_book(paths: Paths, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (paths.library / "evil").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotFound):
        books.book_folder(paths, "evil")


@pytest.mark.parametrize("inner", ["original.pdf", "pages", "pages/1.jpg", "work/jpeg-90/1.json", "password"])
def test_a_link_in_a_book_is_not_followed(paths: Paths, tmp_path: Path, inner: str) -> None:
    # Given a book in which something is a link
    place = paths.library / "book" / inner
    place.parent.mkdir(parents=True)
    place.symlink_to(tmp_path)
    with pytest.raises(BadInput, match="is a link, which may lead out of the library"):
        books.book_folder(paths, "book")


@pytest.mark.parametrize("name", ["", ".", ".incoming-1", "Book", "a/../b", "book\n", "book\0", "-"])
def test_a_name_that_no_book_has_is_none(paths: Paths, name: str) -> None:
    for made in (".incoming-1", "Book", "-"):
        (paths.library / made).mkdir()
    with pytest.raises(NotFound):
        books.book_folder(paths, name)


def test_a_book_on_a_disk_that_is_not_connected_is_not_forgotten(
    paths: Paths, store: sqlite3.Connection, tmp_path: Path, trash: Path
) -> None:
    # Given a book whose disk is elsewhere just now
    book = library.add_book(store, paths, pdf(tmp_path, "a.pdf"), nothing)
    store.execute("UPDATE tasks SET state = 'FAILURE'")
    paths.library.rename(tmp_path / "unplugged")

    # When it is removed, then the sentence says to connect it, and the book is still known
    with pytest.raises(BadInput, match="Connect the disk"):
        library.remove_book(store, paths, book)
    assert summary(store, book) is not None


def test_a_removed_book_takes_no_password_with_it(
    paths: Paths, store: sqlite3.Connection, tmp_path: Path, trash: Path
) -> None:
    book = library.add_book(store, paths, pdf(tmp_path, "a.pdf"), nothing)
    books.book_folder(paths, book).password.write_text("secret")
    store.execute("UPDATE tasks SET state = 'REVOKED'")
    library.remove_book(store, paths, book)
    assert [p.name for p in (trash / book).iterdir() if "password" in p.name] == []


def test_an_addition_that_is_interrupted_after_it_was_accepted_stays(
    paths: Paths, store: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a person who presses Ctrl+C just after the row was written
    @contextlib.contextmanager
    def interrupted(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
        with transaction(connection):
            yield connection
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(library, "transaction", interrupted)
        with pytest.raises(KeyboardInterrupt):
            library.add_book(store, paths, pdf(tmp_path, "a.pdf"), nothing)

    # Then the book is there: its row says so
    assert summary(store, "a") is not None
    assert books.book_folder(paths, "a").original.exists()
