"""Taking in books: the rows "copying 34 %", and the sentences for what cannot be used."""

import sqlite3
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ambuda_desktop.errors import AlreadyAdded
from ambuda_desktop.library import NewBook, add_book
from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings
from ambuda_desktop.sources import PICTURE_SUFFIXES, Pictures, books_in
from ambuda_desktop.ui.background import Background, Errand, Work

BookPlace = Path | Pictures


@dataclass(eq=False)
class Incoming:
    """A book that is being copied in; it is not accepted yet."""

    source: BookPlace
    new: NewBook | None = None  # what is wanted of it; None: what the settings say
    again: bool = False  # even if the library has it
    done: int = 0
    total: int = 0
    errand: Errand | None = field(default=None, repr=False)

    @property
    def title(self) -> str:
        return (self.new and self.new.title) or name_of(self.source)

    @property
    def percent(self) -> int | None:
        """None until the copy has begun."""
        return self.done * 100 // self.total if self.total else None


@dataclass(frozen=True)
class Twice:
    """A book that was not added, because the library has it already."""

    source: BookPlace
    new: NewBook | None
    book: str  # the one in the library
    sentence: str


class Adding(QObject):
    """Copies books into the library, two at a time, newest shown first."""

    changed = Signal()  # the list, or how far one of them is
    listed = Signal()  # the list alone
    added = Signal(str)  # a book
    twice = Signal(object)  # a Twice
    refused = Signal(str)  # a sentence

    def __init__(self, paths: Paths, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._paths = paths
        self._background = background
        self.incoming: list[Incoming] = []

    def add(self, places: list[Path]) -> None:
        """Add what books the places hold, as the settings say. Returns at once."""
        self.find(places).done.connect(self.add_books)

    def find(self, places: list[Path]) -> Errand:
        """Look for the books in some places, off the GUI thread: `done` brings them; that there are none is said."""
        errand = self._background.start(lambda _store, _errand: books_in(places))
        errand.done.connect(partial(self._found, places))
        errand.failed.connect(self.refused)
        return errand

    def add_books(self, books: list[BookPlace], new: NewBook | None = None) -> None:
        """Add these books; `new`: what is wanted of them, None: what the settings say."""
        for book in books:
            self._add_book(Incoming(book, new))

    def add_again(self, twice: Twice) -> None:
        """Add a book that the library has already."""
        self._add_book(Incoming(twice.source, twice.new, again=True))

    def stop(self, incoming: Incoming) -> None:
        """Take a copy back; nothing of it stays."""
        if incoming.errand is not None:
            incoming.errand.stop()

    def _found(self, places: list[Path], books: list[BookPlace]) -> None:
        if places and not books:
            words = self.tr("There is no PDF and no JPEG, PNG or TIFF picture in {}.")
            self.refused.emit(words.format(places[0]))

    def _add_book(self, one: Incoming) -> None:
        self.incoming.insert(0, one)
        self.listed.emit()
        one.errand = self._background.start(_copy(self._paths, one), long=True)
        one.errand.progress.connect(partial(self._progress, one))
        one.errand.done.connect(partial(self._done, one))
        one.errand.failed.connect(partial(self._failed, one))
        one.errand.stopped.connect(partial(self._gone, one))

    def _progress(self, one: Incoming, done: int, total: int) -> None:
        one.done, one.total = done, total
        self.changed.emit()

    def _done(self, one: Incoming, book: str | AlreadyAdded) -> None:
        self._gone(one)
        if isinstance(book, AlreadyAdded):
            self.twice.emit(Twice(one.source, one.new, book.book, str(book)))
        else:
            self.added.emit(book)

    def _failed(self, one: Incoming, sentence: str) -> None:
        self._gone(one)
        self.refused.emit(sentence)

    def _gone(self, one: Incoming) -> None:
        self.incoming.remove(one)
        self.listed.emit()


def name_of(source: BookPlace) -> str:
    """What a book is called where nobody says otherwise."""
    place = source.place if isinstance(source, Pictures) else source
    # By its suffix alone: asking a disk that is slow would hold up the window.
    is_file = place.suffix.lower() in (".pdf", *PICTURE_SUFFIXES)
    return place.stem if is_file and not isinstance(source, Pictures) else place.name


def _copy(paths: Paths, one: Incoming) -> Work:
    def work(store: sqlite3.Connection, errand: Errand) -> str | AlreadyAdded:
        new = one.new or NewBook(options=Settings.load(paths.settings).split)
        new = replace(new, again=one.again)
        try:
            return add_book(store, paths, one.source, errand.report, new)
        except AlreadyAdded as already:
            return already

    return work
