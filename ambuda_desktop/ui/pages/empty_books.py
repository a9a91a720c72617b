"""What the Books page says when there is nothing to show: it teaches."""

from pathlib import Path

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ambuda_desktop.paths import resources
from ambuda_desktop.ui.theme import color
from ambuda_desktop.ui.widgets import Button, words_label


class EmptyBooks(QWidget):
    """The drop target, and the first three steps."""

    add_wanted = Signal()
    folder_wanted = Signal()
    sample_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = words_label(self.tr("Drop scanned books here"), heavy=True, scale=1.5)
        text = words_label(
            self.tr(
                "PDF files, folders of PDF files, or the pictures of a scanner: JPEG, PNG or TIFF.\n"
                "A folder of pictures becomes one book; so do pictures dropped together.\n"
                "Each page becomes a picture in your library. What you drop is only read, never changed."
            )
        )
        add = Button(self.tr("Choose files…"), "add", self.add_wanted.emit, self.tr("Choose files (Ctrl+O)"))
        add.setObjectName("primary")
        add.tint()
        folder = Button(
            self.tr("Choose a folder…"),
            "folder",
            self.folder_wanted.emit,
            self.tr("Choose a folder (Ctrl+Shift+F)"),
        )
        sample = Button(self.tr("Try it with a sample page"), "books", self.sample_wanted.emit)
        sample.setVisible(sample_book().is_file())
        for label in (title, text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setSpacing(16)
        column.addStretch(2)
        column.addWidget(title)
        column.addWidget(text)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (add, folder):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column.addLayout(buttons)
        # In a row of its own: three beside one another are wider than the smallest window.
        column.addWidget(sample, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(color("waiting"), 2)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(24, 24, -24, -24), 12, 12)
        painter.end()


class NoMatch(QWidget):
    """A filter with no match: the filter in words, and the way out of it."""

    clear_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = words_label()
        self.words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.clear = Button(self.tr("Clear"), "cancel", self.clear_wanted.emit, self.tr("Show all (Esc)"))
        column = QVBoxLayout(self)
        column.setSpacing(16)
        column.addStretch(2)
        column.addWidget(self.words)
        column.addWidget(self.clear, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def say(self, text: str, clearable: bool) -> None:
        self.words.setText(text)
        self.clear.setVisible(clearable)


def sample_book() -> Path:
    """The sample that comes with the program."""
    return resources() / "sample" / "sample.pdf"
