"""Asking for the password of a PDF, inside the page. What is typed is passed on once and kept nowhere."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ambuda_desktop.passwords import WAITING
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.ui.book_words import is_locked
from ambuda_desktop.ui.widgets import Button, set_text, words_label


class PasswordField(QWidget):
    """Shown while a book waits for its password."""

    given = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._book = ""
        self.words = words_label()
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setPlaceholderText(self.tr("Password of the PDF"))
        self.field.setAccessibleName(self.tr("Password of the PDF"))
        self.field.setMaximumWidth(320)
        self.field.returnPressed.connect(self._give)
        self.button = Button(self.tr("Unlock"), "", self._give, self.tr("Unlock (Enter)"))
        self.button.setEnabled(False)
        self.field.textChanged.connect(lambda text: self.button.setEnabled(bool(text)))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.field, 1)
        row.addWidget(self.button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(8)
        column.addWidget(self.words)
        column.addLayout(row)
        self.hide()

    def show_book(self, book: BookSummary) -> None:
        """Ask where the book is locked; what was typed for another one is forgotten."""
        if book.id != self._book:
            self._book = book.id
            self.field.clear()
        wrong = book.waiting_for == WAITING[1]
        first = self.tr("The PDF is locked. Its password is used once and not kept.")
        again = self.tr("That password does not open the PDF. Try another; capital letters count.")
        set_text(self.words, again if wrong else first)
        self.words.setObjectName("complaint" if wrong else "")
        self.words.style().polish(self.words)
        self.setVisible(is_locked(book))

    def _give(self) -> None:
        text = self.field.text()
        if text:
            self.field.clear()
            self.given.emit(text)
