"""A line of the command palette: what it does, and its keys or its kind at the right edge."""

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ambuda_desktop.ui.theme import color

HINT = Qt.ItemDataRole.UserRole + 1
PAD = 12
Index = QModelIndex | QPersistentModelIndex


class ChoiceDelegate(QStyledItemDelegate):
    """Text on the left, elided; the hint on the right, whole."""

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(200, max(32, round(QFontMetricsF(_any(option).font).height() * 1.9)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self._paint(painter, _any(option), index)

    def _paint(self, painter: QPainter, option: Any, index: Index) -> None:
        painter.save()
        rect = QRectF(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("selected"))
            painter.drawRoundedRect(rect.adjusted(4, 1, -4, -1), 6, 6)
        rect.adjust(PAD, 0, -PAD, 0)
        painter.setFont(option.font)
        metrics = QFontMetricsF(option.font)
        hint = index.data(HINT) or ""
        painter.setPen(color("faint"))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect, middle | Qt.AlignmentFlag.AlignRight, hint)
        rect.setRight(rect.right() - metrics.horizontalAdvance(hint) - PAD)
        painter.setPen(color("text"))
        text = metrics.elidedText(
            index.data(Qt.ItemDataRole.DisplayRole), Qt.TextElideMode.ElideRight, rect.width()
        )
        painter.drawText(rect, middle | Qt.AlignmentFlag.AlignLeft, text)
        painter.restore()


def _any(option: QStyleOptionViewItem) -> Any:
    return option  # the stubs lack the public fields of QStyleOption
