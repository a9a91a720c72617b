"""The states as a row of chips with counts: one click narrows the table of tasks."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QButtonGroup, QToolButton, QVBoxLayout, QWidget

from ambuda_desktop.store.query import STATE_GROUPS
from ambuda_desktop.ui.durations import number
from ambuda_desktop.ui.flow import Flow
from ambuda_desktop.ui.painting import draw_mark
from ambuda_desktop.ui.words import Tone, group

GROUPS: tuple[str | None, ...] = (None, *STATE_GROUPS)
MARK, GAP = 12, 6  # pixels
_TONES: dict[str, Tone] = {"running": "running", "waiting": "waiting", "failed": "failed", "done": "done"}


class FilterChips(QWidget):
    """One chip is chosen at any time. Tab reaches the row, the arrow keys walk along it."""

    chosen = Signal(object)  # a group of states; None: all

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("States of tasks"))
        self.chips: dict[str | None, QToolButton] = {}
        self._buttons = QButtonGroup(self)
        for place, name in enumerate(GROUPS):
            chip = QToolButton()
            chip.setObjectName("chip")
            chip.setCheckable(True)
            chip.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            if name in _TONES:
                chip.setIconSize(QSize(MARK + GAP, MARK))
            self.chips[name] = chip
            self._buttons.addButton(chip, place)
        self.chips[None].setChecked(True)
        self._buttons.idToggled.connect(self._toggled)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Flow(*self.chips.values()))
        self.show_counts({})
        self._tint()

    def show_counts(self, counts: dict[str, int], total: int | None = None) -> None:
        """How many tasks there are of each group, and in all; a count that is not known is not claimed."""
        for name, chip in self.chips.items():
            title = self.tr("All") if name is None else group(name)
            count = total if name is None else counts.get(name)
            text = title if count is None else f"{title}  {number(count)}"
            if chip.text() != text:
                chip.setText(text)
                chip.setAccessibleName(text.replace("  ", " "))
                chip.updateGeometry()

    def show_group(self, name: str | None) -> None:
        """The table was narrowed from elsewhere: the sidebar, say."""
        if not self.chips[name].isChecked():
            self._buttons.blockSignals(True)
            self.chips[name].setChecked(True)
            self._buttons.blockSignals(False)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "chips"):
            self._tint()

    def _toggled(self, place: int, checked: bool) -> None:
        if checked:
            self.chosen.emit(GROUPS[place])

    def _tint(self) -> None:
        for name, tone in _TONES.items():
            self.chips[name].setIcon(_mark_icon(tone))


def _mark_icon(tone: Tone) -> QIcon:
    icon = QIcon()
    for scale in (1, 2, 3):
        picture = QPixmap((MARK + GAP) * scale, MARK * scale)
        picture.setDevicePixelRatio(scale)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        draw_mark(painter, QRectF(0, 0, MARK, MARK), tone)
        painter.end()
        icon.addPixmap(picture)
    return icon
