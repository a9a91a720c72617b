"""relocation.py: moving the library, whole or not at all."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from ambuda_desktop import relocation
from ambuda_desktop.books import book_folder
from ambuda_desktop.errors import BadInput
from ambuda_desktop.library import add_book, tidy
from ambuda_desktop.locks import holding
from ambuda_desktop.paths import Paths
from ambuda_desktop.relocation import LibraryMoves, move_library, staying
from ambuda_desktop.settings import Settings
from ambuda_desktop.store.books import summary
from ambuda_desktop.store.control import pause_books
from tests.support import pdfs
from tests.support.splitting import Stop, ignore


@pytest.fixture
def book(paths: Paths, store: sqlite3.Connection, tmp_path: Path) -> str:
    pdfs.scanned_book(tmp_path / "book.pdf", 2)
    return add_book(store, paths, tmp_path / "book.pdf", ignore)


@pytest.fixture(params=["same disk", "another disk"])
def _disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another disk is imitated where it matters: a folder cannot be renamed across."""
    if request.param == "another disk":
        monkeypatch.setattr(Path, "rename", _not_out_of_the_library(Path.rename))


def _not_out_of_the_library(rename: Any) -> Any:
    def across(self: Path, target: Path) -> Path:
        if "library" in self.parts and "library" not in target.parts:
            raise OSError(18, "Invalid cross-device link")
        renamed: Path = rename(self, target)
        return renamed

    return across


@pytest.mark.usefixtures("_disk")
def test_all_books_are_in_the_new_folder_and_nothing_in_the_old_one(
    paths: Paths, store: sqlite3.Connection, book: str, tmp_path: Path
) -> None:
    # Given a library with a book, and a folder that is not there yet
    old = paths.library
    content = (old / book / "original.pdf").read_bytes()

    # When it is moved
    move_library(store, paths, tmp_path / "disk" / "books", ignore)

    # Then the settings name it, the book is whole, goes on, and nothing is left behind
    assert paths.library == tmp_path / "disk" / "books"
    assert book_folder(paths, book).original.read_bytes() == content
    assert not old.exists()
    found = summary(store, book)
    assert found is not None
    assert not found.paused
    assert paths.make().library == tmp_path / "disk" / "books"
    assert not old.exists()


def test_a_move_that_fails_half_way_leaves_the_library_where_it_was(
    paths: Paths, store: sqlite3.Connection, book: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given another disk that is full
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(OSError(18, "cross-device")))
    monkeypatch.setattr(relocation, "copy_all_verified", full)
    old = paths.library

    # When the library is to be moved there
    with pytest.raises(BadInput, match=r"No space left on device\. It stays in"):
        move_library(store, paths, tmp_path / "disk", ignore)

    # Then all is as before
    assert paths.library == old
    assert book_folder(paths, book).original.exists()
    assert not (tmp_path / "disk").exists()
    assert not list(tmp_path.glob(".disk*"))


def test_a_move_that_is_stopped_lets_the_books_go_on(
    paths: Paths, store: sqlite3.Connection, book: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relocation, "_rename_or_copy", lambda *_: (_ for _ in ()).throw(Stop()))
    with pytest.raises(Stop):
        move_library(store, paths, tmp_path / "disk", ignore)
    found = summary(store, book)
    assert found is not None
    assert not found.paused


def test_a_library_whose_disk_has_another_place_is_found_again(
    paths: Paths, store: sqlite3.Connection, book: str, tmp_path: Path
) -> None:
    # Given a library that somebody moved by hand
    paths.library.rename(tmp_path / "elsewhere")

    # When that place is chosen, then the book is there
    move_library(store, paths, tmp_path / "elsewhere", ignore)
    assert book_folder(paths, book).original.exists()


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("data/library/in", "within one another"),
        ("data", "within one another"),
        ("data/tasks", "other files of Ambuda"),
        ("full", "not empty"),
        ("file", "is a file"),
    ],
)
@pytest.mark.usefixtures("book")
def test_a_folder_that_is_no_good_is_refused_with_the_reason(
    paths: Paths, store: sqlite3.Connection, tmp_path: Path, target: str, sentence: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").touch()
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match=sentence):
        move_library(store, paths, tmp_path / target, ignore)
    assert paths.library == paths.root / "library"


def test_a_path_that_is_not_whole_is_refused(paths: Paths, store: sqlite3.Connection) -> None:
    with pytest.raises(BadInput, match="no full path"):
        move_library(store, paths, Path("books"), ignore)


def test_a_folder_that_cannot_be_written_is_refused(paths: Paths, store: sqlite3.Connection) -> None:
    with pytest.raises(BadInput, match=r"cannot be (written|moved)"):  # the latter is said to root
        move_library(store, paths, Path("/proc/books"), ignore)


def test_nothing_moves_while_a_book_is_made(
    paths: Paths, store: sqlite3.Connection, book: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relocation, "MOVE_TIMEOUT", 0.05)
    with staying(paths), pytest.raises(BadInput, match="Wait for them"):
        move_library(store, paths, tmp_path / "disk", ignore)
    assert book_folder(paths, book).original.exists()


def test_nothing_begins_while_the_library_moves(
    paths: Paths, store: sqlite3.Connection, book: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relocation, "STAY_TIMEOUT", 0.05)

    def meanwhile(*_: object) -> bool:
        with pytest.raises(LibraryMoves), staying(paths):
            pass
        return False

    monkeypatch.setattr(relocation, "_rename_or_copy", meanwhile)
    (tmp_path / "disk").mkdir()
    move_library(store, paths, tmp_path / "disk", ignore)


@pytest.mark.usefixtures("_disk")
def test_a_folder_that_is_there_and_empty_becomes_the_library(
    paths: Paths, store: sqlite3.Connection, book: str, tmp_path: Path
) -> None:
    # Given the root of a stick: what is beside it is another disk
    stick = tmp_path / "media" / "stick"
    stick.mkdir(parents=True)

    # When the library is moved there, then only the books are in it
    move_library(store, paths, stick, ignore)
    assert [path.name for path in stick.iterdir()] == [book]
    assert [path.name for path in stick.parent.iterdir()] == ["stick"]
    assert book_folder(paths, book).original.exists()


def test_links_stay_links(
    paths: Paths, store: sqlite3.Connection, book: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a library with a link to a folder of the user's own, and another disk
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    (paths.library / "link").symlink_to(tmp_path / "mine")
    monkeypatch.setattr(Path, "rename", _not_out_of_the_library(Path.rename))

    # When it is moved
    move_library(store, paths, tmp_path / "disk", ignore)

    # Then the link leads to where it led, and what is there is untouched
    assert (tmp_path / "disk" / "link").readlink() == tmp_path / "mine"
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"


def test_a_full_disk_is_told_as_a_move_that_failed(
    paths: Paths, store: sqlite3.Connection, book: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise BadInput("The disk is full: original.pdf was not added.") from OSError(
            28, "No space left on device"
        )

    monkeypatch.setattr(Path, "rename", _not_out_of_the_library(Path.rename))
    monkeypatch.setattr(relocation, "copy_all_verified", full)
    with pytest.raises(BadInput, match=r"cannot be moved to .+disk: No space left on device\. It stays in"):
        move_library(store, paths, tmp_path / "disk", ignore)


class Killed(BaseException):
    """What a test raises where a process would be killed."""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_move_that_was_killed_is_put_right_at_the_next_start(
    paths: Paths,
    store: sqlite3.Connection,
    book: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
) -> None:
    # Given a move that is killed before the books are in the new place, or just after, and a book paused by hand
    pdfs.scanned_book(tmp_path / "rests.pdf", 1)
    rests = add_book(store, paths, tmp_path / "rests.pdf", ignore)
    pause_books(store, [rests])

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(relocation, "_resume", lambda *_: None)  # a killed process does nothing more
        if moment == "before":
            patch.setattr(relocation, "_rename_or_copy", die)
        else:
            patch.setattr(Settings, "change", die)
        with pytest.raises(Killed):
            move_library(store, paths, tmp_path / "disk", ignore)
    found = summary(store, book)
    assert found is not None
    assert found.paused

    # When the program starts again
    paths.make()
    tidy(store, paths)

    # Then the books are where the settings say, and go on; the one that a person paused does not
    assert paths.library == (tmp_path / "disk" if moment == "after" else paths.root / "library")
    assert book_folder(paths, book).original.exists()
    assert [(found := summary(store, b)) and found.paused for b in (book, rests)] == [False, True]
    tidy(store, paths)
    assert book_folder(paths, rests).original.exists()


def test_only_one_moves_the_library_at_a_time(
    paths: Paths, store: sqlite3.Connection, book: str, tmp_path: Path
) -> None:
    with holding(paths.locks / relocation.MOVING), pytest.raises(BadInput, match="being moved already"):
        move_library(store, paths, tmp_path / "disk", ignore)
    assert book_folder(paths, book).original.exists()
