"""The selected books, read from the store as they are now: few at once, many off the GUI thread."""

import sqlite3
import time

from PySide6.QtCore import QObject, Signal

from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.store.texts import book_with_text
from ambuda_desktop.ui.background import Background, Errand
from ambuda_desktop.ui.models.books_model import BooksModel

FEW = 10  # books that are read on the GUI thread: a millisecond or two each
PAUSE = 0.5  # seconds between two readings of many


class BookSelection(QObject):
    """Keeps the summaries of the selected books."""

    changed = Signal()

    def __init__(self, model: BooksModel, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model, self._background = model, background
        self._names: list[str] = []
        self._reading = False
        self._read_at = 0.0
        self.books: list[BookSummary] = []

    def select(self, names: list[str]) -> None:
        if names != self._names:
            self._names, self._read_at = names, 0.0
            self.books = [book for book in self.books if book.id in set(names)]
            self.refresh()

    def refresh(self) -> None:
        """The store changed."""
        if len(self._names) <= FEW:
            found = [self._model.current(name) for name in self._names]
            self._take([book for book in found if book is not None])
            return
        now = time.monotonic()
        if self._reading or now - self._read_at < PAUSE:
            return
        self._reading, self._read_at, names = True, now, list(self._names)
        errand = self._background.start(lambda store, errand: _read(store, errand, names))
        errand.done.connect(lambda books: self._done(names, books))
        errand.failed.connect(lambda _sentence: self._done([], []))

    def _done(self, names: list[str], books: list[BookSummary]) -> None:
        self._reading = False
        if names == self._names:
            self._take(books)
        elif names:
            self.refresh()

    def _take(self, books: list[BookSummary]) -> None:
        self.books = books
        self.changed.emit()


def _read(store: sqlite3.Connection, errand: Errand, names: list[str]) -> list[BookSummary]:
    found = [book_with_text(store, name) for name in names if not errand.is_stopping()]
    return [book for book in found if book is not None]
