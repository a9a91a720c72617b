"""A book's folder on disk."""

import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ambuda_desktop.errors import BadInput, NotFound
from ambuda_desktop.paths import Paths

#: What a page image may be called, in the order of our own preference.
PAGE_SUFFIXES = (".jpg", ".png")


#: What `slugify` makes; in the library nothing else is a book.
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class BookFolder:
    """The files of one book. Asking for one creates nothing."""

    path: Path

    @property
    def original(self) -> Path:
        """Our copy of the user's PDF; never changed. A book made of pictures has `originals` instead."""
        return self.path / "original.pdf"

    @property
    def originals(self) -> Path:
        """Our copies of the user's pictures, 00001.jpg, 00002.tif, ...; never changed."""
        return self.path / "original"

    @property
    def pages(self) -> Path:
        """The page images 1.jpg (or 1.png), 2.jpg, ..."""
        return self.path / "pages"

    @property
    def work(self) -> Path:
        """What a split needs until it has ended: a folder for each set of options."""
        return self.path / "work"

    @property
    def decrypted(self) -> Path:
        """The PDF without its password, while a split of it runs."""
        return self.work / "decrypted.pdf"

    @property
    def password(self) -> Path:
        """The password of the PDF, readable by this user only, until a worker has used it."""
        return self.path / "password"

    @property
    def manifest(self) -> Path:
        return self.path / "manifest.json"

    def page(self, number: int) -> Path | None:
        """The image of a page, or None where there is none."""
        candidates = (self.pages / f"{number}{suffix}" for suffix in PAGE_SUFFIXES)
        return next((path for path in candidates if path.exists()), None)

    def files(self) -> Iterator[Path]:
        """Every file of the book."""
        return (path for path in self.path.rglob("*") if path.is_file())


def book_folder(paths: Paths, book: str) -> BookFolder:
    """The folder of a book. Raises NotFound where there is none, or the name leaves the library."""
    library = paths.library
    if not library.is_dir():
        raise NotFound(library_is_gone(library))
    folder = library / book
    # A link in the library may lead anywhere; neither what we write nor what we read must follow it.
    if not SLUG.fullmatch(book) or folder.is_symlink() or not folder.is_dir():
        raise NotFound(f"There is no book “{book}” in {library}.")
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place, name)
            if path.is_symlink():
                raise BadInput(
                    f"{path} is a link, which may lead out of the library. Put the real one in its place."
                )
    return BookFolder(folder)


def is_number(text: str) -> bool:
    """Whether this is how we write a number from 1 in the name of a page's file: `7`, not `007`."""
    return text.isascii() and text.isdecimal() and not text.startswith("0")


def library_is_gone(library: Path) -> str:
    """A sentence for a library folder that is not there."""
    return (
        f"The library folder {library} is not there. Connect the disk that it is on, or choose another "
        "folder in the settings."
    )


def slugify(title: str) -> str:
    """A folder name made of a-z, 0-9 and hyphens, as Ambuda's slugs are; may be empty."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
