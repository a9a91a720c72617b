"""How sure the text of each page is, as a letter a page: what strips, maps and their legend show."""

from PySide6.QtCore import QCoreApplication

from ambuda_desktop.store import pages as cells
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.store.texts import TextSummary
from ambuda_desktop.ui.book_words import is_busy

#: From 0 to 1: a page below LOW should be looked at, one from SURE on is as good as it gets.
LOW, SURE = 0.6, 0.8
#: Letters of a page whose text is there, beside those of `store.pages`.
HIGH, FAIR, POOR, BLANK, PERSON = "h", "f", "p", "b", "P"


def _tr(text: str) -> str:
    return QCoreApplication.translate("text_cells", text)


def confidence_cells(text: TextSummary, count: int) -> str:
    """A letter for each of the `count` pages of its book: how sure the text is, where there is one."""
    letters = [letter_of(text, page) for page in range(1, min(count, len(text.cells)) + 1)]
    return "".join(letters).ljust(count, cells.LEFT_OUT)


def strip(book: BookSummary) -> str:
    """The letters of its pages for its row: of the text, once that was asked for and all images are there."""
    if book.text is None or is_busy(book):
        return book.cells
    return confidence_cells(book.text, len(book.cells))


def low_pages(text: TextSummary) -> list[int]:
    """The pages that should be looked at, the least certain first; those that a person corrected are not."""
    found = [
        (known, page) for page, known in text.confidence.items()
        if known is not None and known < LOW and page not in text.kept and _is_there(text, page)
    ]  # fmt: skip
    return [page for _, page in sorted(found)]


def letter_of(text: TextSummary, page: int) -> str:
    """The letter of one page (from 1) among those that the text knows of."""
    letter = text.cells[page - 1]
    if letter == cells.LOOK or not _is_there(text, page):
        return letter
    if page in text.kept:
        return PERSON
    if page not in text.confidence:
        return letter  # its task has not ended, and tells how sure it was when it has
    known = text.confidence[page]
    if known is None:
        return BLANK
    return HIGH if known >= SURE else FAIR if known >= LOW else POOR


def letter_words(letter: str, *, busy: bool) -> str:
    """What a letter of `confidence_cells` means; `busy`: while the text is being recognised."""
    return {
        cells.LEFT_OUT: _tr("no text"),
        cells.WAITING: _tr("waiting to be read") if busy else _tr("not read yet"),
        cells.RUNNING: _tr("being read now"),
        HIGH: _tr("confidence of %s and more") % percent(SURE),
        FAIR: _tr("from %s to %s") % (percent(LOW), percent(SURE)),
        POOR: _tr("low confidence, below %s") % percent(LOW),
        BLANK: _tr("blank"),
        cells.DONE: _tr("read"),
        PERSON: _tr("as a person left it"),
        cells.LOOK: _tr("earlier text kept"),
        cells.FAILED: _tr("could not be read"),
    }[letter]


def percent(confidence: float) -> str:
    return _tr("%d %%") % round(confidence * 100)


def _is_there(text: TextSummary, page: int) -> bool:
    return 1 <= page <= len(text.cells) and text.cells[page - 1] in cells.THERE
