"""A book in two lines: title, bar and numbers above; the strip of its pages and its state below."""

from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QHelpEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QToolTip

from ambuda_desktop.ui.fonts import with_weight
from ambuda_desktop.ui.models.book_row import BookRow
from ambuda_desktop.ui.models.books_model import ROW
from ambuda_desktop.ui.painting import draw_bar, draw_mark, draw_strip, page_at
from ambuda_desktop.ui.theme import color

PAD = 16
STRIP = 14  # pixels high
MARK = 12
ROOMY = 440  # pixels of the right zone that hold bar and all numbers
Index = QModelIndex | QPersistentModelIndex
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class _Places:
    title: QRectF
    zone: QRectF  # bar and numbers
    strip: QRectF
    mark: QRectF
    words: QRectF


class BookDelegate(QStyledItemDelegate):
    """Paints BookRows and tells the page under the pointer."""

    hovered = Signal(object, int)  # the row's index, a page: asked for the words of its tool tip

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        # Half a line more than the font asks for: Devanagari's vowel signs reach beyond Latin's height.
        line = QFontMetricsF(_font_of(option)).height() * 1.25
        return QSize(320, round(10 + line + 4 + max(line, STRIP) + 10))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: BookRow = index.data(ROW)
        painter.save()
        _paint_back(painter, option)
        font = _font_of(option)
        places = _places(QRectF(_rect_of(option)), font)
        self._paint_numbers(painter, places.zone, row, font)
        heavy = with_weight(font, QFont.Weight.DemiBold)
        painter.setFont(heavy)
        painter.setPen(color("text"))
        title = QFontMetricsF(heavy).elidedText(row.title, Qt.TextElideMode.ElideRight, places.title.width())
        painter.drawText(places.title, _LEFT, title)
        draw_strip(painter, places.strip, row.cells)
        if not row.cells:  # no strip, so the words begin where it would
            places = replace(places, mark=places.mark.translated(places.title.x() - places.mark.x(), 0))
            places.words.setLeft(places.mark.right() + 8)
        draw_mark(painter, places.mark, row.tone)
        painter.setFont(font)
        painter.setPen(color("failed" if row.tone == "failed" else "text"))
        said = f"{row.state}; {row.note}" if row.note else row.state
        elided = QFontMetricsF(font).elidedText(said, Qt.TextElideMode.ElideRight, places.words.width())
        painter.drawText(places.words, _LEFT, elided)
        painter.restore()

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        row = index.data(ROW) if index.isValid() else None
        if event.type() != QEvent.Type.ToolTip or row is None:
            return super().helpEvent(event, view, option, index)
        places = _places(QRectF(_rect_of(option)), _font_of(option))
        strip = places.strip.adjusted(0, -4, 0, 4)
        page = page_at(places.strip, len(row.cells), event.pos().x())
        if page and strip.contains(event.pos().toPointF()):
            self.hovered.emit(index, page)
        else:
            QToolTip.showText(event.globalPos(), row.sentence, view)
        return True

    def _paint_numbers(self, painter: QPainter, zone: QRectF, row: BookRow, font: QFont) -> None:
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        right = zone.right()
        busy = row.fraction is not None
        for text, sample in (
            (row.left, "59 min left"),
            (row.rate, "1,188 p/min"),
            (row.count, "1,888/1,888"),
        ):
            # While a book is worked on, its columns keep their places; where it is narrow, what is there moves up.
            if not text and not (busy and row.cells and zone.width() >= ROOMY):
                continue
            wide = max(metrics.horizontalAdvance(sample), metrics.horizontalAdvance(text))
            if right - wide < zone.left():
                break
            painter.setPen(color("text" if text is row.count else "faint"))
            painter.drawText(QRectF(right - wide, zone.y(), wide, zone.height()), _RIGHT, text)
            right -= wide + PAD
        if busy and right - zone.left() >= 48:
            bar = QRectF(zone.left(), zone.center().y() - 4, right - zone.left(), 8)
            draw_bar(painter, bar, row.fraction or 0.0, row.tone)


def _places(rect: QRectF, font: QFont) -> _Places:
    line = QFontMetricsF(font).height() * 1.25
    wide = min(520.0, rect.width() * 0.55)
    left, right = rect.left() + PAD, rect.right() - PAD
    split = right - wide
    top = rect.top() + 10
    below = top + line + 4
    middle = below + max(line, STRIP) / 2
    return _Places(
        title=QRectF(left, top, split - left - PAD, line),
        zone=QRectF(split, top, wide, line),
        strip=QRectF(left, middle - STRIP / 2, split - left - PAD, STRIP).toAlignedRect().toRectF(),
        mark=QRectF(split, middle - MARK / 2, MARK, MARK),
        words=QRectF(split + MARK + 8, middle - line / 2, wide - MARK - 8, line),
    )


def _paint_back(painter: QPainter, option: Any) -> None:
    rect = option.rect
    if option.state & QStyle.StateFlag.State_Selected:
        painter.fillRect(rect, color("selected"))
    elif option.state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(rect, color("hover"))
    painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, color("line"))
    if option.state & QStyle.StateFlag.State_Selected and option.state & QStyle.StateFlag.State_HasFocus:
        painter.fillRect(rect.left(), rect.top(), 3, rect.height(), color("accent"))


# The stubs of QStyleOption lack its public fields.
def _rect_of(option: Any) -> Any:
    return option.rect


def _font_of(option: Any) -> QFont:
    return QFont(option.font)
