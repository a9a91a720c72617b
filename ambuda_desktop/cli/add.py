"""`split` and `import-images`: adding books."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from ambuda_desktop.cli import shapes, waiting, waiting_for_text, words
from ambuda_desktop.cli.options import example, takes_json, takes_wait
from ambuda_desktop.cli.page_options import Asked, takes_page_options, takes_pages
from ambuda_desktop.cli.session import Session, pass_session
from ambuda_desktop.errors import AlreadyAdded, BadInput, PasswordNeeded
from ambuda_desktop.library import NewBook, add_book
from ambuda_desktop.ocr_needs import check_engine
from ambuda_desktop.sources import PICTURE_SUFFIXES, Pictures, books_in
from ambuda_desktop.store.books import summary

_places = click.argument(
    "places", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PLACE..."
)
_title = click.option("--title", help="What the book is called. Default: the name of the file or folder.")
_then_ocr = click.option(
    "--then-ocr", is_flag=True, help="Then recognise the text; “ambuda-desktop ocr” has the choices."
)
_again = click.option("--again", is_flag=True, help="Add it though the library has the same book already.")


@click.command()
@_places
@_title
@takes_pages
@takes_page_options
@_again
@takes_wait
@_then_ocr
@click.option("--password-stdin", is_flag=True, help="Read the password of locked PDFs from standard input.")
@takes_json
@pass_session
@example(
    "split meghaduta.pdf --wait",
    "split scans/*.pdf --format png --max-dpi 300 --save-preset archive",
    "split raghuvamsha.pdf --title Raghuvaṃśa --pages 1-20,25",
)
def split(
    session: Session,
    places: Sequence[Path],
    title: str | None,
    pages: str | None,
    asked: Asked,
    again: bool,
    then_ocr: bool,
    wait: bool,
    password_stdin: bool,
) -> None:
    """Add books, and split them into page images.

    A PLACE is a PDF, a folder with PDFs or pictures in it, or a picture. What you add is only read, never changed.
    """
    ocr = session.settings.ocr if then_ocr else None
    if ocr:
        check_engine(session.paths, ocr)  # before anything is copied
    password = _read_password() if password_stdin else None
    found = _found(session, places, books_in(places))
    options = asked.resolve(session, session.settings.split)
    _add(session, found, NewBook(title, pages, options, again, ocr), wait, password)


@click.command("import-images")
@_places
@_title
@takes_pages
@takes_page_options
@_again
@takes_wait
@takes_json
@pass_session
@example("import-images ~/scans/meghaduta --wait", "import-images page*.tif --title Meghadūta --grayscale")
def import_images(
    session: Session,
    places: Sequence[Path],
    title: str | None,
    pages: str | None,
    asked: Asked,
    again: bool,
    wait: bool,
) -> None:
    """Add books made of JPEG, PNG and TIFF pictures.

    A PLACE is a folder, which becomes a book of the pictures in it, or a picture; pictures of the same folder become
    one book. They are taken in their natural order: page2 before page10.
    """
    found = _found(session, places, [one for one in books_in(places) if not _is_pdf(one)])
    _add(session, found, NewBook(title, pages, asked.resolve(session, session.settings.split), again), wait)


def _is_pdf(place: Path | Pictures) -> bool:
    return isinstance(place, Path) and place.suffix.lower() == ".pdf"


def _found(session: Session, places: Sequence[Path], books: list[Path | Pictures]) -> list[Path | Pictures]:
    """The books, after complaints of places that hold none."""
    for place in places:
        if not place.is_dir():
            if _is_pdf(place) and place not in books:
                session.complain(BadInput(f"{place} is a PDF. “ambuda-desktop split” adds those."))
        elif not any(_lies_in(book, place) for book in books):
            kinds = ", ".join(suffix[1:] for suffix in PICTURE_SUFFIXES)
            session.complain(
                BadInput(f"There is nothing to add in {place}: no PDF, and no picture ({kinds}).")
            )
    return books


def _lies_in(book: Path | Pictures, folder: Path) -> bool:
    place = book if isinstance(book, Path) else book.place
    return place == folder or folder in place.parents


def _read_password() -> str:
    if sys.stdin.isatty():
        typed: str = click.prompt("Password", hide_input=True, err=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")


def _add(
    session: Session, places: list[Path | Pictures], new: NewBook, wait: bool, password: str | None = None
) -> None:
    if new.title is not None and len(places) > 1:
        raise click.UsageError(f"--title names one book, but there are {len(places)} here.")
    added: list[str] = []
    session.stay()
    try:
        session.each(places, lambda place: added.append(_add_one(session, place, new)))
    finally:  # those that were accepted before Ctrl+C, too
        goes_on = session.see_to_work()
    if password is not None:
        session.each(added, lambda book: _unlock(session, book, password))
    if wait and added:
        waiting_for_text.follow_with_text(session, added)
        return
    for book in added:
        found = summary(session.store, book)
        assert found is not None
        session.tell(f"“{found.title}” was added as {book}.", shapes.of_book(session.paths, found))
    if added and goes_on:
        session.remark(waiting.GOES_ON)


def _add_one(session: Session, place: Path | Pictures, new: NewBook) -> str:
    name = (place if isinstance(place, Path) else place.place).name
    session.if_interrupted = f"Interrupted: {name} was not added. What was added before is worked on."
    with session.bar(f"copying {name}") as draw:
        try:
            book = add_book(session.store, session.paths, place, draw, new)
        except AlreadyAdded as error:
            raise AlreadyAdded(f"{name}: {error} --again adds it once more.", error.book) from None
    session.if_interrupted = "Interrupted; what was added is worked on."
    return book


def _unlock(session: Session, book: str, password: str) -> None:
    """Give the password where the PDF turns out to be locked."""
    waiter = waiting.Waiter(session)
    waiter.start()
    found = waiting.verdict(waiter, book)
    if found is None or not words.is_locked(found):
        return
    waiting.unlock(session, found, password)
    found = waiting.verdict(waiter, book)
    if found is not None and words.is_locked(found):
        raise PasswordNeeded(words.locked(found))
