"""`books` and `remove`: what the library holds."""

import contextlib
from collections.abc import Sequence

import click

from ambuda_desktop.cli import bars, names, say, shapes, words
from ambuda_desktop.cli.completing import BOOK
from ambuda_desktop.cli.options import example, takes_json
from ambuda_desktop.cli.session import Session, pass_session
from ambuda_desktop.library import remove_book
from ambuda_desktop.store.books import BookSummary, book_ids, summary
from ambuda_desktop.store.control import paused_pools

STATES = ("waiting", "working", "done", "incomplete", "failed", "cancelled", "locked", "paused")
WIDEST = 40  # columns for an id


@click.command()
@click.option("--state", type=click.Choice(STATES), help="Only books in this state.")
@click.option("--text", default="", help="Only books with this in their title, with or without diacritics.")
@takes_json
@pass_session
@example("books", "books --state incomplete", "books --text megha --json")
def books(session: Session, state: str | None, text: str) -> None:
    """List the books, newest first.

    A line has a book's id, its state, the pages that are done, and its title.
    """
    ids = book_ids(session.store, text)
    found = [one for book in ids if (one := summary(session.store, book))]
    shown = [one for one in found if state in (None, one.state, words.book_state(one))]
    width = min(max((len(one.id) for one in shown), default=0), WIDEST)
    for one in shown:
        session.tell(_line(one, width), shapes.of_book(session.paths, one))
    if not shown and not session.as_json:
        say.line("No books." if not found and not text else "No such books.")
    tell_of_pauses(session)


def tell_of_pauses(session: Session) -> None:
    """A pause is easily forgotten, and then nothing goes on."""
    for pool in sorted(paused_pools(session.store)):
        session.remark(f"The pool {pool} is paused. “ambuda-desktop resume {pool}” lets it go on.")


def _line(book: BookSummary, width: int) -> str:
    count = f"{book.done}/{book.pages}" if book.pages else "–"
    notes = []
    if book.failures:
        notes.append(f"{words.pages(len(book.failures))} failed")
    if book.warnings:
        notes.append(f"{words.pages(len(book.warnings))} to look at")
    if book.state == "failed" and book.error:
        notes.append(book.error)
    note = f"  ({'; '.join(notes)})" if notes else ""
    name = book.id + " " * max(0, width - bars.columns(book.id))
    return f"{name}  {words.coloured(words.book_state(book), 10)}  {count:>9}  {book.title}{note}"


@click.command()
@click.argument("books", nargs=-1, required=True, type=BOOK, metavar="BOOK...")
@click.option("--yes", is_flag=True, help="Do not ask.")
@takes_json
@pass_session
@example("remove meghaduta", "remove meghaduta raghuvamsha --yes")
def remove(session: Session, books: Sequence[str], yes: bool) -> None:
    """Move books to the trash of the system.

    The page images and our copy of the original go; the file that you added stays where it is.
    """
    if not yes and (session.as_json or not say.is_interactive()):
        raise click.UsageError("Nobody can be asked here. Say --yes to remove without a question.")
    session.each(books, lambda name: _remove(session, name, ask=not yes))


def _remove(session: Session, name: str, *, ask: bool) -> None:
    book = names.book(session.store, name)
    folder = session.paths.library / book.id
    if ask and not click.confirm(f"Move “{book.title}” ({_amount(session, book)}) to the trash?", err=True):
        session.remark(f"“{book.title}” stays.")
        return
    remove_book(session.store, session.paths, book.id)
    session.tell(
        f"“{book.title}” is in the trash now. The file that was added stays where it is.",
        {"book": book.id, "title": book.title, "removed": True, "folder": str(folder)},
    )


def _amount(session: Session, book: BookSummary) -> str:
    used = 0
    for file in (session.paths.library / book.id).rglob("*"):
        with contextlib.suppress(OSError):
            used += file.lstat().st_size
    return f"{words.pages(book.done)}, {words.size(used)}"
