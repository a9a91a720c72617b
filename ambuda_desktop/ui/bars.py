"""Sentences inside the page, instead of modal boxes: one bar each, above what it is about."""

from collections.abc import Callable, Sequence
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ambuda_desktop.ui.icons import pixmap
from ambuda_desktop.ui.theme import color

Kind = Literal["note", "warning", "error"]
Action = tuple[str, Callable[[], None]]  # the words of a button, and what it does
SHORTEST = 40  # pixels high
MOST = 4  # bars at once; older ones that can be closed give way


class Bar(QFrame):
    """One sentence, perhaps with a button that mends it."""

    def __init__(self, sentence: str, kind: Kind, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self.setProperty("tone", kind)
        self.kind = kind
        self.has_buttons = False
        self._icon = QLabel(self)
        self.label = QLabel(sentence, self)
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.label.setSizePolicy(policy)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(16, 6, 8, 6)
        self.row.setSpacing(8)
        self.row.addWidget(self._icon)
        self.row.addWidget(self.label, 1)
        self.say(sentence)
        self.tint()

    def say(self, sentence: str) -> None:
        self.label.setText(sentence)
        self.setAccessibleName(sentence)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """A layout that is short of room gives wrapped words the height of their widest form, unless told."""
        needed = max(SHORTEST, self.row.heightForWidth(self.width()) + 1)  # it rounds down
        if self.minimumHeight() != needed:
            self.setMinimumHeight(needed)

    def add_button(self, words: str, does: Callable[[], None]) -> None:
        button = QPushButton(words, self)
        button.setAccessibleName(words)
        button.clicked.connect(lambda: does())
        self.row.addWidget(button)
        self.has_buttons = True

    def tint(self) -> None:
        """Draw the icon in the scheme in use."""
        if self.kind == "note":
            self._icon.hide()
            return
        scale = max(1, round(self.devicePixelRatioF()))
        self._icon.setPixmap(
            pixmap("warning", color("failed" if self.kind == "error" else "accent"), 16, scale)
        )


class Bars(QWidget):
    """The bars of the window, by key: saying something again under the same key replaces it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars: dict[str, Bar] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    @property
    def sentences(self) -> list[str]:
        return [bar.label.text() for bar in self._bars.values()]

    def say(
        self,
        key: str,
        sentence: str,
        kind: Kind = "note",
        action: Action | None = None,
        closable: bool = True,
        more: Sequence[Action] = (),
    ) -> None:
        """Show a sentence, with a button `action` = (its text, what it does), and `more` of them."""
        old = self._bars.get(key)
        if old is not None and old.kind == kind and action is None and not old.has_buttons:
            old.say(sentence)
            return
        self.hush(key)
        bar = Bar(sentence, kind, self)
        for one in (action, *more) if action is not None else more:
            bar.add_button(*one)
        if closable:
            bar.row.addWidget(self._close_button(key, bar))
            closing = [k for k, b in self._bars.items() if b.property("closable")]
            if len(closing) >= MOST:
                self.hush(closing[0])
        bar.setProperty("closable", closable)
        self._bars[key] = bar
        self._column.addWidget(bar)
        bar.show()

    def has(self, key: str) -> bool:
        """Whether a sentence is still there."""
        return key in self._bars

    def focus(self, key: str) -> None:
        """Put the keyboard on the first button of a sentence: somebody asked for it just now."""
        bar = self._bars.get(key)
        button = bar.findChild(QPushButton) if bar is not None else None
        if button is not None:
            button.setFocus(Qt.FocusReason.OtherFocusReason)

    def hush(self, key: str) -> None:
        """Take a sentence away."""
        bar = self._bars.pop(key, None)
        if bar is not None:
            self._column.removeWidget(bar)
            bar.hide()
            bar.deleteLater()

    def tint(self) -> None:
        for bar in self._bars.values():
            bar.tint()

    def _close_button(self, key: str, bar: Bar) -> QToolButton:
        button = QToolButton(bar)
        button.setText("✕")
        button.setToolTip(self.tr("Close"))
        button.setAccessibleName(self.tr("Close: {}").format(bar.label.text()))
        button.clicked.connect(lambda: self.hush(key))
        return button
