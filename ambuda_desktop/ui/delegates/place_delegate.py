"""A place of the sidebar: icon, name, count at the right edge."""

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ambuda_desktop.ui.fonts import with_weight
from ambuda_desktop.ui.icons import pixmap
from ambuda_desktop.ui.models.places_model import COUNT, PLACE
from ambuda_desktop.ui.theme import color

Index = QModelIndex | QPersistentModelIndex
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class PlaceDelegate(QStyledItemDelegate):
    """Groups of tasks are indented under Tasks."""

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(160, max(28, round(QFontMetricsF(_any(option).font).height() * 1.7)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self._paint(painter, _any(option), index)

    def _paint(self, painter: QPainter, option: Any, index: Index) -> None:
        place = index.data(PLACE)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        rect = QRectF(option.rect).adjusted(8, 1, -8, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("selected" if selected else "hover"))
            painter.drawRoundedRect(rect, 6, 6)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(color("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        rect.adjust(8, 0, -8, 0)
        if place.group is None:
            scale = max(1, round(painter.device().devicePixelRatioF()))
            picture = pixmap(place.page, color("accent" if selected else "faint"), 16, scale)
            painter.drawPixmap(round(rect.left()), round(rect.center().y() - 8), picture)
        rect.setLeft(rect.left() + 24)
        weight = QFont.Weight.DemiBold if place.group is None else QFont.Weight.Normal
        painter.setFont(with_weight(option.font, weight))
        painter.setPen(color("text"))
        painter.drawText(rect, _MIDDLE | Qt.AlignmentFlag.AlignLeft, index.data(Qt.ItemDataRole.DisplayRole))
        painter.setFont(option.font)
        painter.setPen(color("faint"))
        painter.drawText(rect, _MIDDLE | Qt.AlignmentFlag.AlignRight, index.data(COUNT))
        painter.restore()


def _any(option: QStyleOptionViewItem) -> Any:
    return option  # the stubs lack the public fields of QStyleOption
