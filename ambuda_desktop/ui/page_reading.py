"""Reading the text of a page off the GUI thread: the newest wish first, and only what has changed."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ambuda_desktop.books import BookFolder
from ambuda_desktop.paths import Paths
from ambuda_desktop.recognised import PageReading, is_changed, reading, record_file, text_file
from ambuda_desktop.ui.background import Background

Stamp = tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True)
class PageShown:
    """The text of a page as it is on the disk, and what an engine said of it; None where there is none."""

    book: str
    page: int
    text: str | None
    record: PageReading | None
    by_person: bool  # whether a person changed it
    stamp: Stamp


class PageTexts(QObject):
    """One page is read at a time; while it is, only the last wish is kept."""

    read = Signal(object)  # a PageShown

    def __init__(self, paths: Paths, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._paths, self._background = paths, background
        self._next: tuple[str, int] | None = None
        self._busy = False
        self._known: PageShown | None = None

    def want(self, book: str, page: int) -> None:
        """Look at a page, again where it is the same: it is told only if its files have changed."""
        self._next = (book, page)
        self._go_on()

    def forget(self) -> None:
        """Tell of the next page, whatever is known."""
        self._known = None

    def _go_on(self) -> None:
        if self._busy or self._next is None:
            return
        (book, page), self._next, self._busy = self._next, None, True
        library, known = self._paths.library, self._known
        errand = self._background.start(lambda _store, _errand: page_shown(library, book, page, known))
        errand.done.connect(self._done)
        errand.failed.connect(lambda _sentence: self._done(None))  # the next look may have more luck

    def _done(self, shown: PageShown | None) -> None:
        self._busy = False
        if shown is not None:
            self._known = shown
            self.read.emit(shown)
        self._go_on()


def page_shown(library: Path, book: str, page: int, known: PageShown | None = None) -> PageShown | None:
    """The text of a page; None where its files are as they were when `known` was read."""
    folder = BookFolder(library / book)
    stamp = tuple(map(_stamp, (text_file(folder, page), record_file(folder, page))))
    if known is not None and (known.book, known.page, known.stamp) == (book, page, stamp):
        return None
    try:
        text = text_file(folder, page).read_text("utf-8", errors="replace")
    except FileNotFoundError:
        text = None
    return PageShown(book, page, text, reading(folder, page), is_changed(folder, page), stamp)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino
