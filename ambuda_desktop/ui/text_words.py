"""What the text of books and of their pages is doing, in words; book_words.py has those of their images."""

from PySide6.QtCore import QCoreApplication

from ambuda_desktop.ocr_cost import cost
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.store import pages as cells
from ambuda_desktop.store.books import BookState, BookSummary
from ambuda_desktop.store.texts import TextSummary
from ambuda_desktop.ui.book_words import is_busy, page_words
from ambuda_desktop.ui.durations import lasting, number, plural
from ambuda_desktop.ui.text_cells import BLANK, FAIR, HIGH, PERSON, POOR, letter_of, low_pages, percent
from ambuda_desktop.ui.words import Tone, pages, waiting_for


def _tr(text: str) -> str:
    return QCoreApplication.translate("text_words", text)


def is_text_busy(book: BookSummary) -> bool:
    """Whether its text is being recognised, or waits to be, paused or not."""
    return book.text is not None and book.text.state in ("waiting", "working")


def waits_for_network(book: BookSummary) -> bool:
    """Whether its pages wait for the network or for an answer over it, where Tesseract would need none."""
    text = book.text
    if text is None or not is_text_busy(book) or text.stopping or text.options.engine != "google":
        return False
    return _is_cut_off(text)


def text_of_page(book: BookSummary, page: int, *, reason: bool = True) -> str:
    """The text of one page: `Text: low confidence, 54 %.`; empty where nobody asked for the book's text."""
    text = book.text
    if text is None or page > len(text.cells):
        return ""
    letter, known = letter_of(text, page), text.confidence.get(page)
    words = {
        cells.LEFT_OUT: _tr("not asked for"),
        cells.WAITING: _waiting(book),
        cells.RUNNING: _tr("being read now"),
        HIGH: _tr("read"),
        FAIR: _tr("read"),
        POOR: _tr("low confidence"),
        BLANK: _tr("blank, or the engine does not say how sure it is"),
        cells.DONE: _tr("read"),
        PERSON: _tr("as a person left it"),
        cells.LOOK: _tr("read"),
        cells.FAILED: _tr("not read"),
    }[letter]
    if known is not None and letter in (HIGH, FAIR, POOR, cells.LOOK):
        words = f"{words}, {percent(known)}"
    why = (text.failures.get(page) or text.warnings.get(page)) if reason else None
    return _tr("Text: {}.").format(words) + (f" {why}" if why else "")


def page_and_text(book: BookSummary, page: int) -> str:
    """All that is to be said of one page: of its image, then of its text."""
    said = (page_words(book, page), text_of_page(book, page))
    return " ".join(words for words in said if words)


def text_state(book: BookSummary) -> tuple[str, Tone]:
    """What the text of a book is doing, short enough for its row; empty where nobody asked for it."""
    text = book.text
    if text is None:
        return "", "done"
    if is_text_busy(book):
        return _busy(text, paused=book.paused)
    have = _tr("text of %s") % pages(text.done)
    states: dict[BookState, tuple[str, Tone]] = {
        "done": _done(text, have),
        "incomplete": (_incomplete(text, have), "failed"),
        "cancelled": (_tr("text stopped, %s kept") % pages(text.done), "waiting"),
        "failed": (_tr("text: %s") % (text.error or _tr("it could not be planned")), "failed"),
    }
    return states[text.state]


def text_sentence(book: BookSummary) -> str:
    """What happened to the text of a book, or what will, for its detail pane."""
    text = book.text
    if book.then_ocr is not None and is_busy(book) and not book.stopping:
        return _tr("Then its text is recognised by %s.") % engine(book.then_ocr)
    if text is None:
        return ""
    words, _ = text_state(book)
    words = f"{words[:1].upper()}{words[1:].rstrip('.')}"
    how = engine(text.options)
    if is_text_busy(book):
        words = f"{words} ({how})."
    elif text.state == "failed":
        words += "."
    elif text.started_at and text.ended_at and text.state in ("done", "incomplete"):
        words += _tr("; read in %s by %s.") % (lasting(text.ended_at - text.started_at), how)
    else:
        words += _tr("; read by %s.") % how
    if text.read is not None and text.options.engine == "google":
        words += " " + _tr("Google read %s this time, %s.") % (pages(text.read), cost(text.read))
    if text.kept:
        one, many = _tr("%s page was left as a person has it"), _tr("%s pages were left as a person has them")
        words += f" {plural(len(text.kept), one, many)}."
    if text.set_aside:
        words += " " + _tr("The whole text as a person changed it is kept in {}.").format(
            ", ".join(text.set_aside)
        )
    return words


def engine(options: OcrOptions) -> str:
    """`Tesseract, san+Devanagari, old type`, or `Google Vision`."""
    name = _engine_name(options.engine)
    preset = _tr("old type") if options.preset else ""
    return ", ".join(part for part in (name, options.model_name, preset) if part)


def read_by(key: str) -> str:
    """The words for an `OcrOptions.key`, which records of pages have: `Tesseract Devanagari`."""
    name, _, rest = key.partition(" ")
    return f"{_engine_name(name)} {rest}".strip()


def low_words(count: int) -> str:
    return plural(count, _tr("%s page with low confidence"), _tr("%s pages with low confidence"))


def not_read(count: int) -> str:
    return plural(count, _tr("%s page not read"), _tr("%s pages not read"))


def _engine_name(name: str) -> str:
    return _tr("Google Vision") if name == "google" else _tr("Tesseract")


def _is_cut_off(text: TextSummary) -> bool:
    return any(words in (text.waiting_for or "") for words in ("network", "answer from Google"))


def _busy(text: TextSummary, *, paused: bool) -> tuple[str, Tone]:
    if text.stopping:
        return _tr("text stops after the pages in hand"), "waiting"
    if paused:
        return _tr("text paused, %s of %s read") % (number(text.tried), pages(text.wanted)), "waiting"
    if text.state == "waiting" or (text.waiting_for and cells.RUNNING not in text.cells):
        waits = _tr("text %s") % waiting_for(text.waiting_for)
        return waits, "look" if _is_cut_off(text) else "waiting"
    if not text.wanted:
        return _tr("choosing the pages to read"), "running"
    return _tr("text of %s read") % pages(text.tried), "running"


def _done(text: TextSummary, have: str) -> tuple[str, Tone]:
    low = len(low_pages(text))
    return (f"{have}, {low_words(low)}", "look") if low else (have, "done")


def _incomplete(text: TextSummary, have: str) -> str:
    if text.missing:
        return f"{have}, {not_read(len(text.missing))}"
    return _tr("%s; its last step failed: %s") % (have, text.error or "")


def _waiting(book: BookSummary) -> str:
    if not is_text_busy(book):
        return _tr("not read")
    if book.paused:
        return _tr("paused")
    return waiting_for(book.text.waiting_for) if book.text and book.text.waiting_for else _tr("waiting")
