"""Asked once when the window closes while work is in progress."""

from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from ambuda_desktop.store.facts import put_wish
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.durations import plural
from ambuda_desktop.ui.widgets import Button, words_label


class ClosingDialog(QDialog):
    """Go on in the background, stop after the pages in hand, or keep the window."""

    go_on_chosen = Signal()
    stop_chosen = Signal()

    def __init__(self, tasks: int, copies: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Work is in progress"))
        sentences = []
        if tasks:
            sentences.append(
                plural(tasks, self.tr("%s task has not ended."), self.tr("%s tasks have not ended."))
            )
        if copies:
            files = plural(copies, self.tr("%s file is"), self.tr("%s files are"))
            sentences.append(self.tr("{} still being copied in and will not be added.").format(files))
        sentences.append(self.tr("Nothing that was added is lost either way."))
        title = words_label(self.tr("Close the window while work is in progress?"), heavy=True, scale=1.15)
        self.go_on = Button(self.tr("Go on in the background"), "", self._go_on)
        self.go_on.setObjectName("primary")
        self.go_on.setDefault(True)
        self.stop = Button(self.tr("Stop after the pages in hand"), "", self._stop)
        self.keep = Button(self.tr("Keep the window"), "", self.reject)
        for button in (self.stop, self.keep):
            button.setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        column.addWidget(title)
        words = words_label(" ".join(sentences))
        words.setMinimumWidth(560)
        column.addWidget(words)
        column.addSpacing(8)
        row = QHBoxLayout()
        row.addWidget(self.keep)
        row.addStretch(1)
        row.addSpacing(24)
        row.addWidget(self.stop)
        row.addWidget(self.go_on)
        column.addLayout(row)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)
        self.go_on.setFocus()

    def _go_on(self) -> None:
        self.accept()
        self.go_on_chosen.emit()

    def _stop(self) -> None:
        self.accept()
        self.stop_chosen.emit()


class Leaving(Protocol):
    """A window that can be closed without asking."""

    def leave(self) -> None: ...


def ask_before_closing(window: Leaving, context: Context, tasks: int, copies: int) -> None:
    """Ask once what is to become of the work, and close `window` unless it is kept."""
    assert isinstance(window, QWidget)
    if window.findChild(ClosingDialog) is not None:
        return

    def stop_and_leave() -> None:
        context.write(lambda store, _errand: put_wish(store, "stop", True), lambda _: window.leave())

    dialog = ClosingDialog(tasks, copies, window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.go_on_chosen.connect(window.leave)
    dialog.stop_chosen.connect(stop_and_leave)
    dialog.open()
