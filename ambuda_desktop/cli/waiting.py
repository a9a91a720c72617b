"""Waiting for books until they have ended, and asking for the passwords of those that are locked."""

import time
from functools import partial

import click

from ambuda_desktop.cli import say, shapes, words
from ambuda_desktop.cli.session import Session
from ambuda_desktop.errors import PasswordNeeded, WorkFailed
from ambuda_desktop.launch import daemon_is_running, keep_daemon, wait_for_daemon
from ambuda_desktop.passwords import give_password
from ambuda_desktop.pools import CPU
from ambuda_desktop.store.books import BookSummary, summary
from ambuda_desktop.store.control import paused_pools
from ambuda_desktop.store.query import task

POLL = 0.05  # seconds between two looks at the store
DAEMON_POLL = 1.0  # seconds between two looks for the daemon
GOES_ON = (
    "The work goes on. “ambuda-desktop books” shows how far it is, “ambuda-desktop cancel BOOK” ends it."
)


class Waiter:
    """Looks at books until they have come somewhere, and keeps a daemon alive meanwhile."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._next_look = 0.0  # time.monotonic()
        self._told = set[str]()

    def start(self) -> None:
        """See that somebody works. Raises NotRunning with the reason."""
        self.session.if_interrupted = GOES_ON
        self.session.stay()
        keep_daemon(self.session.paths)
        wait_for_daemon(self.session.paths)
        self._next_look = time.monotonic() + DAEMON_POLL

    def rest(self) -> None:
        """Until the next look. A daemon that died meanwhile is started again."""
        time.sleep(POLL)
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + DAEMON_POLL
            if not daemon_is_running(self.session.paths):
                self.start()

    def mind_pause(self, book: BookSummary, pool: str = CPU) -> bool:
        """Whether a book cannot go on because somebody paused it, or the pool that works on it; says it once."""
        if book.paused:
            what, sentence = book.id, f"“{book.title}” is paused"
        elif pool in self.session.look(paused_pools):
            what, sentence = pool, f"The pool {pool} is paused"
        else:
            return False
        if what not in self._told:
            self._told.add(what)
            self.session.remark(f"{sentence}. “ambuda-desktop resume {what}” lets it go on.")
        return True


def follow(session: Session, books: list[str]) -> None:
    """Show one book after the other until each has ended. Raises WorkFailed where one is not complete."""
    waiter = Waiter(session)
    waiter.start()
    ends = []
    for number, book in enumerate(books, 1):
        place = f"{number} of {len(books)}: " if len(books) > 1 else ""
        found = _follow_one(waiter, book, place)
        if found is None:
            continue  # removed meanwhile
        ends.append(found)
        if session.as_json or not words.is_locked(found):
            how = "cancelled; " if found.state == "cancelled" else ""
            session.tell(
                f"{found.title}: {how}{words.book_sentence(found)}", shapes.of_book(session.paths, found)
            )
        if not session.as_json and found.done:
            say.line(f"  {session.paths.library / book / 'pages'}")
    _judge(ends)


def _judge(ends: list[BookSummary]) -> None:
    """Raises PasswordNeeded or WorkFailed where a book is not complete."""
    if locked := [found for found in ends if words.is_locked(found)]:
        raise PasswordNeeded("\n".join(map(words.locked, locked)))
    missing = [found.id for found in ends if found.state in ("incomplete", "cancelled")]
    if missing:
        again = f"“ambuda-desktop retry {' '.join(missing)}” makes what is missing."
        raise WorkFailed(f"Not all pages were made. {again}")
    if any(found.state != "done" for found in ends):
        raise WorkFailed("Not every book could be split; the reasons stand above.")


def _follow_one(waiter: Waiter, book: str, place: str) -> BookSummary | None:
    session = waiter.session
    while True:
        found = _until_it_rests(waiter, book, place)
        if found is None or not words.is_locked(found) or session.as_json or not say.is_interactive():
            return found
        session.if_interrupted = words.locked(found)
        unlock(session, found, ask_password(found))
        session.if_interrupted = GOES_ON


def _until_it_rests(waiter: Waiter, book: str, place: str) -> BookSummary | None:
    with waiter.session.bar(f"{place}{book}") as draw:
        while found := waiter.session.look(partial(summary, book=book)):
            if found.state not in ("waiting", "working") or words.is_locked(found):
                return found
            paused = waiter.mind_pause(found)
            draw(found.done, found.pages or 0, "paused" if paused else words.doing(found))
            waiter.rest()
    return None


def ask_password(book: BookSummary) -> str:
    """The password of a book, typed by a person where nobody sees it."""
    if book.waiting_for == "another password":
        say.line("That password does not open it.", err=True)
    password: str = click.prompt(f"Password of “{book.title}”", hide_input=True, err=True)
    return password


def unlock(session: Session, book: BookSummary, password: str) -> None:
    """Give a password, and see that a daemon tries it."""
    give_password(session.store, session.paths, book.id, password)
    keep_daemon(session.paths)


def verdict(waiter: Waiter, book: str) -> BookSummary | None:
    """The book once its PDF was opened, was found to be locked, or is of no use; None where it was removed."""
    while found := waiter.session.look(partial(summary, book=book)):
        plan = waiter.session.look(partial(task, task_id=found.task)) if found.task else None
        if words.is_locked(found) or found.state not in ("waiting", "working") or (plan and plan.ended):
            return found
        waiter.mind_pause(found)
        waiter.rest()
    return None
