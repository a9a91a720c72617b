"""Page numbers as people write them: "1-20,25"."""

from typing import Annotated

from pydantic import AfterValidator

MOST_PAGES = 100_000  # no book has more; a slip such as 1-99999999 must not fill the memory


def parse_pages(text: str) -> list[int]:
    """Page numbers (from 1) named by `text`, such as "1-3,7". Raises ValueError with a sentence."""
    numbers: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isascii() or not first.isdigit() or (dash and not last.isdigit()):
            raise ValueError(f"“{part.strip()}” is not a page or a range of pages such as 1-20,25.")
        low, high = int(first), int(last or first)
        if not 1 <= low <= high <= MOST_PAGES:
            raise ValueError(
                f"“{part.strip()}” is not a range of pages: it should rise, start at 1 or more, and end at "
                f"{MOST_PAGES} or less."
            )
        numbers.extend(range(low, high + 1))
    return list(dict.fromkeys(numbers))


def format_pages(numbers: list[int]) -> str:
    """The shortest text that `parse_pages` reads as `numbers`."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)


def _checked(pages: str) -> str:
    parse_pages(pages)
    return pages


#: Pages to choose from; the order in which they were written says nothing.
PagesAsked = Annotated[str, AfterValidator(lambda pages: format_pages(parse_pages(pages)))]
#: Pages to be worked on in the order in which they are written.
PagesInOrder = Annotated[str, AfterValidator(_checked)]
