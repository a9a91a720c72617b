"""worker/ocr/ranges.py and tries.py: reading pages so that it may be stopped and started again anywhere."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from ambuda_desktop.books import BookFolder
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.recognised import text_file
from ambuda_desktop.worker.ocr.engine import MustWait, PageUnread
from ambuda_desktop.worker.ocr.ranges import STOPS, RangeResult, begun_and_lost, read_range
from ambuda_desktop.worker.ocr.tries import in_hand, tries
from tests.support import reading
from tests.support.reading import Reader, said
from tests.support.splitting import Stop, ignore, stop_after

OPTIONS = OcrOptions()


@pytest.fixture
def folder(tmp_path: Path) -> BookFolder:
    return reading.book(tmp_path, 6)


def read(folder: BookFolder, reader: Reader, numbers: Sequence[int] = range(1, 7)) -> RangeResult:
    return read_range(folder, list(numbers), OPTIONS, reader, ignore)


def text(folder: BookFolder, number: int) -> str:
    return text_file(folder, number).read_text("utf-8")


def lose(folder: BookFolder, *numbers: int, times: int = 1) -> None:
    """The process ends while it reads these pages."""
    for _ in range(times):
        for number in numbers:
            file = folder.path / "ocr" / f".{number}.tries"
            file.parent.mkdir(exist_ok=True)
            file.write_text(str(tries(folder, number) + 1))


def test_each_page_gets_its_text_and_the_result_says_how_sure_it_is(folder: BookFolder) -> None:
    reader = Reader()
    reader.answers = {2: said(), 3: said("राम", confidence=0.5)}
    result = read(folder, reader, [1, 2, 3])
    assert [text(folder, number) for number in (1, 2, 3)] == ["page1\n", "", "राम\n"]
    assert result == {
        "done": 3, "failed": {}, "confidence": {"1": 0.9, "2": None, "3": 0.5}, "kept": [], "handed_on": "",
    }  # fmt: skip


def test_a_range_that_was_stopped_reads_no_page_twice(folder: BookFolder) -> None:
    # Given a range that is stopped after two pages
    reader = Reader()
    with pytest.raises(Stop):
        read_range(folder, [1, 2, 3, 4], OPTIONS, reader, stop_after(2))
    assert reader.read_pages == [1, 2]

    # When it is started again, then the others are read, and its result is that of all
    result = read(folder, reader, [1, 2, 3, 4])
    assert reader.read_pages == [1, 2, 3, 4]
    assert (result["done"], list(result["confidence"])) == (4, ["1", "2", "3", "4"])


def test_progress_counts_pages_from_the_first(folder: BookFolder) -> None:
    # Given a page in the middle that was read already, and an engine that takes two at once
    read(folder, Reader(), [3])
    told: list[tuple[int, int]] = []
    read_range(folder, list(range(1, 7)), OPTIONS, Reader(2), lambda done, total: told.append((done, total)))
    assert told == [(3, 6), (5, 6), (6, 6)]


def test_a_page_that_cannot_be_read_costs_one_page(folder: BookFolder) -> None:
    reader = Reader(16)
    reader.answers[2] = PageUnread("It is torn.")
    folder.page(4).unlink()  # type: ignore[union-attr]
    result = read(folder, reader)
    assert result["done"] == 4
    assert result["failed"]["2"] == "It is torn."
    assert "no image of this page" in result["failed"]["4"]
    assert not text_file(folder, 2).exists()


def test_what_was_answered_is_kept_before_the_range_waits_for_the_rest(folder: BookFolder) -> None:
    # Given an engine that takes six pages at once, and just now answers to two of them only
    reader = Reader(6)
    reader.waits = {1, 3, 4, 5}

    # When the range has to wait, then these two are kept
    with pytest.raises(MustWait):
        read(folder, reader)
    assert [number for number in range(1, 7) if text_file(folder, number).exists()] == [2, 6]
    assert reader.read_pages == [1, 2, 3, 4, 5, 6, 1, 3, 4, 5]

    # And when it goes on, they are not asked for again
    reader.waits.clear()
    reader.read_pages.clear()
    assert read(folder, reader)["done"] == 6
    assert reader.read_pages == [1, 3, 4, 5]


def test_what_a_person_wrote_stays_and_is_told(folder: BookFolder) -> None:
    # Given a page that a person wrote
    read(folder, Reader(), [1])
    text_file(folder, 1).write_text("अथ\n", encoding="utf-8")

    # When it is read in another way, and once more
    other = OcrOptions(model="san+Devanagari")
    first = read_range(folder, [1], other, Reader(), ignore)
    second = read_range(folder, [1], other, Reader(), ignore)

    # Then it says so both times
    assert text(folder, 1) == "अथ\n"
    assert (first["kept"], second["kept"]) == ([1], [1])


def test_a_page_is_noted_only_while_it_is_read(folder: BookFolder) -> None:
    reader = Reader()
    seen: list[int] = []
    reader.before = lambda images: seen.append(tries(folder, int(images[0].stem)))
    read(folder, reader, [1, 2])
    assert seen == [1, 1]
    assert tries(folder, 1) == 0
    (folder.path / "ocr").mkdir(exist_ok=True)
    with pytest.raises(Stop), in_hand(folder, [3]):
        raise Stop
    assert tries(folder, 3) == 0


def test_who_stopped_the_process_is_known_only_where_it_was_the_process(folder: BookFolder) -> None:
    # Given a page that was in hand when its process ended: then it is to blame
    lose(folder, 3)
    assert begun_and_lost(folder, [1, 2, 3, 4], losses=1) == [3]

    # Where the machine stopped, none is, and the page begins anew
    assert begun_and_lost(folder, [1, 2, 3, 4], losses=0) == []
    assert tries(folder, 3) == 0


def test_a_page_that_stopped_its_process_three_times_is_given_up(folder: BookFolder) -> None:
    lose(folder, 3, times=2)
    reader = Reader()
    assert read(folder, reader, [3])["done"] == 1
    lose(folder, 4, times=3)
    assert read(folder, reader, [4])["failed"] == {"4": STOPS}
    assert reader.read_pages == [3]
