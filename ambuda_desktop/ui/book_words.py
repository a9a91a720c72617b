"""What books and their pages are doing, in words."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from ambuda_desktop.params.page_numbers import format_pages
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.passwords import WAITING
from ambuda_desktop.store import pages as cells
from ambuda_desktop.store.books import BookState, BookSummary
from ambuda_desktop.ui.durations import clock, lasting, number, plural
from ambuda_desktop.ui.words import Tone, pages, waiting_for

BUSY: tuple[BookState, ...] = ("waiting", "working")


def _tr(text: str) -> str:
    return QCoreApplication.translate("book_words", text)


def is_busy(book: BookSummary) -> bool:
    """Whether a split of it has not ended, paused or not."""
    return book.state in BUSY


def is_locked(book: BookSummary) -> bool:
    """Whether it waits for its password."""
    return book.waiting_for in WAITING and is_busy(book) and not book.stopping


def wanted_pages(book: BookSummary) -> int:
    """Its pages without those that nobody asked for."""
    return len(book.cells) - book.cells.count(cells.LEFT_OUT)


def cell(letter: str) -> str:
    """What a letter of `BookSummary.cells` means."""
    return {
        cells.LEFT_OUT: _tr("left out"),
        cells.WAITING: _tr("waiting"),
        cells.RUNNING: _tr("being made now"),
        cells.DONE: _tr("done"),
        cells.LOOK: _tr("needs a look"),
        cells.FAILED: _tr("failed"),
    }[letter]


def page_words(book: BookSummary, page: int, *, reason: bool = True) -> str:
    """One page of a book, with the reason for its state: `Page 62 of 300: failed. The image is damaged.`"""
    letter = book.cells[page - 1]
    why = book.failures.get(page) or book.warnings.get(page)
    what = cell(letter)
    if letter == cells.WAITING and not is_busy(book):
        what = _tr("not made")
    elif letter == cells.WAITING and book.paused:
        what = _tr("paused")
    elif letter == cells.FAILED and is_busy(book) and page in book.missing:
        what = _tr("failed, is tried again")
    words = _tr("Page %d of %d: %s.") % (page, len(book.cells), what)
    return f"{words} {why}" if why and reason else words


def failed_pages(count: int) -> str:
    return plural(count, _tr("%s page failed"), _tr("%s pages failed"))


def look_pages(count: int) -> str:
    return plural(count, _tr("%s page needs a look"), _tr("%s pages need a look"))


def left_out(count: int) -> str:
    return plural(count, _tr("%s page left out"), _tr("%s pages left out"))


def listed(numbers: Sequence[int]) -> str:
    """`3, 7–9`."""
    return format_pages(list(numbers)).replace("-", "–").replace(",", ", ")


def titles(books: Sequence[BookSummary]) -> str:
    """`“Gītā”`, or `3 books`."""
    if len(books) == 1:
        return _tr("“{}”").format(books[0].title)
    return plural(len(books), _tr("%s book"), _tr("%s books"))


def options(made: PageOptions) -> str:
    """`JPEG 90, grayscale, at most 300 dpi`."""
    parts = [_tr("PNG") if made.format == "png" else _tr("JPEG %d") % made.quality]
    parts += [_tr("grayscale")] if made.grayscale else []
    parts += [_tr("at most %d dpi") % made.max_dpi] if made.max_dpi else []
    return ", ".join(parts)


def stopped(book: BookSummary) -> str:
    """A cancelled book: what there is of it."""
    kept = book.done
    if not kept:
        return _tr("stopped; no page was made")
    if cells.DONE not in book.cells[kept:] and cells.LOOK not in book.cells[kept:]:
        return _tr("stopped after page %d; %s kept") % (kept, pages(kept))
    return _tr("stopped; %s of %s kept") % (pages(kept), number(wanted_pages(book)))


def paused(book: BookSummary) -> str:
    """A book that somebody let pause: how far it is."""
    if cells.RUNNING in book.cells:
        return _tr("pausing after the pages in hand")
    if not book.pages:
        return _tr("paused")
    return _tr("paused; %s of %s done") % (number(book.done), number(wanted_pages(book)))


def incomplete(book: BookSummary) -> str:
    """A split that has ended without all of its pages."""
    if book.failures:
        return failed_pages(len(book.failures))
    kept = [page for page in book.missing if page in book.warnings]
    if kept:
        one, many = _tr("%s page could not be made again"), _tr("%s pages could not be made again")
        return plural(len(kept), one, many)
    if book.missing:
        return plural(len(book.missing), _tr("%s page was not made"), _tr("%s pages were not made"))
    return book.error or _tr("its last step failed")


def book_state(book: BookSummary) -> tuple[str, Tone]:
    """What a book is doing, short enough for its row, and the tone to say it in."""
    if book.stopping:
        return _tr("stopping after the pages in hand"), "waiting"
    if is_locked(book):
        return waiting_for(book.waiting_for), "look"
    if is_busy(book) and book.paused:
        return paused(book), "waiting"
    if book.state == "working":
        return _working(book)
    if book.state == "done" and book.warnings:
        return look_pages(len(book.warnings)), "look"
    states: dict[BookState, tuple[str, Tone]] = {
        "waiting": (waiting_for(book.waiting_for), "waiting"),
        "done": (_tr("done"), "look" if book.doubt else "done"),
        "incomplete": (incomplete(book), "failed"),
        "cancelled": (stopped(book), "waiting"),
        "failed": (book.error or _tr("The PDF could not be split."), "failed"),
    }
    return states[book.state]


def _working(book: BookSummary) -> tuple[str, Tone]:
    if book.pages is None:
        return _tr("looking at its pages"), "running"
    if cells.RUNNING not in book.cells and cells.WAITING in book.cells:
        return waiting_for(book.waiting_for), "waiting"
    return _tr("splitting into pages"), "running"


def notes(book: BookSummary) -> str:
    """What a row says after the state: pages that failed, need a look or were left out, and doubts."""
    said, _ = book_state(book)
    found = []
    if book.failures:
        found.append(failed_pages(len(book.failures)))
    if book.warnings:
        found.append(look_pages(len(book.warnings)))
    if book.doubt:
        found.append(book.doubt.split(". ", 1)[0].rstrip("."))
    if out := book.cells.count(cells.LEFT_OUT):
        found.append(left_out(out))
    return "; ".join(note for note in found if note != said)


def book_sentence(book: BookSummary) -> str:
    """What happened to a book, for its detail pane."""
    words, _ = book_state(book)
    if book.state == "failed":
        return words
    if is_locked(book):
        return _tr("Waiting for its password.")  # the field says more
    if book.state in ("done", "incomplete"):
        took = ""
        if book.started_at and book.ended_at:
            took = _tr(" in %s") % lasting(book.ended_at - book.started_at)
        made = _tr("%s made%s") % (pages(book.done), took)
        words = made if words == _tr("done") else f"{made}; {words}"
        if out := book.cells.count(cells.LEFT_OUT):
            words = f"{words}; {left_out(out)}"
        return f"{words}. " + _tr("Added %s.") % clock(book.added_at)
    if book.pages and book.state != "cancelled" and (not book.paused or book.stopping):
        words = f"{words}; " + _tr("%s of %s done") % (number(book.done), pages(wanted_pages(book)))
    return f"{words[:1].upper()}{words[1:]}."
