"""A few lines of code in a box that is as high as they are, with the caret in sight however narrow it is."""

from PySide6.QtGui import QResizeEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from ambuda_desktop.ui.fonts import fixed_font

FRAME = 20  # pixels above and below the lines


class CodeLines(QPlainTextEdit):
    """Read only; can be selected and copied."""

    def __init__(self, name: str, tallest: int | None = None) -> None:
        """`tallest`: pixels; more lines than that are scrolled."""
        super().__init__()
        self._tallest = tallest
        self._caret = False
        self.setReadOnly(True)
        self.setAccessibleName(name)
        self.setFont(fixed_font())
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)

    def show_text(self, text: str, *, caret: bool = False) -> None:
        """`caret`: its last letter is what must be seen. An empty box is hidden."""
        self._caret = caret
        self.setPlainText(text)
        self.setVisible(bool(text))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        lines = self.toPlainText().split("\n")
        widest = max(self.fontMetrics().horizontalAdvance(line) for line in lines)
        bar = self.horizontalScrollBar().sizeHint().height() if widest + FRAME > self.width() else 0
        height = len(lines) * self.fontMetrics().lineSpacing() + FRAME + bar
        self.setFixedHeight(min(height, self._tallest) if self._tallest else height)
        if self._caret:
            self.moveCursor(QTextCursor.MoveOperation.End)
            self.ensureCursorVisible()
