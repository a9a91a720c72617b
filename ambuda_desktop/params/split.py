"""Splitting a PDF into page images: the plan, the page ranges, the end."""

from typing import ClassVar

from pydantic import Field, field_validator

from ambuda_desktop.params.base import TaskParams


class SplitPdf(TaskParams):
    """Plan the split of a book: look at each page, then submit ranges of pages."""

    task: ClassVar[str] = "ambuda.split_pdf"

    book: str = Field(description="the book's folder in the library")
    pages: str | None = Field(default=None, description="such as 1-20,25; all pages where not given")


class SplitPages(TaskParams):
    """Make the images of some pages."""

    task: ClassVar[str] = "ambuda.split_pages"

    book: str
    pages: str = Field(description="such as 1-20,25")

    @field_validator("pages")
    @classmethod
    def _readable(cls, value: str) -> str:
        parse_pages(value)
        return value

    def numbers(self) -> list[int]:
        """The page numbers, in the order in which they are made."""
        return parse_pages(self.pages)


class FinishSplit(TaskParams):
    """Write the manifest of a book whose pages have all been tried."""

    task: ClassVar[str] = "ambuda.finish_split"

    book: str


def parse_pages(text: str) -> list[int]:
    """Page numbers (from 1) named by `text`, such as "1-3,7". Raises ValueError with a sentence."""
    numbers: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isascii() or not first.isdigit() or (dash and not last.isdigit()):
            raise ValueError(f"“{part.strip()}” is not a page or a range of pages such as 1-20,25.")
        low, high = int(first), int(last or first)
        if not 1 <= low <= high:
            raise ValueError(
                f"“{part.strip()}” is not a range of pages: it should rise and start at 1 or more."
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
