"""worker/split/finish.py: new images take the place of old ones when all of them are there."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from ambuda_desktop.books import BookFolder
from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.manifest import Manifest
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.worker.pdf.original import PdfOriginal
from ambuda_desktop.worker.split.finish import finish
from ambuda_desktop.worker.split.page import CannotMake
from ambuda_desktop.worker.split.plan import plan
from ambuda_desktop.worker.split.ranges import RangeResult, split_range
from tests.support import pdfs
from tests.support.splitting import Stop, ignore, stop_after

GRAY = PageOptions(grayscale=True)
PNG = PageOptions(format="png")


def split(folder: BookFolder, options: PageOptions, numbers: list[int] | None = None) -> RangeResult:
    """All that the tasks of a split do, but its end."""
    planned = plan(folder, numbers, ignore, options)
    return split_range(folder, [n for part in planned.ranges for n in part], ignore, options)


@pytest.fixture
def folder(tmp_path: Path) -> BookFolder:
    """A book of three coloured scans, split."""
    pdfs.scanned_book(tmp_path / "book.pdf", 3)
    folder = pdfs.put_in_library(tmp_path / "library", tmp_path / "book.pdf")
    split(folder, PageOptions())
    assert finish(folder)[1]
    return folder


def state(folder: BookFolder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.pages.iterdir()}


def methods(folder: BookFolder) -> list[tuple[str, str]]:
    return [(page.file, page.options.key) for page in Manifest.load(folder.manifest).pages]


def fail_on(monkeypatch: pytest.MonkeyPatch, page: int) -> None:
    """From now on this page cannot be made."""
    make = PdfOriginal.make

    def fail(self: PdfOriginal, number: int, *rest: Any) -> Any:
        if number == page:
            raise CannotMake("It is torn.")
        return make(self, number, *rest)

    monkeypatch.setattr(PdfOriginal, "make", fail)


def test_old_images_stay_until_the_new_ones_are_complete(folder: BookFolder) -> None:
    # Given a split with other options
    before = state(folder)
    split(folder, PNG)

    # Then the old images are as they were until its end, and then the new ones are there
    assert state(folder) == before
    assert finish(folder, PNG)[1]
    assert sorted(state(folder)) == ["1.png", "2.png", "3.png"]
    assert methods(folder) == [("1.png", "png"), ("2.png", "png"), ("3.png", "png")]
    assert not folder.work.exists()


def test_a_page_that_fails_keeps_all_old_images_and_a_retry_of_it_is_enough(
    folder: BookFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a split with other options in which a page fails
    before = state(folder)
    with monkeypatch.context() as patch:
        fail_on(patch, 2)
        assert split(folder, GRAY)["failed"] == {"2": "It is torn."}
        assert not finish(folder, GRAY)[1]
    assert state(folder) == before
    assert methods(folder) == [("1.jpg", "jpeg-90"), ("2.jpg", "jpeg-90"), ("3.jpg", "jpeg-90")]

    # When that page alone is made, then all take their places
    split(folder, GRAY, [2])
    assert finish(folder, GRAY)[1]
    assert {key for _, key in methods(folder)} == {"jpeg-90-gray"}
    assert not any(state(folder)[name] == before[name] for name in before)


def test_a_cancelled_split_keeps_all_old_images(folder: BookFolder) -> None:
    before = state(folder)
    plan(folder, None, ignore, GRAY)
    with pytest.raises(Stop):
        split_range(folder, [1, 2, 3], stop_after(2), GRAY)
    assert not finish(folder, GRAY)[1]
    assert state(folder) == before


def test_other_options_again_drop_what_was_never_completed(folder: BookFolder) -> None:
    # Given a split that was cancelled, then one with options of its own
    plan(folder, None, ignore, GRAY)
    with pytest.raises(Stop):
        split_range(folder, [1, 2, 3], stop_after(2), GRAY)
    finish(folder, GRAY)
    split(folder, PNG)
    assert finish(folder, PNG)[1]

    # Then nothing is left of the first
    assert {key for _, key in methods(folder)} == {"png"}
    assert not folder.work.exists()


@pytest.mark.parametrize("place", ["shutil.rmtree", "ambuda_desktop.worker.split.finish.sync_folder"])
def test_an_end_that_was_killed_is_done_again(
    folder: BookFolder, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    # Given an end that is killed in the middle
    split(folder, PNG)

    def die(*_: object) -> None:
        raise Stop

    with monkeypatch.context() as patch:
        patch.setattr(place, die)
        with pytest.raises(Stop):
            finish(folder, PNG)

    # When it is done again, then it is as if nothing had been
    assert finish(folder, PNG)[1]
    assert methods(folder) == [("1.png", "png"), ("2.png", "png"), ("3.png", "png")]
    assert sorted(state(folder)) == ["1.png", "2.png", "3.png"]


def test_a_move_that_was_killed_half_way_is_completed(
    folder: BookFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given an end that is killed after the first image was moved
    split(folder, PNG)
    replace = Path.replace
    moved: list[Path] = []

    def move_one(self: Path, target: Path) -> Path:
        if moved:
            raise Stop
        moved.append(self)
        return replace(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", move_one)
        with pytest.raises(Stop):
            finish(folder, PNG)

    # When it is done again, then all are there
    assert finish(folder, PNG)[1]
    assert sorted(state(folder)) == ["1.png", "2.png", "3.png"]


def test_pages_that_were_not_asked_for_are_told_apart(tmp_path: Path) -> None:
    # Given a split of one page of three
    pdfs.scanned_book(tmp_path / "book.pdf", 3)
    folder = pdfs.put_in_library(tmp_path / "library", tmp_path / "book.pdf")
    split(folder, PageOptions(), [2])
    finish(folder)
    assert [p.reason for p in Manifest.load(folder.manifest).pages] == [
        "This page was not asked for.", None, "This page was not asked for.",
    ]  # fmt: skip

    # When another is asked for, then the first stays
    split(folder, PageOptions(), [3])
    finish(folder)
    assert sorted(state(folder)) == ["2.jpg", "3.jpg"]


def test_a_manifest_of_the_first_version_is_read(folder: BookFolder) -> None:
    text = folder.manifest.read_text()
    assert '"file": "1.jpg"' in text
    folder.manifest.write_text(text.replace('"file": "1.jpg"', '"file": ""'))
    assert Manifest.load(folder.manifest).pages[0].file == "1.jpg"


def test_a_new_page_beside_old_ones_is_made_at_once(folder: BookFolder) -> None:
    # Given a book whose page 3 was deleted by hand
    (folder.pages / "3.jpg").unlink()

    # When it is split with other options, then that page is there before the end, the others wait
    split(folder, PNG)
    assert sorted(state(folder)) == ["1.jpg", "2.jpg", "3.png"]


def test_the_original_is_never_changed(folder: BookFolder) -> None:
    before = folder.original.read_bytes()
    split(folder, PNG)
    finish(folder, PNG)
    assert folder.original.read_bytes() == before
    with pikepdf.open(folder.original) as pdf:
        assert len(pdf.pages) == 3


@pytest.mark.parametrize("victim", [1, 2, 3])
def test_a_move_that_was_killed_between_the_new_image_and_the_old_is_completed(
    folder: BookFolder, monkeypatch: pytest.MonkeyPatch, victim: int
) -> None:
    # Given an end that is killed when the new image of a page is in its place, and the old one still is, too
    split(folder, PNG)
    unlink = Path.unlink

    def die(self: Path, missing_ok: bool = False) -> None:
        if self == folder.pages / f"{victim}.jpg":
            raise Stop
        unlink(self, missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", die)
        with pytest.raises(Stop):
            finish(folder, PNG)
    assert (folder.pages / f"{victim}.png").exists()
    assert (folder.pages / f"{victim}.jpg").exists()

    # When it is done again, then only the new ones are there
    assert finish(folder, PNG)[1]
    assert sorted(state(folder)) == ["1.png", "2.png", "3.png"]
    assert {key for _, key in methods(folder)} == {"png"}


def test_an_image_that_a_person_put_beside_ours_stays(folder: BookFolder) -> None:
    (folder.pages / "2.png").write_bytes(b"mine")
    finish(folder)
    assert (folder.pages / "2.png").read_bytes() == b"mine"


def test_a_manifest_that_is_gone_is_a_sentence(folder: BookFolder) -> None:
    folder.manifest.unlink()
    with pytest.raises(AmbudaError, match=r"manifest\.json is missing: the book's pages are safe"):
        finish(folder)
    folder.manifest.write_text("{")
    with pytest.raises(AmbudaError, match="cannot be read"):
        finish(folder)


def test_what_a_killed_process_left_is_removed(folder: BookFolder) -> None:
    # Given what a process left that was killed in the middle of writing, beside files that are no such thing
    with subprocess.Popen(["true"]) as ended:
        pass
    left = folder.path / f".manifest.json.{ended.pid}.tmp"
    others = [
        folder.path / f".manifest.json.{os.getppid()}.tmp",
        folder.path / ".mine.tmp",
        folder.path / "a.tmp",
    ]
    for path in (left, *others):
        path.touch()

    # When the book is finished
    finish(folder)

    # Then only that is gone
    assert not left.exists()
    assert all(path.exists() for path in others)
