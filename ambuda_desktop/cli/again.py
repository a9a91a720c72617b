"""`retry`, `resplit` and `unlock`: going on with books and tasks that rest."""

import sys
from collections.abc import Sequence

import click

from ambuda_desktop.cli import names, shapes, waiting, waiting_for_text, words
from ambuda_desktop.cli.completing import BOOK, BOOK_OR_TASK
from ambuda_desktop.cli.options import example, takes_json, takes_wait
from ambuda_desktop.cli.page_options import Asked, PageRange, takes_page_options, takes_pages
from ambuda_desktop.cli.session import Session, pass_session
from ambuda_desktop.errors import BadInput, PasswordNeeded
from ambuda_desktop.google_pages import google_pages
from ambuda_desktop.ocr_cost import cost_sentence
from ambuda_desktop.params.page_numbers import format_pages, parse_pages
from ambuda_desktop.retry import retry_book, retry_failed, retry_pages, retry_tasks, split_again
from ambuda_desktop.store import query
from ambuda_desktop.store.books import BookSummary, summary, title
from ambuda_desktop.store.pages import LEFT_OUT
from ambuda_desktop.store.texts import NAMES, text_summary


@click.command()
@click.argument("ids", nargs=-1, type=BOOK_OR_TASK, metavar="[BOOK|TASK]...")
@click.option("--pages", type=PageRange(), metavar="3,7", help="Only these pages of one book.")
@click.option("--failed", is_flag=True, help="All that failed.")
@takes_wait
@takes_json
@pass_session
@example("retry meghaduta --wait", "retry meghaduta --pages 3,7", "retry --failed")
def retry(session: Session, ids: Sequence[str], pages: str | None, failed: bool, wait: bool) -> None:
    """Try again what failed, was cancelled or is missing.

    A new task is made, and the old one stays in the history. Pages that are there are not made again.
    """
    if failed == bool(ids):
        raise click.UsageError("Name books or tasks, or say --failed.")
    if pages is not None and len(ids) != 1:
        raise click.UsageError("--pages belongs to one book.")
    new: list[str] = []
    if failed:
        new += retry_failed(session.store)
        if not new:
            session.remark("Nothing has failed.")
    else:
        tasks: list[str] = []
        session.each(ids, lambda name: _retry_book(session, name, pages, new, tasks))
        made, refused = retry_tasks(session.store, tasks)
        new += made
        for sentence in refused:
            session.complain(BadInput(sentence))
    _go_on(session, new, wait, "tried")


def _retry_book(session: Session, name: str, pages: str | None, new: list[str], tasks: list[str]) -> None:
    """Try a book again; a task is only noted, because those of one book are tried together."""
    found = names.book_or_task(session.store, name)
    if not isinstance(found, BookSummary):
        if pages is not None:
            raise BadInput(f"“{name}” is a task; --pages belongs to a book.")
        tasks.append(found.id)
    elif pages is not None:
        new.append(retry_pages(session.store, found.id, parse_pages(pages)))
    else:
        new += retry_book(session.store, found.id)
        text = text_summary(session.store, found.id)
        if text is not None and text.state == "cancelled":
            session.remark(
                f"The text of “{found.title}” was cancelled and stays so: retry the book once more when its pages "
                f"are made, or “ambuda-desktop ocr {found.id}”."
            )


@click.command()
@click.argument("book", type=BOOK)
@takes_pages
@takes_page_options
@takes_wait
@takes_json
@pass_session
@example("resplit meghaduta --format png --wait", "resplit meghaduta --grayscale --max-dpi 300")
def resplit(session: Session, book: str, pages: str | None, asked: Asked, wait: bool) -> None:
    """Make the pages of BOOK again with other options.

    What you do not name stays as it is in this book. The old images stay until all of the new ones are there.
    """
    found = names.book(session.store, book)
    options = asked.resolve(session, found.options)
    if pages is None and options == found.options and found.state == "done":
        raise BadInput(f"The pages of “{found.title}” are made like that already: {words.options(options)}.")
    wanted = pages or _pages_of(found)
    _go_on(session, [split_again(session.store, found.id, wanted, options)], wait, "split")


def _pages_of(book: BookSummary) -> str | None:
    """The pages that were ever asked for; None: all."""
    numbers = [number for number, cell in enumerate(book.cells, 1) if cell != LEFT_OUT]
    return None if len(numbers) in (0, len(book.cells)) else format_pages(numbers)


def _go_on(session: Session, new: Sequence[str], wait: bool, done: str) -> None:
    """Tell of new tasks and see to them; wait for their books where asked."""
    if not new:
        return
    tasks = [found for one in new if (found := query.task(session.store, one))]
    books = list(dict.fromkeys(found.book for found in tasks if found.book))
    count = google_pages(session.store, session.paths, new)
    session.stay()
    session.see_to_work()
    if count:
        session.remark(f"Google will read {cost_sentence(count)}.")
    if not (wait and books):
        for found in tasks:
            what = f"“{title(session.store, found.book)}”" if found.book else words.task_name(found)
            session.tell(f"{what} is {done} again as task {found.id}.", shapes.of_task(found))
        return
    read = {found.book for found in tasks if found.name in NAMES}
    split = {found.book for found in tasks if found.name not in NAMES}
    waiting_for_text.follow_with_text(
        session, [book for book in books if book in split], [book for book in books if book in read]
    )


@click.command()
@click.argument("book", type=BOOK)
@takes_wait
@takes_json
@pass_session
@example("unlock meghaduta", "unlock meghaduta < password.txt")
def unlock(session: Session, book: str, wait: bool) -> None:
    """Give the password of the locked PDF of BOOK.

    It is asked for, or read from standard input where that is no terminal. It is kept in a file that only you can
    read, for the moment it takes to open the PDF.
    """
    found = names.book(session.store, book)
    if not words.is_locked(found):
        raise BadInput(f"“{found.title}” waits for no password.")
    waiter = waiting.Waiter(session)
    waiter.start()
    asks = sys.stdin.isatty()
    while True:
        password = waiting.ask_password(found) if asks else sys.stdin.readline().rstrip("\r\n")
        waiting.unlock(session, found, password)
        looked = waiting.verdict(waiter, found.id)
        if looked is None or not words.is_locked(looked):
            break
        found = looked
        if not asks:
            raise PasswordNeeded(f"The password does not open “{found.title}”. Give another.")
    if wait:
        waiting_for_text.follow_with_text(session, [found.id])
        return
    now = summary(session.store, found.id) or found
    session.tell(f"“{found.title}” is open; its pages are being made.", shapes.of_book(session.paths, now))
