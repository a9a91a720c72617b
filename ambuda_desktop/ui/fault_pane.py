"""What is wrong with code that was saved: sentence, place, the line with a caret, and the traceback folded."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
)

from ambuda_desktop.ui import code_words
from ambuda_desktop.ui.code_lines import CodeLines
from ambuda_desktop.ui.flow import Flow
from ambuda_desktop.ui.fonts import fixed_font
from ambuda_desktop.ui.icons import pixmap
from ambuda_desktop.ui.theme import color
from ambuda_desktop.ui.widgets import Button, set_text, words_label
from ambuda_desktop.ui.words import failing_line

TALLEST = 160  # pixels of a traceback


class FaultPane(QFrame):
    """Comes with a fault and goes when the code is mended. Closed by hand, it stays away until another fault."""

    def __init__(self, open_file: Callable[[Path], None]) -> None:
        super().__init__()
        self.setObjectName("bar")
        self.setProperty("tone", "error")
        self._fault: Mapping[str, Any] | None = None
        self._open_file = open_file
        self._icon = QLabel()
        self.title = words_label(heavy=True)
        self.sentence = words_label()
        self.place = QLineEdit()  # a path has no places to wrap at; here it scrolls
        self.code = CodeLines(self.tr("The line that is wrong"))
        self.traceback = CodeLines(self.tr("Traceback of the saved code"), TALLEST)
        self.open = Button(self.tr("Open the file"), "folder", self._open)
        self.fold = QToolButton()
        self.close_button = QToolButton()
        self._set_up()
        self._lay_out()
        self.tint()
        self.hide()

    def show_fault(self, title: str, fault: Mapping[str, Any] | None) -> None:
        """The fault of the moment, or None. The same one again changes nothing."""
        if fault == self._fault:
            return
        self._fault = fault
        if fault is None:
            self.hide()
            return
        set_text(self.title, title)
        set_text(self.sentence, fault.get("sentence") or "")
        self.place.setText(code_words.place(fault))
        self.place.setCursorPosition(0)
        self.place.setVisible(bool(self.place.text()))
        trace = fault.get("traceback") or ""
        text = fault.get("text") or ""
        line = code_words.caret(text, fault.get("column") or 0) if text.strip() else failing_line(trace)
        self.code.show_text(line, caret=line.endswith("^"))
        self.traceback.show_text(trace)
        self.open.setVisible(bool(fault.get("file")))
        self.fold.setVisible(bool(trace))
        self.fold.setChecked(False)
        self.traceback.hide()
        self.setAccessibleName(f"{title} {self.sentence.text()}")
        self.show()

    def tint(self) -> None:
        """Draw the icon in the scheme in use."""
        self._icon.setPixmap(pixmap("warning", color("failed"), 16, max(1, round(self.devicePixelRatioF()))))

    def _open(self) -> None:
        if self._fault is not None:
            self._open_file(Path(self._fault["file"]))

    def _toggle(self, opened: bool) -> None:
        self.traceback.setVisible(opened)
        self.fold.setArrowType(Qt.ArrowType.DownArrow if opened else Qt.ArrowType.RightArrow)

    def _set_up(self) -> None:
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.place.setReadOnly(True)
        self.place.setObjectName("flat")
        self.place.setFont(fixed_font())
        self.place.setAccessibleName(self.tr("File and line"))
        self.fold.setText(self.tr("Traceback"))
        self.fold.setAccessibleName(self.tr("Show the traceback of the saved code"))
        self.fold.setCheckable(True)
        self.fold.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.fold.setArrowType(Qt.ArrowType.RightArrow)
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.toggled.connect(self._toggle)
        self.close_button.setText("✕")
        self.close_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        words = self.tr("Close; the foot of the window still says it")
        self.close_button.setToolTip(words)
        self.close_button.setAccessibleName(words)
        self.close_button.clicked.connect(self.hide)

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(4)
        for part in (self.title, self.sentence, self.place, self.code):
            words.addWidget(part)
        words.addWidget(Flow(self.open, self.fold))
        words.addWidget(self.traceback)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
