"""reading_list.py, worker/ocr/plan.py and finish.py: which pages are read, and the text of the whole book."""

from pathlib import Path

import pytest

from ambuda_desktop.books import BookFolder
from ambuda_desktop.errors import BadInput
from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.reading_list import reading_list
from ambuda_desktop.recognised import save_reading, text_file
from ambuda_desktop.worker.ocr.finish import finish, missing
from ambuda_desktop.worker.ocr.plan import cut, plan
from tests.support import reading
from tests.support.reading import said

GOOGLE = OcrOptions(engine="google")


@pytest.fixture
def folder(tmp_path: Path) -> BookFolder:
    """Six pages: 1 was read well, 2 badly, 3 is blank; a person typed 4."""
    made = reading.book(tmp_path, 6)
    for number, text in ((1, said("राम")), (2, said("रम", confidence=0.4)), (3, said())):
        save_reading(made, number, text, "key", "image")
    text_file(made, 4).write_text("अथ\n", encoding="utf-8")
    return made


@pytest.mark.parametrize(
    ("asked", "pages"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"pages": "2-3"}, [2, 3]),
        ({"only_missing": True}, [5, 6]),
        ({"only_missing": True, "pages": "1-5"}, [5]),
        ({"below": 0.6}, [2]),
        ({"below": 0.6, "only_missing": True}, [2]),
        ({"below": 0.3}, []),
    ],
)
def test_pages_are_chosen(folder: BookFolder, asked: dict[str, object], pages: list[int]) -> None:
    wanted = OcrBook.model_validate({"book": "book", **asked})
    assert reading_list(folder, wanted).pages == pages
    assert [n for part in plan(folder, wanted).ranges for n in part] == pages


def test_pages_without_an_image_are_told(folder: BookFolder, tmp_path: Path) -> None:
    planned = plan(folder, OcrBook(book="book", pages="5-8"))
    assert (planned.pages, planned.without_image) == ([5, 6], [7, 8])
    with pytest.raises(BadInput, match="There is no image of page 7-8"):
        plan(folder, OcrBook(book="book", pages="7-8"))
    empty = BookFolder(tmp_path / "empty")
    empty.path.mkdir()
    with pytest.raises(BadInput, match="no page images yet"):
        plan(empty, OcrBook(book="empty"))


@pytest.mark.parametrize(
    ("pages", "options", "lengths"),
    [
        (0, OcrOptions(), set()),
        (1, OcrOptions(), {1}),
        (100, OcrOptions(), {8, 9}),
        (0, GOOGLE, set()),
        (40, GOOGLE, {16, 8}),
        (300, GOOGLE, {48, 12}),
        (2_000, GOOGLE, {64, 16}),
    ],
)
def test_ranges_suit_their_engine(pages: int, options: OcrOptions, lengths: set[int]) -> None:
    ranges = cut(range(1, pages + 1), options)
    assert [n for part in ranges for n in part] == list(range(1, pages + 1))
    assert {len(part) for part in ranges} == lengths


def test_a_new_plan_lets_pages_begin_anew(folder: BookFolder) -> None:
    mark = folder.path / "ocr" / ".5.tries"
    mark.write_text("3")
    plan(folder, OcrBook(book="book"))
    assert not mark.exists()


def test_the_whole_text_has_a_mark_before_each_page(folder: BookFolder) -> None:
    # Given a page of which a person wrote something else
    text_file(folder, 2).write_text("\nराम\nवनम्\n\n", encoding="utf-8")

    # When the book is finished, twice
    found = finish(folder)
    finish(folder)

    # Then its text is what people left, in the order of the pages
    whole = (folder.path / "book.txt").read_text("utf-8")
    assert whole == "[page 1]\nराम\n\n[page 2]\nराम\nवनम्\n\n[page 3]\n\n[page 4]\nअथ\n"
    assert (found.pages, found.blank, found.changed) == ([1, 2, 3, 4], [3], [2, 4])
    assert missing([1, 2, 5, 6], found) == "5-6"


def test_what_a_person_made_of_the_whole_text_is_set_aside_and_said(folder: BookFolder) -> None:
    # Given a whole text that a person changed
    whole = folder.path / "book.txt"
    assert finish(folder).set_aside == []
    whole.write_text("अथ\n", encoding="utf-8")

    # When the book is finished again, and after another change once more, and twice without one
    text_file(folder, 5).write_text("five\n", encoding="utf-8")
    assert finish(folder).set_aside == ["book.1.txt"]
    whole.write_text("इति\n", encoding="utf-8")
    text_file(folder, 5).unlink()
    for _ in range(3):
        found = finish(folder)

    # Then both are there, and of those that we wrote only the last
    assert found.set_aside == ["book.1.txt", "book.2.txt"]
    assert [(folder.path / name).read_text("utf-8") for name in found.set_aside] == ["अथ\n", "इति\n"]
    assert whole.read_text("utf-8").startswith("[page 1]\nराम\n")
    assert "five" not in whole.read_text("utf-8")


def test_killed_before_the_whole_text_is_written_nothing_looks_like_a_persons(
    folder: BookFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a whole text, and another that is killed behind it or before it
    finish(folder)
    text_file(folder, 5).write_text("five\n", encoding="utf-8")
    for killed_behind in (True, False):
        with monkeypatch.context() as killed:

            def write(path: Path, data: bytes, behind: bool = killed_behind, **_: object) -> None:
                if behind or path.suffix != ".txt":
                    path.write_bytes(data)
                if path.suffix == ".txt":
                    raise KeyboardInterrupt

            killed.setattr("ambuda_desktop.worker.ocr.finish.write_atomic", write)
            with pytest.raises(KeyboardInterrupt):
                finish(folder)
        text_file(folder, 6).write_text("six\n", encoding="utf-8")

    # Then the next leaves no file aside
    assert finish(folder).set_aside == []


def test_files_whose_names_only_look_like_those_of_pages_are_no_pages(folder: BookFolder) -> None:
    for name in ("007", "0", "²", "1a"):
        (folder.pages / f"{name}.jpg").write_bytes(b"")
        (folder.path / "text" / f"{name}.txt").write_text("x", encoding="utf-8")
    assert reading_list(folder, OcrBook(book="book")).pages == [1, 2, 3, 4, 5, 6]
    assert finish(folder).pages == [1, 2, 3, 4]
