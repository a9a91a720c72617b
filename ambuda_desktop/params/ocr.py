"""Recognising the text of a book: the plan, the page ranges, the end."""

from typing import Any, ClassVar

from pydantic import Field

from ambuda_desktop.params.base import TaskParams
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.params.page_numbers import PagesAsked, PagesInOrder, parse_pages
from ambuda_desktop.pools import CPU, NET
from ambuda_desktop.store.submit import NewTask


class _OfBook(TaskParams):
    book: str = Field(description="the book's folder in the library")
    options: OcrOptions = OcrOptions()


class OcrBook(_OfBook):
    """Plan the recognition of a book's text: choose its pages, then submit ranges of them."""

    task: ClassVar[str] = "ambuda.ocr_book"

    pages: PagesAsked | None = Field(default=None, description="such as 1-20,25; all pages where not given")
    only_missing: bool = Field(default=False, description="only pages without text")
    below: float | None = Field(default=None, gt=0, le=1, description="only pages of a lower confidence")


class OcrPages(_OfBook):
    """Recognise the text of some pages."""

    task: ClassVar[str] = "ambuda.ocr_pages"

    pages: PagesInOrder = Field(description="such as 1-20,25")

    def numbers(self) -> list[int]:
        """The page numbers, in the order in which they are read."""
        return parse_pages(self.pages)

    def new_task(self, **fields: Any) -> NewTask:
        """In the pool of its engine: what waits for the network must not keep a core."""
        pool = NET if self.options.engine == "google" else CPU
        return NewTask(self.task, kwargs={"params": self.model_dump(mode="json")}, pool=pool, **fields)


class FinishOcr(_OfBook):
    """End the recognition of a book: write its whole text and the PDF that can be searched."""

    task: ClassVar[str] = "ambuda.finish_ocr"

    pages: str = Field(default="", description="the pages that were asked for; none where empty")

    def numbers(self) -> list[int]:
        """The page numbers that were asked for."""
        return parse_pages(self.pages) if self.pages else []
