"""A book as one PDF whose text can be searched and copied: its page images, and the recognised words over them."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ambuda_desktop.books import BookFolder
from ambuda_desktop.errors import BadInput
from ambuda_desktop.files import replacing
from ambuda_desktop.manifest import Manifest
from ambuda_desktop.worker.ocr.page_image import BadImage, PageImage, read_page_image
from ambuda_desktop.worker.ocr.pdf_file import PdfFile, text_string
from ambuda_desktop.worker.ocr.shown_words import shown_words
from ambuda_desktop.worker.ocr.text_layer import Glyphless

LONGEST = 14_400  # points: the longest page that every reader shows


@dataclass
class Searchable:
    """What such a PDF has."""

    pages: list[int] = field(default_factory=list)  # the numbers of those in it
    left_out: list[int] = field(default_factory=list)  # those whose image is missing or torn


def searchable_file(folder: BookFolder) -> Path:
    """Where the searchable PDF of a book lies: it has the book's name, and must never be our copy of what was added."""
    named = folder.path / f"{folder.path.name}.pdf"
    return named if named != folder.original else folder.path / f"{folder.path.name}-text.pdf"


def write_searchable(folder: BookFolder, target: Path, progress: Callable[[int, int], None]) -> Searchable:
    """Make `target` the searchable PDF of a book, by the files that are there; returns what is in it.

    A page without an image is left out; the others keep their numbers as page labels. A page that was never read is
    there with its image alone. `progress` gets (pages done, pages in all) and may raise, which leaves `target` as it
    was, as does all else that goes wrong. One page at a time is in memory.

    Raises BadInput where no page has an image, AmbudaError where the manifest is missing, OSError where the disk does
    not take it.
    """
    manifest = Manifest.load(folder.manifest)
    with replacing(target) as file:
        made = _Book(folder, manifest, PdfFile(file)).write(progress)
        if not made.pages:
            raise BadInput(f"“{manifest.title}” has no page images. Split the book first.")
    return made


class _Book:
    """One such PDF while it is written."""

    def __init__(self, folder: BookFolder, manifest: Manifest, pdf: PdfFile) -> None:
        self._folder, self._manifest, self._pdf = folder, manifest, pdf
        self._font = Glyphless()
        self._font_number, self._tree = pdf.reserve(), pdf.reserve()

    def write(self, progress: Callable[[int, int], None]) -> Searchable:
        made, objects = Searchable(), list[int]()
        for done, record in enumerate(self._manifest.pages, 1):
            image = self._image(record.number)
            if image is None:
                made.left_out.append(record.number)
            else:
                made.pages.append(record.number)
                objects.append(self._page(record.number, image, record.dpi))
            progress(done, len(self._manifest.pages))
        self._end(objects, made.pages)
        return made

    def _image(self, number: int) -> PageImage | None:
        path = self._folder.page(number)
        if path is None:
            return None
        with contextlib.suppress(BadImage, FileNotFoundError):
            return read_page_image(path)
        return None

    def _page(self, number: int, image: PageImage, dpi: float) -> int:
        width, height = size = _points(image, dpi)
        words = shown_words(self._folder, number, image.width, image.height)
        drawn = self._pdf.add_stream(image.entries, image.data)
        picture = f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Page Do Q\n".encode("ascii")
        layer = self._font.layer(words, image.width, image.height, size) if words else b""
        content = self._pdf.add_packed("", picture + layer)
        return self._pdf.add(
            f"/Type /Page /Parent {self._tree} 0 R /MediaBox [0 0 {width:.3f} {height:.3f}] "
            f"/Resources << /XObject << /Page {drawn} 0 R >> /Font << /F {self._font_number} 0 R >> >> "
            f"/Contents {content} 0 R"
        )

    def _end(self, objects: Sequence[int], numbers: Sequence[int]) -> None:
        self._font.write(self._pdf, self._font_number)
        pages = " ".join(f"{number} 0 R" for number in objects)
        self._pdf.add(f"/Type /Pages /Count {len(objects)} /Kids [{pages}]", self._tree)
        labels = " ".join(f"{at} << /S /D /St {first} >>" for at, first in _runs(numbers))
        root = self._pdf.add(
            f"/Type /Catalog /Pages {self._tree} 0 R /PageLabels << /Nums [{labels}] >> "
            "/ViewerPreferences << /DisplayDocTitle true >>"
        )
        info = self._pdf.add(f"/Title {text_string(self._manifest.title)} /Producer (Ambuda Desktop)")
        self._pdf.close(root, info)


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where pages that follow one another begin: how many are before them, and the first one's number."""
    for at, number in enumerate(numbers):
        if at == 0 or numbers[at - 1] != number - 1:
            yield at, number


def _points(image: PageImage, dpi: float) -> tuple[float, float]:
    """The size of the page on paper: as in the book's own PDF, else as the image says or is likely."""
    per_inch = max(dpi or image.dpi, max(image.width, image.height) * 72 / LONGEST)
    return image.width * 72 / per_inch, image.height * 72 / per_inch
