"""`show`: everything there is to know of one book or one task."""

import click

from ambuda_desktop.cli import names, say
from ambuda_desktop.cli.completing import BOOK_OR_TASK
from ambuda_desktop.cli.options import example, takes_json
from ambuda_desktop.cli.session import Session, pass_session
from ambuda_desktop.cli.show_book import book_json, book_lines
from ambuda_desktop.cli.show_task import task_json, task_lines
from ambuda_desktop.store.books import BookSummary


@click.command()
@click.argument("name", type=BOOK_OR_TASK, metavar="BOOK|TASK")
@takes_json
@pass_session
@example("show meghaduta", "show 3f2a9c41", "show meghaduta --json")
def show(session: Session, name: str) -> None:
    """Show all of one book or task.

    First comes what went wrong and what to do, then its times and its history, last the traceback. Of a task's id the
    beginning is enough.
    """
    found = names.book_or_task(session.store, name)
    if session.as_json:
        say.obj(book_json(session, found) if isinstance(found, BookSummary) else task_json(session, found))
        return
    for line in book_lines(session, found) if isinstance(found, BookSummary) else task_lines(session, found):
        say.line(line)
