"""params/page_numbers.py: page ranges as people write them."""

import pytest

from ambuda_desktop.params.page_numbers import format_pages, parse_pages


@pytest.mark.parametrize(
    ("text", "numbers"), [("1", [1]), ("1-3,7", [1, 2, 3, 7]), (" 5 , 2-3", [5, 2, 3]), ("1,1-2", [1, 2])]
)
def test_ranges_are_read(text: str, numbers: list[int]) -> None:
    assert parse_pages(text) == numbers
    assert parse_pages(format_pages(numbers)) == numbers


@pytest.mark.parametrize("text", ["", "a", "0", "3-1", "1-", "-2", "1,,2", "१"])
def test_what_is_no_range_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="page"):
        parse_pages(text)


def test_the_shortest_text() -> None:
    assert format_pages([1, 2, 3, 5, 7, 8]) == "1-3,5,7-8"
