"""`cancel`, `pause` and `resume`."""

from collections.abc import Sequence

import click

from ambuda_desktop.cli import names
from ambuda_desktop.cli.completing import BOOK_OR_POOL, BOOK_OR_TASK, TASK_NAME
from ambuda_desktop.cli.options import example, takes_json
from ambuda_desktop.cli.session import Session, pass_session
from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.pools import POOLS
from ambuda_desktop.store import control
from ambuda_desktop.store.books import BookSummary, book_ids, summary
from ambuda_desktop.store.connection import transaction
from ambuda_desktop.store.known_tasks import ids_waiting_for_code
from ambuda_desktop.store.texts import text_summary


@click.command()
@click.argument("ids", nargs=-1, type=BOOK_OR_TASK, metavar="[BOOK|TASK]...")
@click.option(
    "--without-code", "names_", type=TASK_NAME, multiple=True, metavar="NAME",
    help="All tasks of this name that wait for their code, because no worker knows it.",
)  # fmt: skip
@takes_json
@pass_session
@example("cancel meghaduta", "cancel 3f2a9c41", "cancel --without-code tasks.ocr_page")
def cancel(session: Session, ids: Sequence[str], names_: Sequence[str]) -> None:
    """Cancel books or tasks.

    What waits is cancelled at once, what runs after the page in hand. Pages that were made
    stay. “retry” takes it up again.
    """
    if not ids and not names_:
        raise click.UsageError("Name books or tasks, or say --without-code NAME.")
    wanted = [task for name in names_ for task in ids_waiting_for_code(session.store, name)]
    session.each(ids, lambda name: wanted.extend(_task_ids(session, name)))
    with transaction(session.store):
        hit = control.cancel(session.store, wanted)
    if wanted or names_:
        sentence = (
            f"{hit} {'task' if hit == 1 else 'tasks'} cancelled." if hit else "Nothing was left to cancel."
        )
        session.tell(sentence, {"cancelled": hit})
    session.see_to_work()  # a book whose pages are cancelled still gets its end


def _task_ids(session: Session, name: str) -> list[str]:
    """A task, or what a book's pages and text come from."""
    found = names.book_or_task(session.store, name)
    if not isinstance(found, BookSummary):
        return [found.id]
    text = text_summary(session.store, found.id)
    tasks = [task for task in (found.task, text.task if text else None) if task]
    if not tasks:
        raise AmbudaError(f"“{found.title}” has no task to cancel.")
    return tasks


_what = click.argument("what", nargs=-1, type=BOOK_OR_POOL, metavar="[BOOK|cpu|net]...")


@click.command()
@_what
@click.option("--all", "everything", is_flag=True, help="Both pools, and so all work.")
@takes_json
@pass_session
@example("pause meghaduta", "pause cpu", "pause --all")
def pause(session: Session, what: Sequence[str], everything: bool) -> None:
    """Let books, a pool or all work rest.

    Pages in hand are finished first. It lasts until “resume”, through restarts.
    """
    _set_paused(session, what, everything, paused=True)


@click.command()
@_what
@click.option("--all", "everything", is_flag=True, help="Both pools.")
@takes_json
@pass_session
@example("resume meghaduta", "resume cpu", "resume --all")
def resume(session: Session, what: Sequence[str], everything: bool) -> None:
    """Let books, a pool or all work go on.

    Books that were paused by themselves stay paused with --all; they are named.
    """
    _set_paused(session, what, everything, paused=False)
    session.see_to_work()
    if everything:
        for found in (summary(session.store, book) for book in book_ids(session.store)):
            if found and found.paused:
                session.remark(f"“{found.title}” is still paused: “ambuda-desktop resume {found.id}”.")


def _set_paused(session: Session, what: Sequence[str], everything: bool, *, paused: bool) -> None:
    if everything == bool(what):
        raise click.UsageError("Name books or pools, or say --all.")
    session.each(POOLS if everything else what, lambda name: _set_one(session, name, paused))


def _set_one(session: Session, name: str, paused: bool) -> None:
    if name in POOLS:
        with transaction(session.store):
            (control.pause_pools if paused else control.resume_pools)(session.store, [name])
        session.tell(f"The pool {name} {_words(paused)}", {"pool": name, "paused": paused})
        return
    book = names.book(session.store, name)
    with transaction(session.store):
        (control.pause_books if paused else control.resume_books)(session.store, [book.id])
    session.tell(f"“{book.title}” {_words(paused)}", {"book": book.id, "paused": paused})


def _words(paused: bool) -> str:
    return "is paused; pages in hand are finished first." if paused else "goes on."
