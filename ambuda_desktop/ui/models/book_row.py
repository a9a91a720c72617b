"""One row of the list of books, ready to paint."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from ambuda_desktop.store import pages as cells
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.ui import book_words, words
from ambuda_desktop.ui.adding import Incoming
from ambuda_desktop.ui.durations import left, number
from ambuda_desktop.ui.pace import Pace


def _tr(text: str) -> str:
    return QCoreApplication.translate("book_row", text)


@dataclass(frozen=True, slots=True)
class BookRow:
    """What the delegate paints; empty texts take no room."""

    title: str
    state: str
    tone: words.Tone
    count: str = ""
    fraction: float | None = None  # of the bar; no bar where None
    rate: str = ""
    left: str = ""
    note: str = ""
    cells: str = ""

    @property
    def sentence(self) -> str:
        """The row for a screen reader."""
        return ", ".join(
            t for t in (self.title, self.state, self.count, self.rate, self.left, self.note) if t
        )


def of_incoming(one: Incoming) -> BookRow:
    """A file on its way in."""
    percent = one.percent
    state = _tr("waiting to be copied") if percent is None else _tr("copying %d %%") % percent
    fraction = None if percent is None else percent / 100
    return BookRow(one.title, state, "waiting" if percent is None else "running", fraction=fraction)


def of_book(summary: BookSummary, pace: Pace) -> BookRow:
    """A book of the library."""
    state, tone = book_words.book_state(summary)
    busy = book_words.is_busy(summary)
    total = book_words.wanted_pages(summary)
    count = ""
    if total:
        done = f"{number(summary.done)}/{number(total)}"
        count = done if summary.done < total or busy else words.pages(total)
    moving = busy and not summary.paused
    rate = pace.per_minute if moving else None
    waiting = summary.cells.count(cells.WAITING) + summary.cells.count(cells.RUNNING)
    seconds = pace.seconds_left(waiting) if moving else None
    return BookRow(
        summary.title,
        state,
        tone,
        count,
        summary.done / total if total and busy else None,
        _tr("%s p/min") % number(round(rate)) if rate else "",
        left(seconds) if seconds and not summary.stopping else "",
        book_words.notes(summary),
        summary.cells,
    )
