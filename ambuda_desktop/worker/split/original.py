"""Finding out what a book is made of, and opening it."""

from collections.abc import Iterator
from contextlib import contextmanager

from ambuda_desktop.books import BookFolder
from ambuda_desktop.manifest import Manifest
from ambuda_desktop.worker.pdf.original import open_pdf_original
from ambuda_desktop.worker.pictures.original import PictureOriginal
from ambuda_desktop.worker.split.page import Original


@contextmanager
def open_original(folder: BookFolder) -> Iterator[Original]:
    """The opened original of a book. Raises BadInput where it is of no use, NeedsPassword where it is locked."""
    if folder.originals.is_dir():
        yield PictureOriginal(folder.originals, Manifest.load(folder.manifest).sources)
    else:
        with open_pdf_original(folder) as original:
            yield original
