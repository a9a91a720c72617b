"""Showing one image: fitted into its place, or pixel by pixel with scroll bars; or words where there is none."""

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QToolTip, QWidget

from ambuda_desktop.page_text import PageText
from ambuda_desktop.ui.theme import color
from ambuda_desktop.ui.widgets import set_text, words_label
from ambuda_desktop.ui.word_boxes import WordBoxes, word_words

STEP = 48  # pixels that an arrow key scrolls
CLICK = 4  # pixels that the pointer may move between press and release


class _Canvas(QWidget):
    """Paints the image; the view decides how large this is."""

    def __init__(self) -> None:
        super().__init__()
        self.image: QImage | None = None
        self.boxes = WordBoxes()
        self.shows_boxes = True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.image is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        target = self._place(self.image)
        painter.drawImage(target, self.image)
        painter.setPen(QPen(color("line"), 1))
        painter.drawRect(target.adjusted(0, 0, -1, -1))
        if self.shows_boxes:
            self.boxes.paint(painter, target)
        painter.end()

    @property
    def target(self) -> QRect:
        """Where the image is."""
        return self._place(self.image) if self.image is not None else QRect()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self.shows_boxes:
            word = self.boxes.at(event.pos().toPointF(), self.target)
            QToolTip.showText(
                event.globalPos(), word_words(self.boxes.words[word]) if word is not None else "", self
            )
            return True
        return super().event(event)

    def _place(self, image: QImage) -> QRect:
        """In the middle, never larger than its own pixels, smaller where it does not fit."""
        size = image.size() / self.devicePixelRatioF()
        if size.width() > self.width() or size.height() > self.height():
            size = size.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        corner = QPoint((self.width() - size.width()) // 2, (self.height() - size.height()) // 2)
        return QRect(corner, size)


class ImageView(QScrollArea):
    """Fitted at first; `set_fitted(False)` shows each pixel of the image as one of the screen."""

    resized = Signal()
    opened = Signal()  # double click
    word_chosen = Signal(int)  # a click on the box of a word

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._canvas = _Canvas()
        self._fitted = True
        self._drag: QPoint | None = None
        self._pressed: QPoint | None = None
        self.words = words_label()
        self.words.setParent(self.viewport())
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words.hide()
        self.setWidget(self._canvas)
        self._canvas.setAutoFillBackground(False)
        self.words.raise_()
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keys belong to what it is in
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)

    @property
    def image(self) -> QImage | None:
        return self._canvas.image

    @property
    def room(self) -> QSize:
        """Device pixels an image may fill."""
        size = self.maximumViewportSize()
        return (size * self.devicePixelRatioF()).expandedTo(QSize(1, 1))

    def show_image(self, image: QImage | None, words: str = "") -> None:
        """Show an image, or these words in its place."""
        self._canvas.image = image
        set_text(self.words, words)
        self._fit()

    def show_boxes(self, page: PageText | None) -> None:
        """Draw the boxes of the words that were read on this page."""
        self._canvas.boxes.show_page(page)
        self._canvas.update()

    def set_boxes(self, shown: bool) -> None:
        """Whether boxes are drawn."""
        self._canvas.shows_boxes = shown
        self._canvas.update()

    def choose_word(self, index: int) -> None:
        """Mark the box of a word, and bring it into view."""
        boxes = self._canvas.boxes
        if not 0 <= index < len(boxes.words) or self._canvas.image is None:
            return
        boxes.chosen = index
        middle = boxes.middle(index, self._canvas.target).toPoint()
        self.ensureVisible(middle.x(), middle.y())
        self._canvas.update()

    @property
    def chosen_word(self) -> int | None:
        return self._canvas.boxes.chosen

    def set_fitted(self, fitted: bool) -> None:
        self._fitted = fitted
        self._fit()

    def scroll_by(self, across: int, down: int) -> None:
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() + across)
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() + down)

    def _fit(self) -> None:
        image = self._canvas.image
        self.setWidgetResizable(self._fitted or image is None)
        if not self.widgetResizable() and image is not None:
            before = self._canvas.size()
            self._canvas.resize(image.size() / self.devicePixelRatioF())
            if before != self._canvas.size():
                across = self.horizontalScrollBar()
                across.setValue((across.minimum() + across.maximum()) // 2)  # text is in the middle
        self._canvas.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.words.setGeometry(self.viewport().rect().adjusted(24, 8, -24, -8))
        self.resized.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._drag = self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            moved = event.position().toPoint() - self._drag
            self._drag = event.position().toPoint()
            self.scroll_by(-moved.x(), -moved.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at, pressed = event.position(), self._pressed
        self._drag = self._pressed = None
        if pressed is None or (at.toPoint() - pressed).manhattanLength() > CLICK:
            return
        place = self._canvas.mapFrom(self.viewport(), at)
        word = self._canvas.boxes.at(place, self._canvas.target) if self._canvas.shows_boxes else None
        if word is not None:
            self.choose_word(word)
            self.word_chosen.emit(word)

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self.opened.emit()
