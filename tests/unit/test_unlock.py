"""worker/pdf/unlock.py and passwords.py: a PDF with a password."""

import sqlite3
import stat
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from ambuda_desktop.books import BookFolder, book_folder
from ambuda_desktop.errors import BadInput
from ambuda_desktop.library import add_book
from ambuda_desktop.passwords import give_password
from ambuda_desktop.paths import Paths
from ambuda_desktop.store import dispatch, running
from ambuda_desktop.worker.pdf import unlock as module
from ambuda_desktop.worker.pdf.original import open_pdf_original
from ambuda_desktop.worker.pdf.unlock import NeedsPassword
from ambuda_desktop.worker.split.finish import finish
from ambuda_desktop.worker.split.plan import plan
from ambuda_desktop.worker.split.ranges import split_range
from tests.support import pdfs
from tests.support.splitting import Stop, ignore

SECRET = "śākuntala pass"


@pytest.fixture
def folder(paths: Paths, store: sqlite3.Connection, tmp_path: Path) -> BookFolder:
    """A locked book whose plan waits for its password."""
    pdfs.scanned_book(tmp_path / "open.pdf", 3)
    pdfs.lock(tmp_path / "open.pdf", tmp_path / "book.pdf", SECRET)
    add_book(store, paths, tmp_path / "book.pdf", ignore)
    park(store, "password")
    return book_folder(paths, "book")


def park(store: sqlite3.Connection, wanted: str) -> None:
    task = store.execute("SELECT id FROM tasks").fetchone()["id"]
    dispatch.mark_sent(store, [task], "cpu.x.1")
    running.park(store, task, wanted, float("inf"))


def wanted(folder: BookFolder) -> str:
    with pytest.raises(NeedsPassword) as locked:
        plan(folder, None, ignore)
    return locked.value.wanted


def test_the_password_opens_the_book_and_is_gone_at_once(
    folder: BookFolder, paths: Paths, store: sqlite3.Connection
) -> None:
    # Given a locked book
    assert wanted(folder) == "password"

    # When its password is given
    give_password(store, paths, "book", SECRET)
    assert stat.S_IMODE(folder.password.stat().st_mode) == 0o600
    assert [row["waiting_for"] for row in dispatch.waiting(store, "cpu", 9)] == [None]

    # Then the book is split to its end, the password is gone after the first step, and nothing open stays
    assert plan(folder, None, ignore).pages == 3
    assert not folder.password.exists()
    assert split_range(folder, [1, 2, 3], ignore)["done"] == 3
    _, replaced = finish(folder)
    assert replaced
    assert not folder.decrypted.exists()
    assert finish(folder)[0].pages[2].method == "copied"


def test_a_wrong_password_is_asked_for_again(
    folder: BookFolder, paths: Paths, store: sqlite3.Connection
) -> None:
    give_password(store, paths, "book", "no")
    assert wanted(folder) == "another password"
    assert not folder.password.exists()
    park(store, "another password")
    give_password(store, paths, "book", SECRET)
    assert plan(folder, None, ignore).pages == 3


def test_a_kill_in_between_costs_nothing(
    folder: BookFolder, paths: Paths, store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a worker that is killed just before the decrypted copy is in its place
    give_password(store, paths, "book", SECRET)

    def die(_path: Path) -> None:
        raise Stop

    with monkeypatch.context() as patch:
        patch.setattr(module, "sync_file", die)
        with pytest.raises(Stop):
            plan(folder, None, ignore)

    # Then the next attempt needs no person
    assert plan(folder, None, ignore).pages == 3


def test_a_kill_just_before_the_password_is_deleted_leaves_none(
    folder: BookFolder, paths: Paths, store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a worker that is killed when the decrypted copy is in its place
    give_password(store, paths, "book", SECRET)

    def die(_path: Path) -> None:
        raise Stop

    with monkeypatch.context() as patch:
        patch.setattr(module, "sync_folder", die)
        with pytest.raises(Stop):
            plan(folder, None, ignore)
    assert folder.password.exists()

    # Then the next attempt deletes the password
    assert plan(folder, None, ignore).pages == 3
    assert not folder.password.exists()


@pytest.mark.parametrize("revision", [3, 4, 6])
def test_a_password_beyond_ascii_opens_old_and_new_files(tmp_path: Path, revision: int) -> None:
    # Given a PDF locked by a program that follows the standard of its time
    password = "Bühler 1876"
    pdf = pikepdf.new()
    pdfs.add_scan(pdf)
    locked: Any = {"user": password, "owner": "owner", "R": revision, "aes": revision > 3}
    pdf.save(tmp_path / "book.pdf", encryption=pikepdf.Encryption(metadata=revision > 3, **locked))
    folder = pdfs.put_in_library(tmp_path / "library", tmp_path / "book.pdf")
    folder.password.write_bytes(password.encode())

    # Then its password opens it
    with open_pdf_original(folder) as original:
        assert original.count == 1


@pytest.mark.parametrize(("book", "password"), [("book", ""), ("other", "x"), ("book", "\udcff")])
def test_a_password_that_nobody_waits_for_is_refused(
    folder: BookFolder, paths: Paths, store: sqlite3.Connection, tmp_path: Path, book: str, password: str
) -> None:
    pdfs.scanned_book(tmp_path / "other.pdf", 1)
    add_book(store, paths, tmp_path / "other.pdf", ignore)
    with pytest.raises(BadInput):
        give_password(store, paths, book, password)
    assert not (paths.library / book / "password").exists()


def test_an_owner_password_alone_is_no_obstacle(tmp_path: Path) -> None:
    pdfs.scanned_book(tmp_path / "open.pdf", 2)
    pdfs.lock(tmp_path / "open.pdf", tmp_path / "book.pdf", user="")
    folder = pdfs.put_in_library(tmp_path / "library", tmp_path / "book.pdf")
    with open_pdf_original(folder) as original:
        assert original.count == 2
        assert original.doubt is None
