"""What dialogs with a form have in common: a sheet that scrolls, and buttons that stay below it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget


def frame_sheet(dialog: QDialog, sheet: QWidget, *buttons: QWidget) -> None:
    """Fill a dialog: it may be higher than the screen at 200 %, then the sheet scrolls."""
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setWidget(sheet)
    row = QHBoxLayout()
    row.setContentsMargins(24, 8, 24, 16)
    row.setSpacing(8)
    row.addStretch(1)
    for button in buttons:
        row.addWidget(button)
    outer = QVBoxLayout(dialog)
    outer.setContentsMargins(0, 0, 0, 0)
    outer.setSpacing(0)
    outer.addWidget(scroll, 1)
    outer.addLayout(row)
    dialog.setMinimumSize(420, 320)
