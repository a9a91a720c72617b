"""recognised.py: the files of a page's text, what a person wrote, and earlier results."""

import os
from pathlib import Path

import pytest

from ambuda_desktop import recognised
from ambuda_desktop.books import BookFolder
from ambuda_desktop.page_text import PageText, Word
from ambuda_desktop.recognised import is_changed, is_read, reading, save_reading


def said(*words: str) -> PageText:
    """What an engine says of a page with these words in a line."""
    placed = [Word(text=word, x1=10 * n, y1=5, x2=10 * n + 9, y2=20) for n, word in enumerate(words)]
    return PageText(
        text=" ".join(words), words=placed, width=100, height=50, engine="tesseract", model="Devanagari",
        version="5", milliseconds=1,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> BookFolder:
    return BookFolder(tmp_path)


def text(folder: BookFolder) -> str:
    return (folder.path / "text" / "1.txt").read_text(encoding="utf-8")


def test_a_page_becomes_text_record_and_boxes(folder: BookFolder) -> None:
    saved = save_reading(folder, 1, said("राम", "गच्छति"), "tesseract Devanagari", "image")
    assert (saved.kept, saved.version) == (False, None)
    assert text(folder) == "राम गच्छति\n"
    assert (folder.path / "ocr" / "1.tsv").read_bytes().decode() == "0\t5\t9\t20\tराम\n10\t5\t19\t20\tगच्छति"
    found = reading(folder, 1)
    assert found is not None
    assert found.words == said("राम", "गच्छति").words
    assert is_read(folder, 1, "tesseract Devanagari", "image")
    assert not is_read(folder, 1, "tesseract san", "image")
    assert not is_read(folder, 1, "tesseract Devanagari", "another image")


def test_a_blank_page_is_an_empty_text_and_was_read(folder: BookFolder) -> None:
    save_reading(folder, 1, said(), "key", "image")
    assert text(folder) == ""
    assert is_read(folder, 1, "key", "image")
    assert not is_changed(folder, 1)


def test_what_a_person_wrote_is_never_replaced(folder: BookFolder) -> None:
    # Given a page that a person corrected
    save_reading(folder, 1, said("रम"), "one", "image")
    (folder.path / "text" / "1.txt").write_text("राम\n", encoding="utf-8")
    assert is_changed(folder, 1)

    # When it is read again, twice
    saved = save_reading(folder, 1, said("रन"), "two", "image")
    save_reading(folder, 1, said("रण"), "three", "image")

    # Then the text is the person's, that is said, and what was read is beside it
    assert saved.kept
    assert text(folder) == "राम\n"
    assert is_read(folder, 1, "three", "image")


def test_a_text_that_was_there_before_any_reading_is_a_persons(folder: BookFolder) -> None:
    (folder.path / "text").mkdir()
    (folder.path / "text" / "1.txt").write_text("typed by hand", encoding="utf-8")
    assert save_reading(folder, 1, said("राम"), "key", "image").kept
    assert text(folder) == "typed by hand"


def test_what_a_person_saves_while_the_text_is_being_written_stays(
    folder: BookFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a page that was read, and a person who saves its text whenever a file of it has been written
    save_reading(folder, 1, said("रम"), "one", "image")
    sync = os.fsync

    def save_too(descriptor: int) -> None:
        sync(descriptor)
        (folder.path / "text" / "1.txt").write_text("राम\n", encoding="utf-8")

    monkeypatch.setattr(os, "fsync", save_too)

    # When it is read again, then the person's is the text
    assert save_reading(folder, 1, said("रन"), "two", "image").kept
    assert text(folder) == "राम\n"


def test_earlier_results_stay_as_versions(folder: BookFolder) -> None:
    # When a page is read in three ways
    names = [save_reading(folder, 1, said(word), word, "image").version for word in ("क", "ख", "ग")]

    # Then the last is the text, and the others are kept in their order
    assert text(folder) == "ग\n"
    assert [name and name.name for name in names] == [None, "1.1.json", "1.2.json"]
    kept = [recognised.PageReading.load(folder.path / "ocr" / name) for name in ("1.1.json", "1.2.json")]
    assert [one and one.text for one in kept] == ["क", "ख"]


@pytest.mark.parametrize("writes", range(4))
def test_killed_between_any_two_files_it_is_done_again_and_nothing_looks_like_a_persons(
    folder: BookFolder, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    # Given a page that was read, and another reading of it that is killed before one of its four files
    save_reading(folder, 1, said("क"), "one", "image")
    left = iter(range(writes))

    def write(path: Path, data: bytes, **_: object) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        path.write_bytes(data)

    with monkeypatch.context() as killed:
        killed.setattr(recognised, "write_atomic", write)
        with pytest.raises(KeyboardInterrupt):
            save_reading(folder, 1, said("ख"), "two", "image")

    # Then it does not count as read, and done again leaves what it would have left
    assert not is_read(folder, 1, "two", "image")
    assert not save_reading(folder, 1, said("ख"), "two", "image").kept
    assert text(folder) == "ख\n"
    assert is_read(folder, 1, "two", "image")
    assert sorted(path.name for path in (folder.path / "ocr").iterdir()) == ["1.1.json", "1.json", "1.tsv"]


def test_a_torn_record_is_read_again_and_the_text_is_kept(folder: BookFolder) -> None:
    save_reading(folder, 1, said("क"), "one", "image")
    (folder.path / "ocr" / "1.json").write_text("{")
    assert not is_read(folder, 1, "one", "image")
    assert save_reading(folder, 1, said("ख"), "two", "image").kept  # nobody can tell whose it is
