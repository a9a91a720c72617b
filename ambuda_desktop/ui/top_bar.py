"""The head of the window: the program's name, the search field, and the primary action."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QMenu, QToolButton, QWidget

from ambuda_desktop.ui.icons import icon
from ambuda_desktop.ui.widgets import Button, words_label

TYPING = 200  # milliseconds without a key before the search begins


class TopBar(QWidget):
    """Search narrows the page that is open."""

    searched = Signal(str)
    add_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topbar")
        self._name: QLabel = words_label("Ambuda Desktop", heavy=True, scale=1.1)
        self.search = QLineEdit(self)
        self.search.setClearButtonEnabled(True)
        self.search.setAcceptDrops(False)  # a file dropped on it is a book, not a text
        self.search.setMinimumWidth(280)
        self._glass = QAction(self)
        self.search.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self.add = Button(self.tr("Add"), "add", self.add_wanted.emit, self.tr("Add books (Ctrl+O)"))
        self.add.setObjectName("primary")
        self.add.setAccessibleName(self.tr("Add books"))
        self.add_menu = QMenu(self)
        self._more = QToolButton(self)
        self._more.setObjectName("plain")
        self._more.setText("▾")
        self._more.setToolTip(
            self.tr("Other ways to add books. Drop them with Shift held to choose options.")
        )
        self._more.setAccessibleName(self.tr("Other ways to add books"))
        self._more.setMenu(self.add_menu)
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING)
        self._typing.timeout.connect(lambda: self.searched.emit(self.search.text()))
        self.search.textChanged.connect(lambda _text: self._typing.start())
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(8)
        row.addWidget(self._name, 1)
        row.addWidget(self.search)
        row.addWidget(self.add)
        row.addWidget(self._more)
        self.tint()

    def show_search(self, words: str, text: str, enabled: bool) -> None:
        """The page changed: its own search stands in the field."""
        self._typing.stop()
        self.search.blockSignals(True)
        self.search.setText(text)
        self.search.blockSignals(False)
        self.search.setEnabled(enabled)
        self.search.setPlaceholderText(words)
        self.search.setAccessibleName(words)

    def tint(self) -> None:
        self._glass.setIcon(icon("search", "faint"))
        self.add.tint()
