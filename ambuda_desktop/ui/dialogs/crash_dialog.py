"""Said once when something unexpected happened in the window."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from ambuda_desktop.ui.flow import Flow
from ambuda_desktop.ui.widgets import Button, code_box, words_label


class CrashDialog(QDialog):
    """A sentence, and a report that can be copied: it holds nothing secret."""

    close_chosen = Signal()

    def __init__(self, report: str, log: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Something unexpected happened"))
        title = words_label(self.tr("Something unexpected happened in the window"), heavy=True, scale=1.15)
        words = words_label(
            self.tr(
                "Nothing you added is lost: your books and tasks are kept apart from the window, and work goes on. "
                "Please copy the report and send it to the people who make this program. It holds no passwords, and "
                "not your name. It is also in {}."
            ).format(log)
        )
        self.report = code_box(self.tr("Report"))
        self.report.setPlainText(report)
        self.copied = words_label(faint=True)
        self.copy = Button(self.tr("Copy the report"), "copy", self._copy)
        self.go_on = Button(self.tr("Go on"), "", self.accept)
        self.go_on.setObjectName("primary")
        self.go_on.setDefault(True)
        self.leave = Button(self.tr("Close the window"), "", self._leave)
        for button in (self.copy, self.leave):
            button.setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        for part in (title, words, self.report, Flow(self.copy, self.leave, self.go_on), self.copied):
            column.addWidget(part)
        self.resize(640, 420)
        self.go_on.setFocus()

    def add(self, report: str) -> None:
        """Another error while the dialog is open."""
        self.report.appendPlainText(f"\n{report}")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report.toPlainText())
        self.copied.setText(self.tr("Copied."))

    def _leave(self) -> None:
        self.accept()
        self.close_chosen.emit()
