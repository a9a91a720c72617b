"""What a book can be made of: a PDF, a picture, or a folder of pictures. Finding it, and copying it in."""

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ambuda_desktop.books import BookFolder
from ambuda_desktop.errors import BadInput
from ambuda_desktop.files import copy_all_verified, copy_verified, printable, sync_folder

Progress = Callable[[int, int], None]

#: What scanners make. Other files in a folder of pictures are left alone.
PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")
_MAGIC = {b"\xff\xd8\xff": ".jpg", b"\x89PNG\r\n\x1a\n": ".png", b"II*\0": ".tif", b"MM\0*": ".tif"}
_HEAD = 1024  # bytes


class Source(Protocol):
    """Something that becomes a book."""

    @property
    def place(self) -> Path:
        """Where it is; only read."""
        ...

    def copy(self, folder: BookFolder, progress: Progress) -> str:
        """Copy it into `folder` and return a SHA-256 of its content. Raises BadInput."""
        ...

    def names(self) -> list[str]:
        """The names of its pictures in the order of the pages; empty for a PDF."""
        ...


def books_in(places: Iterable[Path]) -> "list[Path | Pictures]":
    """What books the places hold, each once: a file is one, a folder holds one for each PDF in it and below, and one
    for each folder of pictures. Pictures named one by one from the same folder are the pages of one book. Folders
    that cannot be read, and links to folders, hold none.

    Nothing is opened: whether a file is what its name says, `source_of` finds out.
    """
    found: dict[Path, list[Path]] = {}  # loose pictures, by their folder
    books: list[Path | Pictures] = []
    for place in dict.fromkeys(places):
        if place.is_dir():
            books += _books_below(place)
        elif _is_picture(place):
            if place.parent not in found:
                books.append(place)
            found.setdefault(place.parent, []).append(place)
        else:
            books.append(place)
    for folder, pictures in found.items():
        if len(pictures) > 1:
            books[books.index(pictures[0])] = Pictures(folder, tuple(sorted(pictures, key=natural_key)))
    return list(dict.fromkeys(books))


def _books_below(folder: Path) -> Iterator[Path]:
    for name, folders, names in os.walk(folder):
        folders.sort()
        place = Path(name)
        files = sorted((place / n for n in names if not n.startswith(".")), key=natural_key)
        shown = [p for p in files if p.is_file()]
        yield from (p for p in shown if p.suffix.lower() == ".pdf")
        if any(_is_picture(p) for p in shown):
            yield place


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in PICTURE_SUFFIXES


def source_of(place: "Path | Pictures") -> Source:
    """What is at `place`. Raises BadInput where that cannot become a book."""
    if isinstance(place, Pictures):
        return place
    name = printable(place.name)
    try:
        if place.is_dir():
            return Pictures(place, tuple(pictures_in(place)))
        if not stat.S_ISREG(place.stat().st_mode):  # reading a pipe or a device might never end
            raise BadInput(f"{name} is no file.")
        with place.open("rb") as file:
            head = file.read(_HEAD)
    except FileNotFoundError:
        raise BadInput(f"{printable(place)} is not there.") from None
    except OSError as error:
        raise BadInput(f"{printable(place)} cannot be read: {error.strerror}.") from error
    if not head:
        raise BadInput(f"{name} is empty.")
    if b"%PDF-" in head:
        return PdfFile(place)
    if picture_suffix(head):
        return Pictures(place, (place,))
    raise BadInput(f"{name} is not a PDF, and no JPEG, PNG or TIFF picture.")


def pictures_in(folder: Path) -> list[Path]:
    """The pictures that lie in a folder, in natural order: page2 before page10. Raises BadInput where none do."""
    found = [p for p in folder.iterdir() if _is_picture(p) and not p.name.startswith(".")]
    if not found:
        raise BadInput(f"There are no JPEG, PNG or TIFF pictures in {printable(folder)}.")
    root = folder.resolve()
    for path in found:
        if not path.is_file():
            raise BadInput(f"{printable(path.name)} in {printable(folder)} is no file.")
        if root not in path.resolve().parents:
            raise BadInput(
                f"{printable(path.name)} is a link that leads out of {printable(folder)}. Add that folder instead."
            )
    return sorted(found, key=natural_key)


def natural_key(path: Path) -> tuple[tuple[int, int | str], ...]:
    """Sorts names as people do: numbers in them by their value."""
    parts = re.split(r"([0-9]+)", path.name.casefold())
    return tuple((0, int(p)) if p.isdigit() and p.isascii() else (1, p) for p in parts if p)


def picture_suffix(head: bytes) -> str | None:
    """The suffix for a file that begins like this; None where it is no picture that we take."""
    return next((suffix for magic, suffix in _MAGIC.items() if head.startswith(magic)), None)


@dataclass(frozen=True)
class PdfFile:
    """A PDF."""

    place: Path

    def copy(self, folder: BookFolder, progress: Progress) -> str:
        return copy_verified(self.place, folder.original, progress)

    def names(self) -> list[str]:
        return []


@dataclass(frozen=True)
class Pictures:
    """Pictures, in the order of the pages; a TIFF may hold several pages."""

    place: Path
    files: tuple[Path, ...]

    def copy(self, folder: BookFolder, progress: Progress) -> str:
        folder.originals.mkdir()
        pairs = [
            (file, folder.originals / f"{number:05}{_real_suffix(file)}")
            for number, file in enumerate(self.files, 1)
        ]
        digests = copy_all_verified(pairs, progress)
        sync_folder(folder.originals)
        return hashlib.sha256("".join(digests).encode()).hexdigest()

    def names(self) -> list[str]:
        return [file.name.encode(errors="replace").decode() for file in self.files]


def _real_suffix(file: Path) -> str:
    """The suffix by what the file is, not by what it is called. Raises BadInput where it is no picture."""
    try:
        with file.open("rb") as opened:
            head = opened.read(_HEAD)
    except OSError as error:
        raise BadInput(
            f"{printable(file.name)} cannot be read: {error.strerror}. Nothing was added."
        ) from error
    suffix = picture_suffix(head)
    if suffix is None:
        what = "is empty" if not head else "is no JPEG, PNG or TIFF picture"
        raise BadInput(
            f"{printable(file.name)} {what}. Remove it from the folder, then add the folder again."
        )
    return suffix
