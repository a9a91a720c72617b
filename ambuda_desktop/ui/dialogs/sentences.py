"""Many sentences at once, asked for: to read, and to copy."""

from collections.abc import Sequence

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from ambuda_desktop.ui.widgets import Button, code_box, words_label


class SentencesDialog(QDialog):
    """A list that can be copied."""

    def __init__(self, heading: str, sentences: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(heading)
        self.box = code_box(heading)
        self.box.setFont(self.font())
        self.box.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.box.setPlainText("\n".join(sentences))
        self.copy = Button(self.tr("Copy"), "copy", self._copy, self.tr("Copy all of it"))
        self.copy.setAutoDefault(False)
        self.close_button = Button(self.tr("Close"), "", self.accept, self.tr("Close (Esc)"))
        self.close_button.setDefault(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.copy)
        buttons.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        column.addWidget(words_label(heading, heavy=True, scale=1.15))
        column.addWidget(self.box, 1)
        column.addLayout(buttons)
        self.resize(640, 400)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.box.toPlainText())
