"""The library: accepting books into it, and removing them from it."""

import contextlib
import itertools
import os
import shutil
import sqlite3
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

import send2trash

from ambuda_desktop.books import BookFolder, library_is_gone, slugify
from ambuda_desktop.errors import AlreadyAdded, AmbudaError, BadInput, NotFound
from ambuda_desktop.files import printable, remove_leftovers, sync_folder
from ambuda_desktop.idle_books import forget_unused
from ambuda_desktop.locks import holding
from ambuda_desktop.manifest import Manifest
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.params.split import PageOptions, SplitBook
from ambuda_desktop.passwords import forget_password
from ambuda_desktop.paths import Paths
from ambuda_desktop.relocation import recover_move, staying
from ambuda_desktop.sources import Pictures, Progress, Source, source_of
from ambuda_desktop.store import books as book_rows
from ambuda_desktop.store.connection import transaction
from ambuda_desktop.store.control import forget_book
from ambuda_desktop.store.submit import insert, insert_book
from ambuda_desktop.unaccepted import new_name, remove_unaccepted

#: Plans are quick, and tell how many pages there are: they go before the pages of other books.
PLAN_PRIORITY = 5


@dataclass(frozen=True)
class NewBook:
    """What is wanted of a book that is added."""

    title: str | None = None  # None: the name of the file or folder
    pages: str | None = None  # such as 1-20,25; None: all
    options: PageOptions = field(default_factory=PageOptions)
    again: bool = False  # even if the library has a book of the same content
    then_ocr: OcrOptions | None = None  # recognise the text as well, in this way


def add_book(
    connection: sqlite3.Connection,
    paths: Paths,
    place: Path | Pictures,
    progress: Progress,
    new: NewBook | None = None,
) -> str:
    """Accept a PDF, a picture or a folder of pictures: copy it in, prove the copy, submit its split.

    Returns the book's id. When this returns, the book is safe: files and row are on the disk. What was added is
    only read. `progress` gets (bytes done, bytes in all). Raises BadInput or AlreadyAdded with a sentence, and
    leaves nothing.
    """
    new = new or NewBook()
    _check(new)
    source = source_of(place)
    name = new_name()
    # The library must stay where it is, and nobody must take the folder for one that was left behind.
    with staying(paths), holding(paths.locks / name):
        folder = paths.library / name
        try:
            folder.mkdir(mode=0o700)
            (folder / name).touch()  # goes with the folder, whatever that is called when we are killed
            digest = source.copy(BookFolder(folder), progress)
            folder, manifest = _settle(connection, paths, folder, source, digest, new)
            sync_folder(paths.library)
            with transaction(connection):
                _accept(connection, paths, manifest, new)
        except OSError as error:
            _abandon(connection, folder)
            raise BadInput(library_failure(paths, error)) from error
        except BaseException:
            _abandon(connection, folder)
            raise
        _arrive(folder, name)
    return manifest.slug


def _arrive(folder: Path, mark: str) -> None:
    with contextlib.suppress(OSError):  # it has its row: then a daemon removes the file
        (folder / mark).unlink()
        sync_folder(folder)


def _abandon(connection: sqlite3.Connection, folder: Path) -> None:
    """Leave nothing of a book that was not accepted; one whose row was written at the last moment stays."""
    accepted = False
    with contextlib.suppress(sqlite3.Error):
        accepted = bool(connection.execute("SELECT 1 FROM books WHERE id = ?", (folder.name,)).fetchone())
    if not accepted:
        shutil.rmtree(folder, ignore_errors=True)


def tidy(connection: sqlite3.Connection, paths: Paths) -> None:
    """What a daemon does when it starts: put right what processes that were killed have left."""
    recover_move(connection, paths)
    remove_unaccepted(connection, paths)
    remove_leftovers(paths.root)
    forget_unused(connection, paths)


def remove_book(connection: sqlite3.Connection, paths: Paths, book: str) -> None:
    """Move the folder of a book to the trash of the system and forget its tasks. What was added stays where it is.

    Raises NotFound where there is none, and BadInput while it is being worked on.
    """
    found = book_rows.summary(connection, book)
    if found is None:
        raise NotFound(f"There is no book “{book}”.")
    with staying(paths):
        if not paths.library.is_dir():
            raise BadInput(library_is_gone(paths.library))
        # In one transaction, so that nobody tries the book again meanwhile.
        with transaction(connection):
            if not forget_book(connection, book):
                raise BadInput(f"“{found.title}” is still being worked on. Cancel it, then remove it.")
            forget_password(BookFolder(paths.library / book))
            _to_trash(paths.library / book, found.title)


def _to_trash(folder: Path, title: str) -> None:
    try:
        send2trash.send2trash(folder)
    except FileNotFoundError:
        pass  # somebody deleted it by hand: then there are only the rows
    except OSError as error:
        raise AmbudaError(
            f"“{title}” cannot be moved to the trash: {error.strerror or error}. It is still in {folder}."
        ) from error


def library_failure(paths: Paths, error: OSError) -> str:
    """A sentence for an `error` met in the library folder."""
    if not paths.library.is_dir():
        return library_is_gone(paths.library)
    return f"{paths.library} cannot be written: {error.strerror or error}. Nothing was added."


def _check(new: NewBook) -> None:
    """Before anything is copied: are the pages a range of pages? Raises BadInput."""
    try:
        SplitBook(book="", pages=new.pages)
    except ValueError:
        raise BadInput(f"“{new.pages}” is not a range of pages such as 1-20,25. Nothing was added.") from None


def _settle(
    connection: sqlite3.Connection, paths: Paths, incoming: Path, source: Source, digest: str, new: NewBook
) -> tuple[Path, Manifest]:
    """Give a proved copy its manifest and its place in the library."""
    source_name = os.fsencode(source.place.name).decode(errors="replace")
    words = new.title or (source_name if source.place.is_dir() else Path(source_name).stem)
    title = unicodedata.normalize("NFC", " ".join(printable(words).split())) or "Untitled"
    wanted = slugify(title) or f"book-{digest[:8]}"
    for number in itertools.count(1):
        slug = wanted if number == 1 else f"{wanted}-{number}"
        target = paths.library / slug
        if target.exists() or connection.execute("SELECT 1 FROM books WHERE id = ?", (slug,)).fetchone():
            continue
        manifest = Manifest(
            title=title, slug=slug, source_name=source_name, source_sha256=digest, sources=source.names()
        )
        manifest.save(BookFolder(incoming).manifest)
        try:
            incoming.rename(target)
        except OSError:
            if target.exists():  # somebody else was faster with the same name
                continue
            raise
        return target, manifest
    raise AssertionError("itertools.count ends never")


def _accept(connection: sqlite3.Connection, paths: Paths, manifest: Manifest, new: NewBook) -> None:
    if not new.again:
        _refuse_twice(connection, paths, manifest.source_sha256)
    insert_book(connection, manifest.slug, manifest.title, manifest.source_sha256)
    plan = SplitBook(book=manifest.slug, pages=new.pages, options=new.options, then_ocr=new.then_ocr)
    insert(connection, [plan.new_task(book=manifest.slug, priority=PLAN_PRIORITY)])


def _refuse_twice(connection: sqlite3.Connection, paths: Paths, digest: str) -> None:
    for row in connection.execute(
        "SELECT id, title FROM books WHERE source_sha256 = ? ORDER BY added_at", (digest,)
    ).fetchall():
        if (paths.library / row["id"]).is_dir():
            raise AlreadyAdded(f"The same book is in the library already: “{row['title']}”.", row["id"])
