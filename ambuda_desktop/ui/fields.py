"""Fields that say what is wrong with a value while it is typed; a wrong one is never passed on."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from ambuda_desktop.ui.widgets import number_box, set_text, words_label

SETTLE = 400  # milliseconds after the last key


class NumberField(QWidget):
    """A whole number between `least` and `most`; `complaint` is said of any other."""

    settled = Signal(int)  # a value that is right, a moment after it was changed by hand

    def __init__(self, name: str, least: int, most: int, complaint: str, suffix: str = "") -> None:
        super().__init__()
        self._least, self._most, self._words = least, most, complaint
        self.box = number_box()
        self.box.setRange(0, 99_999)  # wider than what is right: a box that eats keys explains nothing
        self.box.setMinimumSize(112, 28)
        self.box.setSuffix(suffix)
        self.box.setAccessibleName(name)
        self.complaint = words_label()
        self.complaint.setObjectName("complaint")
        self.complaint.setMinimumWidth(224)
        self.complaint.hide()
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE)
        self._settle.timeout.connect(lambda: self.settled.emit(self.box.value()))
        self.box.valueChanged.connect(self._changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.box, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.complaint)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def show_value(self, value: int | None) -> None:
        """What the value is now; not while it is being changed by hand."""
        if value and not self.box.hasFocus() and not self._settle.isActive() and self.box.value() != value:
            self.box.blockSignals(True)
            self.box.setValue(value)
            self.box.blockSignals(False)
            self._complain()

    def _changed(self) -> None:
        if self._complain():
            self._settle.stop()
        else:
            self._settle.start()

    def _complain(self) -> bool:
        wrong = not self._least <= self.box.value() <= self._most
        set_text(self.complaint, self._words if wrong else "")
        return wrong


def delayed(parent: QWidget, does: Callable[[], None], milliseconds: int = SETTLE) -> QTimer:
    """A timer that calls `does` a moment after its last start."""
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(does)
    return timer
