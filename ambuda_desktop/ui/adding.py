"""Taking in files: the rows "copying 34 %", and the sentences for files that cannot be used."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ambuda_desktop.library import add_book
from ambuda_desktop.paths import Paths
from ambuda_desktop.ui.background import Background, Errand, Work


@dataclass(eq=False)
class Incoming:
    """A file that is being copied in; it is not accepted yet."""

    source: Path
    done: int = 0
    total: int = 0
    errand: Errand | None = field(default=None, repr=False)

    @property
    def percent(self) -> int | None:
        """None until the copy has begun."""
        return self.done * 100 // self.total if self.total else None


def pdfs_in(places: Iterable[Path]) -> list[Path]:
    """The files as given, and of each folder its PDFs, each once."""
    files: list[Path] = []
    for place in places:
        if place.is_dir():
            files += sorted(p for p in place.rglob("*") if p.suffix.lower() == ".pdf" and p.is_file())
        else:
            files.append(place)
    return list(dict.fromkeys(files))


class Adding(QObject):
    """Copies files into the library, two at a time, newest shown first."""

    changed = Signal()  # the list, or how far one of them is
    listed = Signal()  # the list alone
    added = Signal(str)  # a book
    refused = Signal(str)  # a sentence

    def __init__(self, paths: Paths, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._paths = paths
        self._background = background
        self.incoming: list[Incoming] = []

    def add(self, places: list[Path]) -> None:
        """Add PDFs and the PDFs of folders. Returns at once."""
        if not places:
            return
        errand = self._background.start(lambda _store, _errand: pdfs_in(places))
        errand.done.connect(partial(self._add_files, places))
        errand.failed.connect(self.refused)

    def stop(self, incoming: Incoming) -> None:
        """Take a copy back; nothing of it stays."""
        if incoming.errand is not None:
            incoming.errand.stop()

    def _add_files(self, places: list[Path], files: list[Path]) -> None:
        if not files:
            self.refused.emit(self.tr("There is no PDF in {}.").format(places[0]))
        for file in files:
            self._add_file(file)

    def _add_file(self, file: Path) -> None:
        one = Incoming(file)
        self.incoming.insert(0, one)
        self.listed.emit()
        one.errand = self._background.start(_copy(self._paths, file), long=True)
        one.errand.progress.connect(partial(self._progress, one))
        one.errand.done.connect(partial(self._done, one))
        one.errand.failed.connect(partial(self._failed, one))
        one.errand.stopped.connect(partial(self._gone, one))

    def _progress(self, one: Incoming, done: int, total: int) -> None:
        one.done, one.total = done, total
        self.changed.emit()

    def _done(self, one: Incoming, book: str) -> None:
        self._gone(one)
        self.added.emit(book)

    def _failed(self, one: Incoming, sentence: str) -> None:
        self._gone(one)
        self.refused.emit(sentence)

    def _gone(self, one: Incoming) -> None:
        self.incoming.remove(one)
        self.listed.emit()


def _copy(paths: Paths, file: Path) -> Work:
    return lambda store, errand: add_book(store, paths, file, errand.report)
