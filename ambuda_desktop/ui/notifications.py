"""Telling the desktop that books have ended, while nobody looks at the window."""

import logging
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Q_ARG, Q_RETURN_ARG, SLOT, QCoreApplication, QMetaObject, QObject, Qt, Signal, Slot
from PySide6.QtDBus import QDBusConnection, QDBusInterface

from ambuda_desktop.store import books
from ambuda_desktop.ui.background import Background
from ambuda_desktop.ui.durations import number
from ambuda_desktop.ui.store_watch import StoreWatch
from ambuda_desktop.ui.words import book_sentence, book_state

log = logging.getLogger(__name__)

NAME, PLACE = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
MOST = 5  # books named in one notification
OVERLAP = 2.0  # seconds: an end is written a moment after it happened


def _tr(text: str) -> str:
    return QCoreApplication.translate("notifications", text)


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
        self._known: dict[str, float] = {}  # when the last end of a book was that is known
        watch.second.connect(self.look)

    def look(self) -> None:
        """What has ended since the last look."""
        since, self._looked_at = self._looked_at, self._clock()
        fresh: list[books.BookSummary] = []
        for book in books.ended_since(self._watch.connection, since - OVERLAP):
            summary = books.summary(self._watch.connection, book)
            if summary is None or summary.state in ("waiting", "working") or summary.ended_at is None:
                continue
            if self._known.get(book) != summary.ended_at:
                self._known[book] = summary.ended_at
                fresh.append(summary)
        if fresh and self._wanted():
            title, text = in_words(fresh)
            self.told.emit(title, text, fresh[-1].id)


def in_words(ended: list[books.BookSummary]) -> tuple[str, str]:
    """The title and the text of the notification for some books."""
    if len(ended) == 1:
        return ended[0].title, book_sentence(ended[0])
    lines = [f"{summary.title}: {book_state(summary)[0]}" for summary in ended[:MOST]]
    if len(ended) > MOST:
        lines.append(_tr("and {} more").format(number(len(ended) - MOST)))
    return _tr("{} books have ended").format(number(len(ended))), "\n".join(lines)


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
