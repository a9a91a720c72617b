"""Splitting a PDF into page images: the plan, the page ranges, the end."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from ambuda_desktop.params.base import TaskParams
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.params.page_numbers import PagesAsked, PagesInOrder, parse_pages


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

    pages: PagesAsked | None = Field(default=None, description="such as 1-20,25; all pages where not given")
    then_ocr: OcrOptions | None = Field(default=None, description="then recognise the text, in this way")


class SplitPages(_OfBook):
    """Make the images of some pages."""

    task: ClassVar[str] = "ambuda.split_pages"

    pages: PagesInOrder = Field(description="such as 1-20,25")

    def numbers(self) -> list[int]:
        """The page numbers, in the order in which they are made."""
        return parse_pages(self.pages)


class FinishSplit(_OfBook):
    """End a split whose pages have all been tried: write the manifest."""

    task: ClassVar[str] = "ambuda.finish_split"

    then_ocr: OcrOptions | None = Field(default=None, description="then recognise the text, in this way")
