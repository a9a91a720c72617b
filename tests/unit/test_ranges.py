"""Splitting a book: planned, made, stopped in the middle, made again, ended."""

import errno
import hashlib
import json
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from ambuda_desktop.books import BookFolder
from ambuda_desktop.manifest import Manifest, PageRecord
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.worker.pdf import original as pdf_original
from ambuda_desktop.worker.split import make_page as making
from ambuda_desktop.worker.split.finish import finish
from ambuda_desktop.worker.split.page import CannotMake
from ambuda_desktop.worker.split.plan import plan
from ambuda_desktop.worker.split.ranges import split_range
from tests.support import pdfs
from tests.support.splitting import Stop, book, ignore, stop_after

KEY = PageOptions().key


def mixed(tmp_path: Path) -> BookFolder:
    """A book of a scan, a text, a scan cut short, a page whose image is lost, and a scan."""
    pdf = pikepdf.new()
    pdfs.add_scan(pdf)
    pdfs.add_text(pdf)
    pdfs.add_scan(pdf, pdfs.jpeg()[:6000])
    pdfs.add_scan(pdf, b"lost" * 50)
    pdfs.add_scan(pdf, pdfs.jpeg("L"), "L")
    return pdfs.put_in_library(tmp_path / "library", pdf)


def methods(folder: BookFolder) -> list[str]:
    return [record.method for record in Manifest.load(folder.manifest).pages]


# --- making pages ---


def test_scans_are_copied_byte_for_byte(tmp_path: Path) -> None:
    # Given a book
    folder, jpegs = book(tmp_path)
    before = folder.original.read_bytes()
    reported: list[tuple[int, int]] = []

    # When it is split
    result = split_range(folder, [1, 2, 3, 4], lambda done, total: reported.append((done, total)))
    finish(folder)

    # Then each page is the JPEG that lies in the PDF, which is not touched
    assert result == {"done": 4, "failed": {}, "warnings": {}}
    assert [(folder.pages / f"{n}.jpg").read_bytes() for n in (1, 2, 3, 4)] == jpegs
    assert reported == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert folder.original.read_bytes() == before
    # And the manifest says all of it
    first = Manifest.load(folder.manifest).pages[0]
    assert first == PageRecord(
        number=1, file="1.jpg", method="copied", width=pdfs.WIDTH, height=pdfs.HEIGHT, dpi=pdfs.DPI,
        bytes=len(jpegs[0]), sha256=hashlib.sha256(jpegs[0]).hexdigest(),
    )  # fmt: skip


def test_bad_page_is_a_result(tmp_path: Path) -> None:
    # Given a book with a damaged and a lost page
    folder = mixed(tmp_path)

    # When it is split
    result = split_range(folder, [1, 2, 3, 4, 5], ignore)
    finish(folder)

    # Then the others are there, and each fault has its sentence
    json.dumps(result)
    assert methods(folder)[:3] == ["copied", "rendered", "rendered"]
    assert methods(folder)[4] == "copied"
    assert result["warnings"]["3"] == "The PDF's image of this page is cut short."
    assert sorted(path.name for path in folder.path.iterdir()) == ["manifest.json", "original.pdf", "pages"]


def test_lost_image_fails(tmp_path: Path) -> None:
    # Given a page whose only image is rubbish
    folder = mixed(tmp_path)

    # When
    result = split_range(folder, [4], ignore)
    finish(folder)

    # Then it has failed and says so, and no image pretends to be it
    assert result["done"] == 0
    assert "comes out blank" in result["failed"]["4"]
    assert not (folder.pages / "4.jpg").exists()
    assert methods(folder) == ["missing", "missing", "missing", "failed", "missing"]


def test_without_poppler_pages_are_made_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    folder = mixed(tmp_path)
    assert split_range(folder, [1, 2, 3], ignore)["done"] == 3


def test_second_run_makes_nothing_again(tmp_path: Path) -> None:
    # Given a range that was made
    folder, _ = book(tmp_path)
    first = split_range(folder, [1, 2, 3, 4], ignore)
    before = {n: (folder.pages / f"{n}.jpg").stat().st_ino for n in (1, 2, 3, 4)}

    # When it is made again, before and after the book was finished
    second = split_range(folder, [1, 2, 3, 4], ignore)
    finish(folder)
    third = split_range(folder, [1, 2, 3, 4], ignore)

    # Then every file is the same one
    assert first == second == third
    assert {n: (folder.pages / f"{n}.jpg").stat().st_ino for n in (1, 2, 3, 4)} == before


@pytest.mark.parametrize("harm", ["torn page", "torn record", "no record", "no page"])
def test_page_that_was_left_half_done_is_made_again(tmp_path: Path, harm: str) -> None:
    # Given a range that was made, and what a power cut or a kill may do to it
    folder, jpegs = book(tmp_path)
    split_range(folder, [1, 2], ignore)
    match harm:
        case "torn page":
            (folder.pages / "2.jpg").write_bytes(jpegs[1][:50])
        case "torn record":
            (folder.work / KEY / "2.json").write_text('{"number": 2, "meth')
        case "no record":
            (folder.work / KEY / "2.json").unlink()
        case "no page":
            (folder.pages / "2.jpg").unlink()

    # When it is made again
    split_range(folder, [1, 2], ignore)

    # Then
    assert (folder.pages / "2.jpg").read_bytes() == jpegs[1]
    assert PageRecord.load(folder.work / KEY / "2.json") is not None


def test_cancel_in_the_middle_keeps_the_pages_made(tmp_path: Path) -> None:
    # Given a range that is cancelled after its second page
    folder, jpegs = book(tmp_path)
    with pytest.raises(Stop):
        split_range(folder, [1, 2, 3, 4], stop_after(2))
    assert sorted(path.name for path in folder.pages.iterdir()) == ["1.jpg", "2.jpg"]

    # When the book is ended
    finish(folder)

    # Then the manifest knows both, and those that were not made
    assert methods(folder) == ["copied", "copied", "missing", "missing"]

    # And when the rest is split later, the manifest is complete
    split_range(folder, [3, 4], ignore)
    finish(folder)
    assert methods(folder) == ["copied"] * 4
    assert (folder.pages / "4.jpg").read_bytes() == jpegs[3]


def test_retry_of_a_failed_page_completes_the_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a book whose second page failed, because poppler did not work that day
    folder = mixed(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(pdf_original, "render_page", _raise(CannotMake("Poppler was ill.")))
        assert split_range(folder, [1, 2], ignore)["failed"] == {"2": "Poppler was ill."}
    finish(folder)
    assert methods(folder)[:2] == ["copied", "failed"]

    # When that page alone is made again
    assert plan(folder, [2], ignore).ranges == [[2]]
    split_range(folder, [2], ignore)
    finish(folder)

    # Then nothing of the first split is lost
    assert methods(folder)[:2] == ["copied", "rendered"]


def test_full_disk_is_not_the_fault_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, _ = book(tmp_path)
    monkeypatch.setattr(making, "_write_durably", _raise(OSError(errno.ENOSPC, "No space left on device")))
    with pytest.raises(OSError, match="No space left"):
        split_range(folder, [1], ignore)


def _raise(error: Exception) -> Any:
    def fail(*_args: object) -> None:
        raise error

    return fail


# --- the end ---


def test_finish_can_be_run_again_wherever_it_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a finish that was killed before it removed `work`
    folder, _ = book(tmp_path)
    split_range(folder, [1, 2, 3, 4], ignore)
    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", _raise(Stop()))
        with pytest.raises(Stop):
            finish(folder)
    first = Manifest.load(folder.manifest)

    # When it runs again, and once more after a part of `work` is gone
    (folder.work / KEY / "1.json").unlink()
    second, _ = finish(folder)
    third, _ = finish(folder)

    # Then the manifest stays the same, and `work` is gone
    assert first == second == third
    assert first.title == "book"
    assert not folder.work.exists()


def test_image_that_a_person_changed_is_kept(tmp_path: Path) -> None:
    # Given a split book, of which a person cropped page 1
    folder, _ = book(tmp_path)
    split_range(folder, [1, 2], ignore)
    finish(folder)
    cropped = pdfs.jpeg(size=(100, 100))
    (folder.pages / "1.jpg").write_bytes(cropped)

    # When another page is split
    split_range(folder, [3], ignore)
    finish(folder)

    # Then the person's image stays, and the manifest describes it
    first = Manifest.load(folder.manifest).pages[0]
    assert (folder.pages / "1.jpg").read_bytes() == cropped
    assert (first.width, first.height, first.bytes) == (100, 100, len(cropped))
    assert first.reason == "The image was changed after the split."


def test_page_whose_record_was_lost_is_described_from_its_file(tmp_path: Path) -> None:
    # Given a page that was written when we were killed, and one that is torn
    folder, jpegs = book(tmp_path)
    split_range(folder, [1, 2], ignore)
    (folder.work / KEY / "1.json").unlink()
    (folder.pages / "2.jpg").write_bytes(jpegs[1][:500])
    (folder.work / KEY / "2.json").unlink()

    # When the book is ended
    finish(folder)

    # Then
    first, second = Manifest.load(folder.manifest).pages[:2]
    assert (first.width, first.sha256) == (pdfs.WIDTH, hashlib.sha256(jpegs[0]).hexdigest())
    assert (second.method, second.reason) == ("failed", "2.jpg is not a whole JPEG.")
