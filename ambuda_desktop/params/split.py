"""Splitting a PDF into page images: the plan, the page ranges, the end."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ambuda_desktop.params.base import TaskParams


class PageOptions(BaseModel):
    """How page images are made. With the defaults, a page that is one JPEG scan is copied byte for byte."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["jpeg", "png"] = Field(default="jpeg", description="JPEG, or PNG without any loss")
    quality: int = Field(default=90, ge=1, le=100, description="of the JPEGs that are made; copied ones stay")
    grayscale: bool = Field(default=False, description="without colours")
    max_dpi: int | None = Field(default=None, ge=36, le=2400, description="finer scans are made smaller")

    @property
    def key(self) -> str:
        """A short name for these options, good for a folder: `jpeg-90`, `png-gray-300dpi`."""
        parts = ["png" if self.format == "png" else f"jpeg-{self.quality}"]
        parts += ["gray"] if self.grayscale else []
        parts += [f"{self.max_dpi}dpi"] if self.max_dpi else []
        return "-".join(parts)


class _OfBook(TaskParams):
    book: str = Field(description="the book's folder in the library")
    options: PageOptions = PageOptions()


class SplitBook(_OfBook):
    """Plan the split of a book: look at each page of its PDF or its pictures, then submit ranges of pages."""

    task: ClassVar[str] = "ambuda.split_book"

    pages: str | None = Field(default=None, description="such as 1-20,25; all pages where not given")

    @field_validator("pages")
    @classmethod
    def _readable(cls, value: str | None) -> str | None:
        return value if value is None else format_pages(parse_pages(value))


class SplitPages(_OfBook):
    """Make the images of some pages."""

    task: ClassVar[str] = "ambuda.split_pages"

    pages: str = Field(description="such as 1-20,25")

    @field_validator("pages")
    @classmethod
    def _readable(cls, value: str) -> str:
        parse_pages(value)
        return value

    def numbers(self) -> list[int]:
        """The page numbers, in the order in which they are made."""
        return parse_pages(self.pages)


class FinishSplit(_OfBook):
    """End a split whose pages have all been tried: write the manifest."""

    task: ClassVar[str] = "ambuda.finish_split"


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
