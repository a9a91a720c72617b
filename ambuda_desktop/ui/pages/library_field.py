"""The folder of all books: chosen, checked as it is typed, and moved with a bar."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from ambuda_desktop.errors import BadInput
from ambuda_desktop.relocation import check_library, move_library
from ambuda_desktop.ui.background import Errand
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.durations import size
from ambuda_desktop.ui.fields import delayed
from ambuda_desktop.ui.flow import Flow
from ambuda_desktop.ui.widgets import Button, set_text, words_label

CHECK = 150  # milliseconds after the last key


class LibraryField(QWidget):
    """Nothing is moved until its button is pressed; what is wrong with a folder is said under it."""

    moved = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._errand: Errand | None = None
        self.field = QLineEdit()
        self.field.setAccessibleName(self.tr("Folder of your books"))
        self.field.setAcceptDrops(False)  # a file dropped on it is a book
        self.complaint = words_label()
        self.complaint.setObjectName("complaint")
        self.told = words_label(faint=True)
        self.bar = QProgressBar()
        self.bar.setAccessibleName(self.tr("How far the books are moved"))
        self.choose = Button(self.tr("Choose…"), "folder", self._choose)
        self.choose.setAccessibleName(self.tr("Choose the folder of your books"))
        self.move_button = Button(self.tr("Move the books there"), "", self._move)
        self.stop = Button(self.tr("Stop moving"), "cancel", self._stop)
        self.back = Button(self.tr("Leave it as it is"), "", self.show_place)
        self._check_soon = delayed(self, self._check, CHECK)
        self.field.textEdited.connect(lambda _text: self._check_soon.start())
        self.field.returnPressed.connect(self._check)
        self._lay_out()
        self.show_place()

    def show_place(self) -> None:
        """Where the books are now."""
        if self._errand is None:
            self._check_soon.stop()
            self.field.setText(self._place())
            self._offer(False)
            set_text(self.complaint, "")

    def _place(self) -> str:
        try:
            return str(self._context.paths.library)
        except BadInput:  # the settings are damaged, which the window says elsewhere
            return ""

    def _check(self) -> None:
        text, paths = self.field.text().strip(), self._context.paths
        target = Path(text).expanduser() if text else Path()
        # Off the GUI thread: a folder on a network drive may take its time to answer.
        errand = self._context.background.start(lambda _store, _errand: check_library(paths, target))
        errand.done.connect(lambda _: self._checked(text, ""))
        errand.failed.connect(lambda sentence: self._checked(text, sentence))

    def _checked(self, text: str, complaint: str) -> None:
        if text == self.field.text().strip() and self._errand is None:
            set_text(self.complaint, complaint)
            self._offer(text != self._place())
            self.move_button.setEnabled(not complaint)

    def _offer(self, offered: bool) -> None:
        self.move_button.setVisible(offered)
        self.back.setVisible(offered)

    def _choose(self) -> None:
        dialog = QFileDialog(self, self.tr("Folder of your books"), self.field.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._chosen)
        dialog.open()

    def _chosen(self, folder: str) -> None:
        self.field.setText(folder)
        self._check()

    def _move(self) -> None:
        target, paths = Path(self.field.text().strip()).expanduser(), self._context.paths
        self._errand = errand = self._context.background.start(
            lambda store, errand: move_library(store, paths, target, errand.report), long=True
        )
        self._busy(True)
        set_text(
            self.told, self.tr("Books in work stop after the page in hand, and go on when they are there.")
        )
        errand.progress.connect(self._progress)
        errand.done.connect(lambda _: self._ended(self.tr("The books are in {} now.").format(target), ""))
        errand.failed.connect(lambda sentence: self._ended("", sentence))
        errand.stopped.connect(lambda: self._ended(self.tr("Stopped; the books are where they were."), ""))

    def _progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, 1000)
        self.bar.setValue(done * 1000 // max(1, total))
        self.bar.setFormat(self.tr("{} of {}").format(size(done), size(total)))

    def _stop(self) -> None:
        if self._errand is not None:
            self._errand.stop()

    def _ended(self, told: str, complaint: str) -> None:
        self._errand = None
        self._busy(False)
        if complaint:
            self._offer(True)
        else:
            self.show_place()
        set_text(self.told, told)
        set_text(self.complaint, complaint)
        self.moved.emit()

    def _busy(self, busy: bool) -> None:
        for widget in (self.field, self.choose):
            widget.setEnabled(not busy)
        self.bar.setRange(0, 0)
        self.bar.setFormat("")
        self.bar.setVisible(busy)
        self.stop.setVisible(busy)
        if busy:
            self._offer(False)
            set_text(self.complaint, "")

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.field, 1)
        row.addWidget(self.choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.complaint)
        column.addWidget(Flow(self.move_button, self.back, self.stop))
        column.addWidget(self.bar)
        column.addWidget(self.told)
        for widget in (self.told, self.bar, self.stop):
            widget.hide()
