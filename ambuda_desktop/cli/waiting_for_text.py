"""Waiting for the text of books."""

from collections.abc import Collection
from functools import partial

from ambuda_desktop.cli import say, shapes, waiting, words
from ambuda_desktop.cli.session import Session
from ambuda_desktop.cli.waiting import Waiter
from ambuda_desktop.errors import AmbudaError, PasswordNeeded, WorkFailed
from ambuda_desktop.pools import CPU, NET
from ambuda_desktop.store.books import summary, title
from ambuda_desktop.store.texts import TextSummary, text_summary

GOES_ON = (
    "The work goes on. “ambuda-desktop show BOOK” shows how far it is, “ambuda-desktop cancel BOOK” ends it."
)


def follow(session: Session, books: list[str]) -> None:
    """Show the text of one book after the other until each has ended. Raises WorkFailed where one is not complete."""
    waiter = Waiter(session)
    waiter.start()
    session.if_interrupted = GOES_ON
    ends = [end for book in books if (end := _until_it_rests(waiter, book))]
    for found in ends:
        how = "cancelled; " if found.state == "cancelled" else ""
        name = _title(session, found.id)
        session.tell(f"{name}: {how}{words.text_sentence(found)}", shapes.of_text(session.paths, found))
        whole = shapes.of_text(session.paths, found)["text_file"]
        if not session.as_json and whole and found.state != "failed":
            say.line(f"  {whole}")
    if incomplete := [found.id for found in ends if found.state != "done"]:
        raise WorkFailed(
            f"Not all pages were read. “ambuda-desktop retry {' '.join(incomplete)}” reads what is missing."
        )


def follow_with_text(session: Session, books: list[str], read: Collection[str] = ()) -> None:
    """Show the splits of `books`, then each text that follows one of them and those of `read`: a page that could not
    be made holds up no text. Raises WorkFailed or PasswordNeeded where one is not complete."""
    found = [session.look(partial(summary, book=book)) for book in books]
    then = [book.id for book in found if book is not None and book.then_ocr is not None]
    faults: list[AmbudaError] = []
    for step, wanted in ((waiting.follow, books), (follow, list(dict.fromkeys([*then, *read])))):
        try:
            if wanted:
                step(session, wanted)
        except (WorkFailed, PasswordNeeded) as fault:
            faults.append(fault)
    if faults:
        raise type(faults[0])("\n".join(map(str, faults)))


def _until_it_rests(waiter: Waiter, book: str) -> TextSummary | None:
    session = waiter.session
    waits = ""
    with session.bar(f"text of {book}") as draw:
        while found := session.look(partial(text_summary, book=book)):
            if found.state not in ("waiting", "working"):
                return found
            pages = session.look(partial(summary, book=book))
            pool = NET if found.options.engine == "google" else CPU
            paused = pages is not None and waiter.mind_pause(pages, pool)
            draw(found.tried, found.wanted, "paused" if paused else found.state)
            if found.waiting_for and found.waiting_for != waits:
                waits = found.waiting_for
                session.remark(f"“{_title(session, book)}” waits for {waits}, and goes on by itself.")
            waiter.rest()
    return None


def _title(session: Session, book: str) -> str:
    return session.look(partial(title, book=book))
