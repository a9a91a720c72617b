"""How the parts of the main window stand: sidebar left, bars and pages right, head and foot across."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ambuda_desktop.ui.widgets import line

SMALLEST = (760, 480)  # pixels
LEAST = (320, 96)  # pixels of a page, when bars above it have much to say


def lay_out(
    window: QWidget, head: QWidget, sidebar: QWidget, bars: Iterable[QWidget], stack: QWidget, foot: QWidget
) -> None:
    """Put the parts into the window."""
    right = QVBoxLayout()
    right.setSpacing(0)
    for bar in bars:
        right.addWidget(bar)
    # By itself it would never be smaller than its largest page, though another one is open.
    stack.setMinimumSize(*LEAST)
    right.addWidget(stack, 1)
    middle = QHBoxLayout()
    middle.setSpacing(0)
    middle.addWidget(sidebar)
    edge = line()
    edge.setFixedSize(1, 16777215)
    middle.addWidget(edge)
    middle.addLayout(right, 1)
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for part in (head, foot):
        part.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    column.addWidget(head)
    column.addLayout(middle, 1)
    column.addWidget(foot)
    window.setMinimumSize(*SMALLEST)
