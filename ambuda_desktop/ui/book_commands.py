"""What can be done with selected books: one list for buttons, context menu and shortcuts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from ambuda_desktop.recognising import can_be_tried_again, goes_along
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.store.texts import TextSummary
from ambuda_desktop.ui.book_words import is_busy, is_locked
from ambuda_desktop.ui.durations import plural
from ambuda_desktop.ui.text_words import is_text_busy, waits_for_network

Books = Sequence[BookSummary]


def _tr(text: str) -> str:
    return QCoreApplication.translate("book_commands", text)


@dataclass(frozen=True)
class Command:
    """One thing that can be done with the books that `fits`."""

    name: str
    icon: str
    keys: str
    general: str  # its words where no book is at hand
    fits: Callable[[BookSummary], bool]
    counted: Callable[[Books], str] | None = None  # its words for the books that fit
    single: bool = False  # for one book only
    visible: bool = True  # as a button, not only in the menu

    def words(self, books: Books = ()) -> str:
        """What it is called for the books that fit."""
        return self.counted(books) if self.counted is not None and books else _tr(self.general)

    def fitting(self, books: Books) -> list[BookSummary]:
        """Those of these books that it can be done with."""
        if self.single and len(books) != 1:
            return []
        return [book for book in books if self.fits(book)]


def _works(book: BookSummary) -> bool:
    return is_busy(book) or is_text_busy(book)


def _rests(book: BookSummary) -> bool:
    return not _works(book)


def _can_pause(book: BookSummary) -> bool:
    return _works(book) and not (book.paused or _stops(book) or is_locked(book))


def _can_resume(book: BookSummary) -> bool:
    return _works(book) and book.paused and not _stops(book) and not is_locked(book)


def _stops(book: BookSummary) -> bool:
    return book.stopping or bool(book.text and book.text.stopping)


def can_retry(book: BookSummary) -> bool:
    """Whether something of it was asked for, was not made or read, and nobody is at it."""
    if _works(book):
        return False
    return book.state in ("incomplete", "failed", "cancelled") or can_be_tried_again(book.text)


def can_read(book: BookSummary) -> bool:
    """Whether its text can be asked for: it has images, and nobody is at it."""
    return _rests(book) and book.done > 0


def _for_all(one: str, many: str) -> Callable[[Books], str]:
    """Words that count the books where there are several."""
    return lambda books: _tr(one) if len(books) == 1 else plural(len(books), _tr(one), _tr(many))


def _retry_words(books: Books) -> str:
    if len(books) > 1:
        return plural(len(books), "", _tr("Retry %s books"))
    (book,) = books
    if book.state == "done" and book.text is not None:
        return _read_words(book.text)
    words = _make_words(book)
    return _tr("%s, and the text") % words if goes_along(book.text) else words


def _make_words(book: BookSummary) -> str:
    if book.state == "incomplete":
        count = len(book.missing) or len(book.failures)
        if count:
            return plural(count, _tr("Retry %s failed page"), _tr("Retry %s failed pages"))
        return _tr("Try the last step again")
    return _tr("Go on with the rest") if book.done else _tr("Try again")


def _read_words(text: TextSummary) -> str:
    if text.state == "cancelled":
        return _tr("Go on reading")
    if text.state == "failed":
        return _tr("Try again")
    if not text.missing:
        return _tr("Try the last step again")
    return plural(len(text.missing), _tr("Read %s page again"), _tr("Read %s pages again"))


COMMANDS: tuple[Command, ...] = (
    Command("retry", "retry", "Ctrl+R", "Retry failed pages", can_retry, _retry_words),
    Command(
        "offline", "network", "Ctrl+Shift+E", "Use offline OCR instead", waits_for_network,
        _for_all("Use offline OCR instead", "Use offline OCR instead for %s books"),
    ),
    Command(
        "resume", "play", "Ctrl+U", "Resume", _can_resume,
        _for_all("Resume", "Resume %s books"),
    ),
    Command(
        "pause", "pause", "Ctrl+P", "Pause", _can_pause,
        _for_all("Pause", "Pause %s books"),
    ),
    Command(
        "cancel", "cancel", "Del", "Cancel", lambda b: _works(b) and not _stops(b),
        _for_all("Cancel", "Cancel %s books"),
    ),
    Command(
        "recognise", "run", "Ctrl+E", "Recognise text…", can_read,
        _for_all("Recognise text…", "Recognise the text of %s books…"),
    ),
    Command("folder", "folder", "Ctrl+Enter", "Open folder", lambda _: True, single=True),
    Command("pages", "search", "Ctrl+Shift+V", "Look at pages", lambda b: bool(b.cells), single=True),
    Command("tasks", "tasks", "Enter", "Show its tasks", lambda _: True, single=True),
    Command(
        "split", "books", "Ctrl+Shift+S", "Split again with other options…", _rests,
        _for_all("Split again with other options…", "Split %s books again with other options…"),
    ),
    Command(
        "remove", "stop", "Shift+Del", "Remove from the library…", _rests,
        _for_all("Remove from the library…", "Remove %s books from the library…"), visible=False,
    ),
)  # fmt: skip
BY_NAME = {command.name: command for command in COMMANDS}
