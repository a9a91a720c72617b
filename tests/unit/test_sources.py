"""sources.py: what books there are in what was dropped."""

import os
from pathlib import Path

import pytest

from ambuda_desktop.errors import BadInput
from ambuda_desktop.sources import Pictures, books_in, source_of


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """PDFs, a folder of pictures, and what is neither."""
    for name in ("b.pdf", "a.PDF", "notes.txt", ".hidden.pdf", "scans/10.jpg", "scans/9.TIFF", "scans/.x.png",
                 "mixed/c.pdf", "mixed/1.png", "empty/readme"):  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_a_folder_holds_a_book_for_each_pdf_and_each_folder_of_pictures(shelf: Path) -> None:
    assert books_in([shelf]) == [
        shelf / "a.PDF", shelf / "b.pdf", shelf / "mixed" / "c.pdf", shelf / "mixed", shelf / "scans",
    ]  # fmt: skip


def test_what_is_named_is_taken_as_it_is_and_once(shelf: Path) -> None:
    wanted = [shelf / "b.pdf", shelf / "notes.txt", shelf / "gone.pdf", shelf / "b.pdf"]
    assert books_in(wanted) == wanted[:3]


def test_pictures_named_one_by_one_are_the_pages_of_one_book(shelf: Path) -> None:
    pages = [shelf / "scans" / "10.jpg", shelf / "scans" / "9.TIFF"]
    assert books_in([*pages, shelf / "b.pdf"]) == [
        Pictures(shelf / "scans", (pages[1], pages[0])), shelf / "b.pdf",
    ]  # fmt: skip
    assert books_in(pages[:1]) == pages[:1]


def test_a_folder_without_books_has_none(shelf: Path) -> None:
    assert books_in([shelf / "empty"]) == []


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "book.pdf")
    with pytest.raises(BadInput, match=r"book\.pdf is no file"):
        source_of(tmp_path / "book.pdf")


def test_a_picture_that_leads_out_of_its_folder_is_refused(tmp_path: Path) -> None:
    # Given a folder of scans in which one is a link to a file of somebody's
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"\x89PNG\r\n\x1a\n")
    scans = tmp_path / "scans"
    scans.mkdir()
    (scans / "1.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (scans / "2.png").symlink_to(secret)
    with pytest.raises(BadInput, match=r"2\.png is a link that leads out of"):
        source_of(scans)

    # Then one that stays inside is a page
    (scans / "2.png").unlink()
    (scans / "2.png").symlink_to("1.png")
    assert len(source_of(scans).names()) == 2
