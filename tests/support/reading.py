"""What tests of OCR share: books with page images, and an engine that reads what is written in a file."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image

from ambuda_desktop.books import BookFolder
from ambuda_desktop.manifest import Manifest
from ambuda_desktop.page_text import PageText, Word, text_of
from ambuda_desktop.worker.ocr.engine import MustWait, PageUnread


def said(*words: str, confidence: float | None = 0.9) -> PageText:
    """What an engine says of a page of 100 by 50 pixels with these words in a line."""
    placed = [
        Word(text=word, x1=20 * n, y1=10, x2=20 * n + 15, y2=40, confidence=confidence)
        for n, word in enumerate(words)
    ]
    return PageText(
        text=text_of(placed), words=placed, width=100, height=50, engine="tesseract", model="Devanagari",
        version="5", milliseconds=120,
    )  # fmt: skip


def book(library: Path, pages: int, slug: str = "book") -> BookFolder:
    """A book in a library whose page images are there; no two are the same."""
    folder = BookFolder(library / slug)
    folder.pages.mkdir(parents=True)
    Manifest(title=slug, slug=slug, source_name=f"{slug}.pdf", source_sha256="0" * 64).save(folder.manifest)
    for number in range(1, pages + 1):
        Image.new("L", (100, 50), number).save(folder.pages / f"{number}.png")
    return folder


class Reader:
    """An engine that says what it is told to, page by page, and remembers what it was asked."""

    def __init__(self, at_once: int = 1) -> None:
        self.at_once = at_once
        self.read_pages: list[int] = []
        #: By page: what comes of it. Others say their number.
        self.answers: dict[int, PageText | PageUnread] = {}
        #: Pages that have no answer yet.
        self.waits: set[int] = set()
        #: Called before each request.
        self.before: Callable[[Sequence[Path]], None] = lambda _images: None

    def take(self, images: Sequence[Path]) -> int:
        return min(self.at_once, len(images))

    def read(self, images: Sequence[Path]) -> Sequence[PageText | PageUnread | None]:
        self.before(images)
        numbers = [int(image.stem) for image in images]
        self.read_pages += numbers
        if self.waits.issuperset(numbers):
            raise MustWait("The quota is used up.")
        return [
            None if number in self.waits else self.answers.get(number) or said(f"page{number}")
            for number in numbers
        ]
