"""Drawing states, bars and strips of pages. States differ by shape as well as by colour."""

from functools import lru_cache
from itertools import groupby

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from ambuda_desktop.store import pages as cells
from ambuda_desktop.ui import text_cells as texts
from ambuda_desktop.ui.theme import color
from ambuda_desktop.ui.words import Tone

#: How a page's cell looks: the colour's name, and how much of the height it fills, from below.
CELLS: dict[str, tuple[str, float]] = {
    cells.LEFT_OUT: ("waiting", 0.08),
    cells.WAITING: ("waiting", 0.25),
    cells.RUNNING: ("running", 0.6),
    cells.DONE: ("done", 0.8),
    cells.LOOK: ("look", 0.8),
    cells.FAILED: ("failed", 1.0),
    texts.HIGH: ("done", 0.8),
    texts.FAIR: ("fair", 0.55),
    texts.POOR: ("look", 0.8),
    texts.PERSON: ("faint", 0.8),
    texts.BLANK: ("done", 0.8),
}
_NOTCHED = (cells.LOOK, texts.POOR)
#: Which letter wins where several pages share a pixel.
_WORST_FIRST = "".join(
    (
        cells.FAILED, cells.LOOK, texts.POOR, cells.RUNNING, cells.WAITING, texts.FAIR, cells.DONE, texts.HIGH,
        texts.PERSON, texts.BLANK, cells.LEFT_OUT,
    )
)  # fmt: skip
_GAP_FROM = 5.0  # pixels a cell must be wide to have a gap beside it
WIDEST_CELL = 12.0  # pixels


def draw_mark(painter: QPainter, rect: QRectF, tone: Tone) -> None:
    """A mark for a state: tick, arrow, ring, diamond or cross."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour = color("faint" if tone == "waiting" else tone)
    pen = QPen(colour, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    x, y, w, h = rect.x(), rect.y(), rect.width(), rect.height()

    def at(fx: float, fy: float) -> QPointF:
        return QPointF(x + fx * w, y + fy * h)

    if tone == "done":
        painter.drawPolyline(QPolygonF([at(0.12, 0.55), at(0.4, 0.82), at(0.88, 0.2)]))
    elif tone == "failed":
        painter.drawLine(at(0.18, 0.18), at(0.82, 0.82))
        painter.drawLine(at(0.82, 0.18), at(0.18, 0.82))
    else:
        painter.setPen(QPen(colour, 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush if tone == "waiting" else colour)
        if tone == "waiting":
            painter.drawEllipse(rect.adjusted(w * 0.16, h * 0.16, -w * 0.16, -h * 0.16))
        elif tone == "running":
            painter.drawPolygon(QPolygonF([at(0.25, 0.15), at(0.85, 0.5), at(0.25, 0.85)]))
        else:
            painter.drawPolygon(QPolygonF([at(0.5, 0.06), at(0.94, 0.5), at(0.5, 0.94), at(0.06, 0.5)]))
    painter.restore()


def draw_bar(painter: QPainter, rect: QRectF, fraction: float, tone: Tone) -> None:
    """How far something is."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    radius = rect.height() / 2
    painter.setBrush(color("line"))
    painter.drawRoundedRect(rect, radius, radius)
    if fraction > 0:
        painter.setBrush(color("running" if tone == "waiting" else tone))
        filled = QRectF(rect)
        filled.setWidth(max(rect.height(), rect.width() * min(1.0, fraction)))
        painter.drawRoundedRect(filled, radius, radius)
    painter.restore()


def cell_width(width: float, count: int) -> float:
    """How wide the cell of one page is in a strip; whole pixels where there is room."""
    wide = min(WIDEST_CELL, width / count)
    return float(int(wide)) if wide >= _GAP_FROM else wide


def page_at(rect: QRectF, count: int, x: float) -> int | None:
    """The page (from 1) whose cell of the strip in `rect` is at `x`."""
    if not count or x < rect.x():
        return None
    page = int((x - rect.x()) / cell_width(rect.width(), count)) + 1
    return page if page <= count else None


def draw_strip(painter: QPainter, rect: QRectF, book: str) -> None:
    """One cell a page; neighbours that look alike are drawn at once where cells are narrow."""
    if not book:
        return
    wide = cell_width(rect.width(), len(book))
    if wide >= _GAP_FROM:
        for index, letter in enumerate(book):
            draw_cell(painter, QRectF(rect.x() + index * wide, rect.y(), wide - 1, rect.height()), letter)
        return
    x = 0
    for letter, run in groupby(_columns(book, wide, rect.width())):
        length = len(list(run))
        draw_cell(painter, QRectF(rect.x() + x, rect.y(), length, rect.height()), letter)
        x += length


def draw_cell(painter: QPainter, rect: QRectF, letter: str) -> None:
    """One page."""
    name, share = CELLS[letter]
    height = round(rect.height() * share)
    colour: QColor = color(name)
    painter.fillRect(QRectF(rect.x(), rect.bottom() - height, rect.width(), height), colour)
    if letter in _NOTCHED and rect.height() >= 8:  # a notch, so that it is not known by colour alone
        painter.fillRect(QRectF(rect.x(), rect.bottom() - height / 2 - 1, rect.width(), 2), color("base"))
    elif letter == texts.BLANK and min(rect.width(), height) > 3:  # hollow
        inside = QRectF(rect.x() + 1, rect.bottom() - height + 1, rect.width() - 2, height - 2)
        painter.fillRect(inside, color("base"))


@lru_cache(maxsize=256)
def _columns(book: str, wide: float, width: float) -> str:
    """The letter of each pixel column; a single failed page of a thousand is still seen."""
    columns = min(int(width), max(1, round(wide * len(book))))
    count = len(book)
    letters = []
    for column in range(columns):
        first = column * count // columns
        share = book[first : max(first + 1, (column + 1) * count // columns)]
        letters.append(share if len(share) == 1 else min(share, key=_WORST_FIRST.index))
    # A page that somebody must find gets two pixels at least.
    for column in range(columns - 1, 0, -1):
        if letters[column - 1] in (cells.FAILED, *_NOTCHED) and letters[column] != cells.FAILED:
            letters[column] = letters[column - 1]
    return "".join(letters)
