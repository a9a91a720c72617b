"""The boxes of the words that were read, over the image of their page."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ambuda_desktop.page_text import PageText, Word
from ambuda_desktop.ui.text_cells import LOW, SURE, percent
from ambuda_desktop.ui.theme import color


def word_words(word: Word) -> str:
    """`कुरुक्षेत्रे: confidence 94 %`."""
    if word.confidence is None:
        return word.text
    words = QCoreApplication.translate("word_boxes", "{}: confidence {}")
    return words.format(word.text, percent(word.confidence))


class WordBoxes:
    """Where the words of one page are. Those of low confidence have a dashed frame, the chosen one is filled."""

    def __init__(self) -> None:
        self.words: Sequence[Word] = ()
        self.chosen: int | None = None
        self._width = self._height = 0

    def show_page(self, page: PageText | None) -> None:
        """Take the words of this page, or of none."""
        self.words = page.words if page else ()
        self._width, self._height = (page.width, page.height) if page else (0, 0)
        self.chosen = None

    def paint(self, painter: QPainter, target: QRect) -> None:
        """Draw them where the image fills `target`."""
        if not self._width or not self._height:
            return
        painter.save()
        for index, word in enumerate(self.words):
            tint = QColor(color(_colour_of(word)))
            is_low = word.confidence is not None and word.confidence < LOW
            pen = QPen(tint, 1.5, Qt.PenStyle.DashLine if is_low else Qt.PenStyle.SolidLine)
            if index == self.chosen:
                tint = QColor(color("accent"))
                pen = QPen(tint, 2.5)
                tint.setAlpha(60)
                painter.fillRect(self._place(word, target), tint)
            painter.setPen(pen)
            painter.drawRect(self._place(word, target))
        painter.restore()

    def at(self, point: QPointF, target: QRect) -> int | None:
        """The word at a point; of several, the last one."""
        if not self._width or not self._height:
            return None
        found = [n for n, word in enumerate(self.words) if self._place(word, target).contains(point)]
        return found[-1] if found else None

    def middle(self, index: int, target: QRect) -> QPointF:
        """The middle of a word where the image fills `target`."""
        return self._place(self.words[index], target).center()

    def _place(self, word: Word, target: QRect) -> QRectF:
        across, down = target.width() / self._width, target.height() / self._height
        return QRectF(
            target.x() + word.x1 * across, target.y() + word.y1 * down,
            (word.x2 - word.x1) * across, (word.y2 - word.y1) * down,
        )  # fmt: skip


def _colour_of(word: Word) -> str:
    if word.confidence is None or word.confidence >= SURE:
        return "done"
    return "fair" if word.confidence >= LOW else "look"
