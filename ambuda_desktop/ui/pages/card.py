"""A card: names on the left, then words that take the room there is, then controls."""

from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from ambuda_desktop.ui.widgets import words_label


def card(rows: list[tuple[str, list[QWidget]]]) -> QFrame:
    """A card with these rows."""
    frame = QFrame()
    frame.setObjectName("card")
    grid = QGridLayout(frame)
    grid.setContentsMargins(16, 12, 16, 12)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(12)
    for number, (name, parts) in enumerate(rows):
        label = words_label(name, faint=True)
        label.setMinimumWidth(120)
        grid.addWidget(label, number, 0)
        for place, part in enumerate(parts, start=1):
            grid.addWidget(part, number, place)
    grid.setColumnStretch(1, 1)
    return frame
