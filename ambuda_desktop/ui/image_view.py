"""Showing one image: fitted into its place, or pixel by pixel with scroll bars; or words where there is none."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QWidget

from ambuda_desktop.ui.theme import color
from ambuda_desktop.ui.widgets import set_text, words_label

STEP = 48  # pixels that an arrow key scrolls


class _Canvas(QWidget):
    """Paints the image; the view decides how large this is."""

    def __init__(self) -> None:
        super().__init__()
        self.image: QImage | None = None
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
        painter.end()

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

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._canvas = _Canvas()
        self._fitted = True
        self._drag: QPoint | None = None
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
        self._drag = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            moved = event.position().toPoint() - self._drag
            self._drag = event.position().toPoint()
            self.scroll_by(-moved.x(), -moved.y())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._drag = None

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self.opened.emit()
