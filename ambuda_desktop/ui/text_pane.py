"""The text of a page, to be read: the word that the cursor is on is told, so that its box can be shown."""

import bisect
from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from ambuda_desktop.page_text import Word
from ambuda_desktop.ui.fonts import with_weight

SCALE = 1.25  # Devanagari is small at the size of Latin
#: The keys that move the cursor here; all others are for whatever this is in.
_MINE = (
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End,
)  # fmt: skip


class TextPane(QPlainTextEdit):
    """Never changes the text: people have editors that they like better."""

    word_chosen = Signal(int)  # its place among the words of the page

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setAccessibleName(self.tr("The text of the page"))
        self.setFont(with_weight(self.font(), self.font().weight(), SCALE))
        keys = Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
        self.setTextInteractionFlags(keys)
        self._spans: list[tuple[int, int, int]] = []
        self._quiet = False
        self.cursorPositionChanged.connect(self._tell)

    def show_text(self, text: str, words: Sequence[Word]) -> None:
        """Show a text; `words`: those that an engine read on its page, as far as they are still in it."""
        if self.toPlainText() != text.rstrip("\n"):
            self._quiet = True
            self.setPlainText(text.rstrip("\n"))
            self._quiet = False
        self._spans = word_spans(self.toPlainText(), words)

    def choose_word(self, index: int) -> None:
        """Select a word."""
        for start, end, word in self._spans:
            if word == index:
                self._quiet = True
                cursor = self.textCursor()
                cursor.setPosition(start)
                cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
                self.setTextCursor(cursor)
                self._quiet = False

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
            if plain and Qt.Key(event.key()) not in _MINE:
                event.ignore()  # a letter is a shortcut of the page view
                return False
        return super().event(event)

    def _tell(self) -> None:
        at = self.textCursor().position()
        place = bisect.bisect_right(self._spans, (at, 1 << 40, 0)) - 1
        if not self._quiet and place >= 0 and at <= self._spans[place][1]:
            self.word_chosen.emit(self._spans[place][2])


def word_spans(text: str, words: Sequence[Word]) -> list[tuple[int, int, int]]:
    """Where each word stands in a text: start, end, which word. A word that a person changed is left out.

    In units of UTF-16, as Qt counts them.
    """
    found: list[tuple[int, int, int]] = []
    at = units = measured = 0
    for index, word in enumerate(words):
        place = text.find(word.text, at)
        # Far away is another one like it: the word itself was changed.
        if not word.text or place < 0 or place - at > 200:
            continue
        units += _units(text[measured:place])
        found.append((units, units + _units(word.text), index))
        measured, at = place, place + len(word.text)
    return found


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
