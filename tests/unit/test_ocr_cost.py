"""ocr_cost.py: what Google will ask."""

import pytest

from ambuda_desktop.ocr_cost import cost_sentence


@pytest.mark.parametrize(
    ("pages", "sentence"),
    [
        (312, "312 pages, about $0.47"),
        (1, "1 page, less than $0.01"),
        (0, "0 pages, about $0.00"),
        (12_000, "12,000 pages, about $18.00"),
    ],
)
def test_pages_have_a_price(pages: int, sentence: str) -> None:
    assert cost_sentence(pages) == sentence
