"""The books: files being copied in first, then the library, newest first. Reads what is visible."""

import sqlite3
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from ambuda_desktop.store import books
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.store.texts import book_with_text
from ambuda_desktop.ui.adding import Adding, Incoming
from ambuda_desktop.ui.book_words import is_busy
from ambuda_desktop.ui.models.book_row import BookRow, of_book, of_incoming
from ambuda_desktop.ui.pace import Pace
from ambuda_desktop.ui.store_watch import StoreWatch
from ambuda_desktop.ui.text_words import is_text_busy

ROW = Qt.ItemDataRole.UserRole + 1  # a BookRow
ENTRY = Qt.ItemDataRole.UserRole + 2  # an Incoming, or a book's id

Entry = Incoming | str
Index = QModelIndex | QPersistentModelIndex
_KEEP = 200  # summaries kept; a screen shows about ten


class BooksModel(QAbstractListModel):
    """One row a book."""

    listed = Signal()  # books came or went

    def __init__(self, watch: StoreWatch, adding: Adding, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._watch, self._adding = watch, adding
        self._entries: list[Entry] = []
        self._known: dict[str, tuple[tuple[object, ...], BookSummary]] = {}
        self._paces: dict[str, tuple[Pace, Pace]] = {}  # of the images, of the text
        self._visible = (0, 20)
        self._search = ""
        self._newest: object = None
        adding.changed.connect(self._paint_incoming)
        adding.listed.connect(self.reload)
        self.reload()

    @property
    def search(self) -> str:
        return self._search

    def set_search(self, text: str) -> None:
        """Show only books with this in their title."""
        self._search = text.strip()
        self.reload()

    def set_visible(self, first: int, last: int) -> None:
        """Tell which rows the view shows: only these are read again when something changes."""
        self._visible = (first, last)

    def refresh(self) -> None:
        """The store changed, or a second has passed."""
        if self._books_moved():
            self.reload()
        changed = [row for row in self._visible_rows() if self._reread(row)]
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))

    def reload(self) -> None:
        """Read anew which books there are; rows that stay keep their selection."""
        self._books_moved()
        wanted: list[Entry] = [*self._matching(), *books.book_ids(self._watch.connection, self._search)]
        if wanted == self._entries:
            return
        there = set(wanted)
        kept = [entry for entry in self._entries if entry in there]
        for row in range(len(self._entries) - 1, -1, -1):
            if self._entries[row] not in there:
                self.beginRemoveRows(QModelIndex(), row, row)
                gone = self._entries.pop(row)
                self.endRemoveRows()
                if isinstance(gone, str):  # another book may get its name
                    self._known.pop(gone, None)
                    self._paces.pop(gone, None)
        stayed = set(kept)
        if [entry for entry in wanted if entry in stayed] != kept:  # cannot happen while order is by age
            self.beginResetModel()
            self._entries = wanted
            self.endResetModel()
        self._insert_missing(wanted)
        self.listed.emit()

    def _insert_missing(self, wanted: list[Entry]) -> None:
        row, there = 0, set(self._entries)
        while row < len(wanted):
            if row < len(self._entries) and self._entries[row] == wanted[row]:
                row += 1
                continue
            end = row
            while end < len(wanted) and wanted[end] not in there:
                end += 1
            self.beginInsertRows(QModelIndex(), row, end - 1)
            self._entries[row:row] = wanted[row:end]
            self.endInsertRows()
            row = end

    def entry(self, row: int) -> Entry | None:
        return self._entries[row] if 0 <= row < len(self._entries) else None

    def row_of(self, entry: Entry) -> int:
        """-1 where it is not shown."""
        return self._entries.index(entry) if entry in self._entries else -1

    def summary(self, book: str) -> BookSummary | None:
        """The book as last read, read now where it was not."""
        known = self._known.get(book)
        if known is None:
            self._read(book)
            known = self._known.get(book)
        return known[1] if known else None

    def current(self, book: str) -> BookSummary | None:
        """The book as it is now, whether its row is visible or not."""
        stamp = books.stamp(self._watch.connection, book)
        known = self._known.get(book)
        if known is None or known[0] != stamp:
            self._known.pop(book, None)
            self._read(book, stamp)
        return self.summary(book)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.entry(index.row())
        if entry is None:
            return None
        if role == ENTRY:
            return entry
        if role not in (ROW, Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        row = self._row(entry)
        if role == ROW:
            return row
        return row.title if role == Qt.ItemDataRole.DisplayRole else row.sentence

    def _row(self, entry: Entry) -> BookRow:
        if isinstance(entry, Incoming):
            return of_incoming(entry)
        summary = self.summary(entry)
        if summary is None:
            return BookRow(entry, "", "waiting")
        return of_book(summary, *self._paces.setdefault(entry, (Pace(), Pace())))

    def _matching(self) -> list[Incoming]:
        text = self._search.casefold()
        return [one for one in self._adding.incoming if text in one.title.casefold()]

    def _visible_rows(self) -> range:
        first, last = self._visible
        return range(max(0, first), min(last + 1, len(self._entries)))

    def _reread(self, row: int) -> bool:
        entry = self._entries[row]
        if isinstance(entry, Incoming):
            return False
        stamp = books.stamp(self._watch.connection, entry)
        known = self._known.get(entry)
        if known is None or known[0] != stamp:
            self._read(entry, stamp)
            return True
        return is_busy(known[1]) or is_text_busy(known[1])

    def _read(self, book: str, stamp: tuple[object, ...] | None = None) -> None:
        connection = self._watch.connection
        stamp = stamp or books.stamp(connection, book)
        summary = book_with_text(connection, book)
        if summary is None:
            return
        if len(self._known) > _KEEP:
            self._known.clear()
        self._known[book] = (stamp, summary)
        images, reading = self._paces.setdefault(book, (Pace(), Pace()))
        images.note(summary.done)
        if summary.text is not None:
            reading.note(summary.text.tried)

    def _books_moved(self) -> bool:
        newest = _newest(self._watch.connection)
        moved = newest != self._newest
        self._newest = newest
        return moved

    def _paint_incoming(self) -> None:
        count = sum(isinstance(entry, Incoming) for entry in self._entries)
        if count:
            self.dataChanged.emit(self.index(0), self.index(count - 1))


def _newest(connection: sqlite3.Connection) -> tuple[object, ...]:
    return tuple(connection.execute("SELECT count(*), max(rowid) FROM books").fetchone())
