"""The command palette (Ctrl+K): everything the window can do, found by typing."""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from ambuda_desktop.ui.delegates.choice_delegate import HINT, ChoiceDelegate
from ambuda_desktop.ui.widgets import words_label

WIDTH, HEIGHT = 560, 400  # pixels, at most
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


@dataclass(frozen=True)
class Choice:
    """Something to choose: its words, its keys or kind, and what it does."""

    words: str
    hint: str
    does: Callable[[], object]


def matching(choices: Iterable[Choice], typed: str) -> list[Choice]:
    """Those that hold every typed word, with or without diacritics; the closest first."""
    wanted = _plain(typed).split()
    found = []
    for place, choice in enumerate(choices):
        plain = _plain(choice.words)
        if all(word in plain for word in wanted):
            starts = [plain.startswith(word) or f" {word}" in plain for word in wanted]
            found.append(((not plain.startswith(_plain(typed).strip()), not all(starts), place), choice))
    return [choice for _, choice in sorted(found, key=lambda pair: pair[0])]


class Palette(QDialog):
    """Opened over `window`; closes when something was chosen, with Esc, or when another window is used."""

    def __init__(self, window: QWidget, choices: list[Choice], books: Callable[[str], list[Choice]]) -> None:
        """`books` gives the choices for the books whose title matches what is typed."""
        super().__init__(window, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("commands")
        self.setWindowTitle(self.tr("Commands"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._choices, self._books = choices, books
        self._shown: list[Choice] = []
        self.field = QLineEdit(self)
        self.field.setPlaceholderText(self.tr("What do you want to do? A command, a place or a book"))
        self.field.setAccessibleName(self.tr("Command, place or book"))
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("What matches"))
        self.list.setItemDelegate(ChoiceDelegate(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._nothing = words_label(self.tr("Nothing matches."), faint=True)
        self._nothing.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        for part in (self.field, self.list, self._nothing):
            column.addWidget(part)
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._filter)
        self.field.returnPressed.connect(self._choose)
        self.list.itemClicked.connect(lambda _item: self._choose())
        self._filter("")
        self.resize(min(WIDTH, window.width() - 48), min(HEIGHT, window.height() - 96))
        self.move(window.mapToGlobal(QPoint((window.width() - self.width()) // 2, 56)))
        self.field.setFocus()

    @property
    def words(self) -> list[str]:
        """What is shown, from the top."""
        return [choice.words for choice in self._shown]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # The field keeps the keyboard; the keys that walk through a list walk through the list.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() in _MOVES:
            self.list.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isVisible() and not self.isActiveWindow():
            self.close()

    def _filter(self, typed: str) -> None:
        books = self._books(typed.strip()) if typed.strip() else []
        self._shown = [*matching(self._choices, typed), *books]
        self.list.clear()
        for choice in self._shown:
            item = QListWidgetItem(choice.words)
            item.setData(HINT, choice.hint)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{choice.words} {choice.hint}")
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.setVisible(bool(self._shown))
        self._nothing.setVisible(not self._shown)

    def _choose(self) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self._shown):
            chosen = self._shown[row]
            self.close()
            chosen.does()


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in folded if not unicodedata.combining(letter))
