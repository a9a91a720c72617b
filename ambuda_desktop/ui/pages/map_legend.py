"""What the map shows: the images of the pages or their text, and what its colours and shapes mean."""

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ambuda_desktop.store import pages as cells
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.ui import text_cells
from ambuda_desktop.ui.flow import Flow
from ambuda_desktop.ui.painting import draw_cell
from ambuda_desktop.ui.text_cells import letter_words
from ambuda_desktop.ui.text_words import is_text_busy

CELL = 11  # pixels, as in the map
ORDER = (
    text_cells.HIGH, text_cells.FAIR, text_cells.POOR, cells.DONE, text_cells.PERSON, text_cells.BLANK,
    cells.LOOK, cells.FAILED, cells.RUNNING, cells.WAITING, cells.LEFT_OUT,
)  # fmt: skip


class MapLegend(QWidget):
    """Shown for a book whose text was asked for."""

    chosen = Signal(bool)  # whether the map is to show the text

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._book = ""
        self.images = _chip(self.tr("Images"), self.tr("Colour the pages by their images"))
        self.text = _chip(self.tr("Text"), self.tr("Colour the pages by how sure their text is"))
        group = QButtonGroup(self)
        for chip in (self.images, self.text):
            group.addButton(chip)
        self.text.toggled.connect(self._choose)
        self._entries = {letter: _Entry(letter) for letter in ORDER}
        self._legend = Flow(*self._entries.values())
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.images)
        row.addWidget(self.text)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self._legend)
        self.images.setChecked(True)
        self.hide()

    def show_book(self, book: BookSummary) -> None:
        """A book whose text was asked for begins with it, once its images are there."""
        self.setVisible(book.text is not None and bool(book.cells))
        key = f"{book.id} {book.text is not None}"
        if key != self._book:
            self._book = key
            self.text.setChecked(book.text is not None and book.state not in ("waiting", "working"))
            self.images.setChecked(not self.text.isChecked())
        letters = set(text_cells.confidence_cells(book.text, len(book.cells))) if book.text else set()
        for letter, entry in self._entries.items():
            entry.say(letter_words(letter, busy=is_text_busy(book)))
            entry.setVisible(letter in letters)

    @property
    def told(self) -> list[str]:
        """What the legend says, for tests and screen readers."""
        return [entry.label.text() for entry in self._entries.values() if not entry.isHidden()]

    def _choose(self, text: bool) -> None:
        self._legend.setVisible(text)
        self.chosen.emit(text)


class _Entry(QWidget):
    """One cell and its words."""

    def __init__(self, letter: str) -> None:
        super().__init__()
        self._letter = letter
        self.label = QLabel()
        self.label.setObjectName("faint")
        row = QHBoxLayout(self)
        row.setContentsMargins(CELL + 6, 0, 8, 0)
        row.addWidget(self.label)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def say(self, words: str) -> None:
        if self.label.text() != words:
            self.label.setText(words)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        draw_cell(painter, QRectF(0, (self.height() - CELL) // 2, CELL, CELL), self._letter)
        painter.end()


def _chip(words: str, name: str) -> QToolButton:
    chip = QToolButton()
    chip.setObjectName("chip")
    chip.setText(words)
    chip.setCheckable(True)
    chip.setAccessibleName(name)
    chip.setToolTip(name)
    return chip
