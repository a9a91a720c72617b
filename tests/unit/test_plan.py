"""worker/pdf/plan.py: cutting a book into ranges, and books that cannot be split."""

import math
from pathlib import Path

import pikepdf
import pytest

from ambuda_desktop.errors import AmbudaError, BadInput
from ambuda_desktop.worker.split.plan import LEAST, MOST, cut, plan
from ambuda_desktop.worker.split.ranges import split_range
from tests.support import pdfs
from tests.support.splitting import Stop, book, ignore, stop_after

# --- the plan ---


def test_plan_covers_each_page_once_and_in_order(tmp_path: Path) -> None:
    # Given a book of 200 scans
    folder, _ = book(tmp_path, 200)

    # When
    planned = plan(folder, None, ignore)

    # Then it is cut into ranges of 50 to 100 pages
    assert planned.pages == 200
    assert [n for numbers in planned.ranges for n in numbers] == list(range(1, 201))
    assert all(50 <= len(numbers) <= 100 for numbers in planned.ranges)


@pytest.mark.parametrize("cores", [1, 2, 8])
@pytest.mark.parametrize("costs", [[1] * 400, [5] * 40, [1] * 300 + [5] * 60, [5], [1, 5] * 100])
def test_ranges_cost_about_the_same(costs: list[int], cores: int) -> None:
    # When
    ranges = cut(range(1, len(costs) + 1), costs, cores)

    # Then none costs much more than the most, and none is needlessly small
    prices = [sum(costs[n - 1] for n in numbers) for numbers in ranges]
    assert [n for numbers in ranges for n in numbers] == list(range(1, len(costs) + 1))
    assert max(prices) <= MOST + 5
    assert len(ranges) == 1 or min(prices) >= LEAST - 5
    assert len(ranges) >= min(cores, math.floor(sum(costs) / LEAST))


def test_plan_of_wanted_pages(tmp_path: Path) -> None:
    # Given a book and the wish for two of its pages
    folder, _ = book(tmp_path)

    # When and then
    assert plan(folder, [4, 2], ignore).ranges == [[4, 2]]


def test_plan_can_be_cancelled(tmp_path: Path) -> None:
    folder, _ = book(tmp_path, 120)
    with pytest.raises(Stop):
        plan(folder, None, stop_after(100))


# --- books that cannot be split ---


def test_page_that_is_not_in_the_book(tmp_path: Path) -> None:
    folder, _ = book(tmp_path)
    with pytest.raises(BadInput, match="There is no page 5: the book has 4 pages"):
        plan(folder, [1, 5], ignore)


def test_pdf_that_may_be_read_but_not_changed(tmp_path: Path) -> None:
    # Given an encrypted PDF that opens without a password
    pdf = pikepdf.new()
    pdfs.add_scan(pdf)
    pdf.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(user="", owner="secret"))
    folder = pdfs.put_in_library(tmp_path / "library", tmp_path / "locked.pdf")

    # When and then: its JPEG is copied, decrypted
    assert split_range(folder, [1], ignore)["done"] == 1
    assert (folder.pages / "1.jpg").read_bytes() == pdfs.jpeg()


@pytest.mark.parametrize("data", [b"%PDF-1.4\nnothing else", b"no PDF"])
def test_pdf_damaged_beyond_repair(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bad.pdf").write_bytes(data)
    folder = pdfs.put_in_library(tmp_path / "library", tmp_path / "bad.pdf")
    with pytest.raises(BadInput, match=r"damaged beyond repair: [^/]+\.$"):
        plan(folder, None, ignore)


def test_pdf_without_pages(tmp_path: Path) -> None:
    folder = pdfs.put_in_library(tmp_path / "library", pikepdf.new())
    with pytest.raises(BadInput, match="has no pages"):
        plan(folder, None, ignore)


def test_original_that_is_gone(tmp_path: Path) -> None:
    folder, _ = book(tmp_path)
    folder.original.unlink()
    with pytest.raises(AmbudaError, match="cannot be read"):
        plan(folder, None, ignore)
