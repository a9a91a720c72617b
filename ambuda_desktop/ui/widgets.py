"""Small pieces that several pages are made of."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ambuda_desktop.ui.fonts import fixed_font, with_weight
from ambuda_desktop.ui.icons import icon

GAP = 4  # pixels between a button's icon and its words


def words_label(text: str = "", *, faint: bool = False, heavy: bool = False, scale: float = 1.0) -> QLabel:
    """Wrapped text that can be selected and copied."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)  # without it a wrapped label takes the height of a guessed width
    label.setSizePolicy(policy)
    if faint:
        label.setObjectName("faint")
    if heavy or scale != 1.0:
        weight = QFont.Weight.DemiBold if heavy else QFont.Weight.Normal
        label.setFont(with_weight(label.font(), weight, scale))
    return label


def set_text(label: QLabel, text: str) -> None:
    """Change a label only where it differs, so that a selection in it survives; hide it when empty."""
    if label.text() != text:
        label.setText(text)
    label.setVisible(bool(text))


class Button(QPushButton):
    """A push button with an icon, an accessible name and its shortcut in the tool tip."""

    def __init__(self, text: str, icon_name: str = "", does: Callable[[], None] | None = None, tip: str = ""):
        super().__init__(text)
        self._icon_name = icon_name
        self.setAccessibleName(text)
        self.setToolTip(tip)
        self.tint()
        if does is not None:
            self.clicked.connect(lambda: does())

    def set_words(self, text: str) -> None:
        if self.text() != text:
            self.setText(text)
            self.setAccessibleName(text)

    def set_icon(self, name: str) -> None:
        if name != self._icon_name:
            self._icon_name = name
            self.tint()

    def tint(self) -> None:
        """Draw the icon in the scheme in use."""
        if self._icon_name:
            role = "on_accent" if self.objectName() == "primary" else "text"
            self.setIcon(icon(self._icon_name, role, gap=GAP))
            self.setIconSize(QSize(16 + GAP, 16))


def number_box() -> QSpinBox:
    """A field for a whole number."""
    box = QSpinBox()
    box.lineEdit().setTextMargins(6, 0, 0, 0)  # a style sheet cannot set it inside of this control
    return box


def code_box(name: str) -> QPlainTextEdit:
    """A read-only box of fixed-width text."""
    box = QPlainTextEdit()
    box.setReadOnly(True)
    box.setAccessibleName(name)
    box.setFont(fixed_font())
    box.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    box.setTabChangesFocus(True)
    return box


def scroll_sheet(page: QWidget, sheet: QWidget) -> None:
    """Fill a page with a sheet that scrolls where it is longer."""
    sheet.setObjectName("sheet")
    scroll = QScrollArea(page)
    scroll.setWidgetResizable(True)
    scroll.setWidget(sheet)
    outer = QVBoxLayout(page)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.addWidget(scroll)


def turn_button(does: Callable[[], None]) -> QToolButton:
    """The button that puts a detail pane on its other side."""
    words = QCoreApplication.translate("widgets", "Put this pane below or beside the list")
    button = QToolButton()
    button.setText(QCoreApplication.translate("widgets", "Move pane"))
    button.setObjectName("quiet")
    button.setToolTip(f"{words} (Ctrl+D)")
    button.setAccessibleName(words)
    button.clicked.connect(lambda: does())
    return button


def line() -> QFrame:
    """A thin line between two parts."""
    frame = QFrame()
    frame.setObjectName("line")
    frame.setFixedHeight(1)
    return frame


def tint_buttons(root: QWidget) -> None:
    """The scheme changed: draw the icons of all buttons below `root` again."""
    for button in root.findChildren(Button):
        button.tint()
