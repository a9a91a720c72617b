"""One row of the list of books, ready to paint."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from ambuda_desktop.store import pages as cells
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.store.texts import TextSummary
from ambuda_desktop.ui import book_words, text_cells, text_words, words
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


def of_book(summary: BookSummary, pace: Pace, reading: Pace) -> BookRow:
    """A book of the library; `pace`: of its images, `reading`: of its text."""
    if summary.text is not None and not book_words.is_busy(summary):
        return _with_text(summary, summary.text, reading)
    state, tone = book_words.book_state(summary)
    busy = book_words.is_busy(summary)
    total = book_words.wanted_pages(summary)
    count = ""
    if total:
        done = f"{number(summary.done)}/{number(total)}"
        count = done if summary.done < total or busy else words.pages(total)
    waiting = summary.cells.count(cells.WAITING) + summary.cells.count(cells.RUNNING)
    rate, rest = _pace(pace, waiting, moving=busy and not summary.paused, stopping=summary.stopping)
    return BookRow(
        summary.title,
        state,
        tone,
        count,
        summary.done / total if total and busy else None,
        rate,
        rest,
        book_words.notes(summary),
        summary.cells,
    )


def _with_text(summary: BookSummary, text: TextSummary, pace: Pace) -> BookRow:
    """A book whose images rest: its second stage."""
    state, tone = text_words.text_state(summary)
    before, tone_before = book_words.book_state(summary)
    busy = text_words.is_text_busy(summary)
    total = words.pages(book_words.wanted_pages(summary))
    if tone_before in ("failed", "look"):
        tone = "failed" if "failed" in (tone, tone_before) else "look" if not busy else tone
    if busy and summary.state == "done":
        before = total
    waiting = text.wanted - text.tried
    rate, rest = _pace(pace, waiting, moving=busy and not summary.paused, stopping=text.stopping)
    return BookRow(
        summary.title,
        f"{before} · {state}",
        tone,
        f"{number(text.tried)}/{number(text.wanted)}" if busy and text.wanted else "" if busy else total,
        (text.tried / text.wanted if text.wanted else 0.0) if busy else None,
        rate,
        rest,
        book_words.notes(summary),
        text_cells.strip(summary),
    )


def _pace(pace: Pace, waiting: int, *, moving: bool, stopping: bool) -> tuple[str, str]:
    """`41 p/min` and `2 min left`; empty where nothing moves."""
    rate = pace.per_minute if moving else None
    seconds = pace.seconds_left(waiting) if moving else None
    return (
        _tr("%s p/min") % number(round(rate)) if rate else "",
        left(seconds) if seconds and not stopping else "",
    )
