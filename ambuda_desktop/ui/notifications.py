"""Telling the desktop that books, or their texts, have ended, while nobody looks at the window."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import Q_ARG, Q_RETURN_ARG, SLOT, QCoreApplication, QMetaObject, QObject, Qt, Signal, Slot
from PySide6.QtDBus import QDBusConnection, QDBusInterface

from ambuda_desktop.store.books import BookSummary, ended_since, summary
from ambuda_desktop.store.texts import book_with_text, texts_ended_since
from ambuda_desktop.ui.background import Background
from ambuda_desktop.ui.book_words import book_sentence, book_state, is_busy
from ambuda_desktop.ui.durations import number
from ambuda_desktop.ui.store_watch import StoreWatch
from ambuda_desktop.ui.text_words import is_text_busy, text_sentence, text_state

log = logging.getLogger(__name__)

NAME, PLACE = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
MOST = 5  # books named in one notification
OVERLAP = 2.0  # seconds: an end is written a moment after it happened


def _tr(text: str) -> str:
    return QCoreApplication.translate("notifications", text)


class End(NamedTuple):
    """What ended: the split of a book, or its text."""

    book: str
    at: float
    title: str
    state: str  # short, for one of several
    sentence: str


def end_of_split(book: BookSummary | None) -> End | None:
    """None where it goes on."""
    if book is None or is_busy(book) or book.ended_at is None:
        return None
    return End(book.id, book.ended_at, book.title, book_state(book)[0], book_sentence(book))


def end_of_text(book: BookSummary | None) -> End | None:
    """None where it goes on, or there is none."""
    if book is None or book.text is None or is_text_busy(book) or book.text.ended_at is None:
        return None
    return End(book.id, book.text.ended_at, book.title, text_state(book)[0], text_sentence(book))


class BookEnds(QObject):
    """Notices once a second which books have ended; several at once are one notification."""

    told = Signal(str, str, str)  # title, text, and a book to go to

    def __init__(
        self,
        watch: StoreWatch,
        wanted: Callable[[], bool],
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`wanted` tells whether the user wants to be told just now."""
        super().__init__(parent)
        self._watch, self._wanted, self._clock = watch, wanted, clock
        self._looked_at = clock() + OVERLAP  # what ended before the window opened is no news
        self._known = set[tuple[str, float]]()  # books, and when they or their texts ended
        watch.second.connect(self.look)

    def look(self) -> None:
        """What has ended since the last look."""
        since, self._looked_at = self._looked_at, self._clock()
        store = self._watch.connection
        splits = (end_of_split(summary(store, book)) for book in ended_since(store, since - OVERLAP))
        read = (
            end_of_text(book_with_text(store, book)) for book in texts_ended_since(store, since - OVERLAP)
        )
        ends = [end for end in (*splits, *read) if end and (end.book, end.at) not in self._known]
        fresh = sorted(ends, key=lambda end: end.at)
        self._known |= {(end.book, end.at) for end in fresh}
        if fresh and self._wanted():
            title, text = in_words(fresh)
            self.told.emit(title, text, fresh[-1].book)


def in_words(ended: Sequence[End]) -> tuple[str, str]:
    """The title and the text of the notification for some ends."""
    books = {end.book for end in ended}
    if len(books) == 1:
        return ended[0].title, "\n".join(end.sentence for end in ended)
    lines = [f"{end.title}: {end.state}" for end in ended[:MOST]]
    if len(ended) > MOST:
        lines.append(_tr("and {} more").format(number(len(ended) - MOST)))
    return _tr("{} books have ended").format(number(len(books))), "\n".join(lines)


class Notifier(QObject):
    """The desktop's own notifications, over D-Bus; where there are none, nothing happens."""

    clicked = Signal(str)  # the book that was given

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._books: dict[int, str] = {}  # by the number of the notification
        self._listens = False

    def tell(self, title: str, text: str, book: str) -> None:
        """Show a notification. Returns at once: a desktop may take its time to answer."""
        errand = self._background.start(lambda _store, _errand: self._send(title, text))
        errand.done.connect(lambda shown: self._books.__setitem__(shown, book) if shown else None)

    def _send(self, title: str, text: str) -> int | None:
        bus = QDBusConnection.sessionBus()
        if not bus.isConnected():
            return None
        if not self._listens:
            slot: Any = SLOT("invoked(uint,QString)")
            self._listens = bus.connect(NAME, PLACE, NAME, "ActionInvoked", self, slot)
        # By its own description, because a Python number alone is not the unsigned one that is asked for.
        desktop = QDBusInterface(NAME, PLACE, NAME, bus)
        if not desktop.isValid():
            log.info("This desktop shows no notifications: %s", desktop.lastError().message())
            return None
        shown: Any = QMetaObject.invokeMethod(
            desktop, "Notify", Qt.ConnectionType.DirectConnection, Q_RETURN_ARG("uint"),
            Q_ARG(str, "Ambuda Desktop"), Q_ARG("uint", 0), Q_ARG(str, "ambuda-desktop"), Q_ARG(str, title),
            Q_ARG(str, _escaped(text)), Q_ARG("QStringList", ["default", _tr("Show")]),
            Q_ARG("QVariantMap", {"desktop-entry": "ambuda-desktop"}), Q_ARG(int, -1),
        )  # fmt: skip
        return int(shown) if shown is not None else None

    @Slot("uint", str)
    def invoked(self, shown: int, _action: str) -> None:
        """A notification was clicked: perhaps one of somebody else's."""
        book = self._books.pop(shown, None)
        if book is not None:
            self.clicked.emit(book)


def _escaped(text: str) -> str:
    """Desktops read a little HTML in the text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
