"""A book's folder on disk, and adding a book to the library."""

import itertools
import os
import re
import shutil
import sqlite3
import unicodedata
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ambuda_desktop.errors import BadInput, NotFound
from ambuda_desktop.files import copy_verified, sync_folder
from ambuda_desktop.locks import holding, is_held
from ambuda_desktop.manifest import Manifest
from ambuda_desktop.params.split import SplitPdf, format_pages
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.books import summary
from ambuda_desktop.store.connection import transaction
from ambuda_desktop.store.submit import insert, insert_book

PLAN_PRIORITY = (
    5  # plans are quick, and tell how many pages there are: they go before the pages of other books
)


INCOMING = ".incoming-"  # how the folder of a book begins that is not accepted yet


@dataclass(frozen=True)
class BookFolder:
    """The files of one book."""

    path: Path

    @property
    def original(self) -> Path:
        """Our copy of the user's file; never changed."""
        return self.path / "original.pdf"

    @property
    def pages(self) -> Path:
        """The page images 1.jpg, 2.jpg, ..."""
        return self.path / "pages"

    @property
    def work(self) -> Path:
        """Records of pages not yet in the manifest, and temporary files; gone when the split has ended."""
        return self.path / "work"

    @property
    def manifest(self) -> Path:
        return self.path / "manifest.json"

    def page(self, number: int) -> Path:
        return self.pages / f"{number}.jpg"

    def record(self, number: int) -> Path:
        return self.work / f"{number}.json"


def book_folder(paths: Paths, book: str) -> BookFolder:
    """The folder of a book. Raises NotFound where there is none, or the name leaves the library."""
    folder = paths.library / book
    if Path(book).name != book or book in (".", "..") or not folder.is_dir():
        raise NotFound(f"There is no book “{book}” in {paths.library}.")
    return BookFolder(folder)


def slugify(title: str) -> str:
    """A folder name made of a-z, 0-9 and hyphens, as Ambuda's slugs are; may be empty."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")


def add_pdf(
    connection: sqlite3.Connection, paths: Paths, source: Path, progress: Callable[[int, int], None]
) -> str:
    """Accept a PDF: copy it in, prove the copy, and submit its split. Returns the book's id.

    When this returns, the book is safe: files and row are on the disk. The source is only read.
    `progress` gets (bytes done, bytes in all). Raises BadInput with a sentence, and leaves nothing.
    """
    _check_is_pdf(source)
    name = f"{INCOMING}{uuid.uuid4().hex}"
    folder = paths.library / name
    with holding(paths.locks / name):  # so that nobody takes it for one that was left behind
        folder.mkdir(parents=True)
        try:
            digest = copy_verified(source, BookFolder(folder).original, progress)
            folder, manifest = _settle(connection, paths, folder, source, digest)
            with transaction(connection):
                insert_book(connection, manifest.slug, manifest.title, digest)
                plan = SplitPdf(book=manifest.slug).new_task(book=manifest.slug, priority=PLAN_PRIORITY)
                insert(connection, [plan])
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    return manifest.slug


def remove_unaccepted(paths: Paths) -> None:
    """Remove what is left of copies that were killed: those books were never accepted."""
    for folder in paths.library.glob(f"{INCOMING}*"):
        if not is_held(paths.locks / folder.name):
            shutil.rmtree(folder, ignore_errors=True)


def _settle(
    connection: sqlite3.Connection, paths: Paths, incoming: Path, source: Path, digest: str
) -> tuple[Path, Manifest]:
    """Give a proved copy its manifest and its place in the library."""
    source_name = os.fsencode(source.name).decode(errors="replace")
    title = unicodedata.normalize("NFC", " ".join(Path(source_name).stem.split())) or "Untitled"
    wanted = slugify(title) or f"book-{digest[:8]}"
    for number in itertools.count(1):
        slug = wanted if number == 1 else f"{wanted}-{number}"
        target = paths.library / slug
        if target.exists() or connection.execute("SELECT 1 FROM books WHERE id = ?", (slug,)).fetchone():
            continue
        manifest = Manifest(title=title, slug=slug, source_name=source_name, source_sha256=digest)
        manifest.save(BookFolder(incoming).manifest)
        try:
            incoming.rename(target)
        except OSError:
            if target.exists():  # somebody else was faster with the same name
                continue
            raise
        sync_folder(paths.library)
        return target, manifest
    raise AssertionError("itertools.count ends never")


def retry_failed_pages(connection: sqlite3.Connection, book: str) -> str:
    """Submit a new split of the pages of a book that do not exist. Returns its task id."""
    found = summary(connection, book)
    if found is None:
        raise NotFound(f"There is no book “{book}”.")
    missing = [n for n, cell in enumerate(found.cells, 1) if cell in "x."]
    if found.state in ("waiting", "working"):
        raise BadInput(f"“{found.title}” is still being worked on; retry it when that has ended.")
    if found.state == "done":
        raise BadInput(f"All pages of “{found.title}” are there already.")
    pages = format_pages(missing) if found.pages else None
    task = SplitPdf(book=book, pages=pages).new_task(book=book, priority=PLAN_PRIORITY, retry_of=found.task)
    insert(connection, [task])
    return task.id


def _check_is_pdf(source: Path) -> None:
    try:
        with source.open("rb") as file:
            head = file.read(1024)
    except FileNotFoundError:
        raise BadInput(f"{source} is not there.") from None
    except IsADirectoryError:
        raise BadInput(f"{source} is a folder. Add the PDF files in it.") from None
    except OSError as error:
        raise BadInput(f"{source} cannot be read: {error.strerror}.") from error
    if not head:
        raise BadInput(f"{source.name} is empty.")
    if b"%PDF-" not in head:
        raise BadInput(f"{source.name} is not a PDF.")
