"""unaccepted.py: what additions that were killed have left is removed, and nothing else ever is."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from ambuda_desktop.books import BookFolder
from ambuda_desktop.locks import holding
from ambuda_desktop.paths import Paths
from ambuda_desktop.unaccepted import is_being_added, new_name, remove_unaccepted


def files(library: Path) -> list[str]:
    return sorted(str(path.relative_to(library)) for path in library.rglob("*") if path.is_file())


def make(library: Path, *names: str) -> None:
    for name in names:
        (library / name).parent.mkdir(parents=True, exist_ok=True)
        (library / name).write_bytes(b"x")


def test_only_copies_that_were_killed_are_removed(paths: Paths, store: sqlite3.Connection) -> None:
    # Given a copy that goes on, and some that were left behind: at the beginning, in the middle, when it had its name
    goes_on, begun, middle, named = (new_name() for _ in range(4))
    (paths.library / begun).mkdir()
    make(paths.library, f"{goes_on}/{goes_on}", f"{middle}/{middle}", f"{middle}/.manifest.json.77.tmp")
    make(paths.library, f"{named}/{named}", f"{named}/original/00001.png", f"{named}/manifest.json")
    (paths.library / named).rename(paths.library / "gita")

    # When they are looked for, then those are removed wholly
    with holding(paths.locks / goes_on):
        remove_unaccepted(store, paths)
    assert [path.name for path in paths.library.iterdir()] == [goes_on]


MARK = new_name()
WORK = "work/jpeg-90"


@pytest.mark.parametrize(
    "names",
    [
        ["old-books/gita/original.pdf", f"old-books/{MARK}/original.pdf"],  # an older library
        ["old-books/gita/original.pdf", f"old-books/{MARK}"],
        ["photos/.incoming-list", "photos/original.pdf"],
        [f"My Photos/{MARK}", "My Photos/original.pdf"],  # no name of a book
        [f"gita/{MARK}", "gita/original.pdf", "gita/notes.txt"],
        [f"gita/{MARK}", "gita/original.pdf", f"gita/{WORK}/asked"],  # a worker was there
        [f"gita/{MARK}", "gita/original.pdf", "gita/pages/1.jpg"],
        [f"{MARK}/original.pdf", f"{MARK}/letter.odt"],
        [".incoming-1/original.pdf"],
        [MARK],
    ],
)
def test_what_may_be_the_users_own_stays(paths: Paths, store: sqlite3.Connection, names: list[str]) -> None:
    # Given a library that was anybody's folder before
    make(paths.library, *names)

    # When a daemon starts, then nothing of it is removed
    remove_unaccepted(store, paths)
    assert files(paths.library) == sorted(names)


@pytest.mark.parametrize("linked", ["folder", "mark"])
@pytest.mark.parametrize("accepted", [False, True])
def test_no_link_is_followed(
    paths: Paths, store: sqlite3.Connection, tmp_path: Path, linked: str, accepted: bool
) -> None:
    if accepted:
        store.execute("INSERT INTO books(id, title, source_sha256, added_at) VALUES('gita', '', '', 1)")
    make(tmp_path / "elsewhere", MARK, "original.pdf")
    if linked == "folder":
        (paths.library / "gita").symlink_to(tmp_path / "elsewhere")
    else:
        make(paths.library, "gita/original.pdf")
        (paths.library / "gita" / MARK).symlink_to(tmp_path / "elsewhere" / MARK)
    remove_unaccepted(store, paths)
    assert files(tmp_path / "elsewhere") == sorted([MARK, "original.pdf"])
    assert (paths.library / "gita" / "original.pdf").exists()


@pytest.mark.parametrize("left", [["original.pdf", new_name()], ["original.pdf"]])
def test_a_name_that_another_book_has_got_meanwhile_is_left_to_it(
    paths: Paths, store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, left: list[str]
) -> None:
    # Given an addition that gives up after its mark was seen, while another one takes the same name, and is done soon
    make(paths.library, f"gita/{MARK}", "gita/original.pdf")

    def given_up(_lock: Path) -> bool:
        mark = paths.library / "gita" / MARK
        if mark.exists():
            mark.unlink()
            make(paths.library / "gita", *left)
        return False

    monkeypatch.setattr("ambuda_desktop.unaccepted.is_held", given_up)

    # When what was killed is removed, then the other one stays
    remove_unaccepted(store, paths)
    assert files(paths.library / "gita") == sorted(left)


def test_a_book_with_a_row_loses_its_mark_only(paths: Paths, store: sqlite3.Connection) -> None:
    make(paths.library, f"gita/{MARK}", "gita/original.pdf")
    store.execute("INSERT INTO books(id, title, source_sha256, added_at) VALUES('gita', '', '', 1)")
    remove_unaccepted(store, paths)
    assert files(paths.library) == ["gita/original.pdf"]


def refuse_renames(monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(_path: Path, _target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refusing)


def refuse_unlinks(monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(_path: Path, **_options: bool) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refusing)


@pytest.mark.parametrize("refuse", [refuse_renames, refuse_unlinks])
def test_a_library_that_cannot_be_written_keeps_nobody_from_starting(
    paths: Paths,
    store: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
    refuse: Callable[[pytest.MonkeyPatch], None],
) -> None:
    make(paths.library, f"gita/{MARK}", "gita/original.pdf", f"megha/{MARK}", "megha/original.pdf")
    store.execute("INSERT INTO books(id, title, source_sha256, added_at) VALUES('gita', '', '', 1)")
    refuse(monkeypatch)
    remove_unaccepted(store, paths)
    assert (paths.library / "gita" / "original.pdf").exists()


def test_a_book_is_being_added_while_its_mark_is_held(paths: Paths) -> None:
    make(paths.library, f"gita/{MARK}", "gita/original.pdf")
    with holding(paths.locks / MARK):
        assert is_being_added(paths, BookFolder(paths.library / "gita"))
    assert not is_being_added(paths, BookFolder(paths.library / "gita"))
