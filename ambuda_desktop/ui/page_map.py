"""One cell a page, wrapped into rows: the pointer or the arrow keys tell a page, a click or Enter shows it."""

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.ui.painting import draw_cell
from ambuda_desktop.ui.text_cells import confidence_cells
from ambuda_desktop.ui.text_words import page_and_text
from ambuda_desktop.ui.theme import color

CELL = 14  # pixels from one cell to the next
GAP = 3


class PageMap(QWidget):
    """The pages of one book."""

    told = Signal(str)  # the words for the page under the pointer or the cursor
    moved = Signal(int)  # the cursor, to this page
    looked = Signal(int)  # a click: this page shall be seen
    entered = Signal(int)  # Enter: it shall be seen, and have the keyboard
    opened = Signal(int)  # a double click, or Shift+Enter: in another program
    retry_wanted = Signal(int)
    menu_wanted = Signal(int, QPoint)  # a page, and where on the screen

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._summary: BookSummary | None = None
        self._cells = ""
        self._shows_text = False
        self._page = 1
        retry = QAction(self.tr("Retry this page"), self)
        retry.setShortcut(QKeySequence("R"))
        retry.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        retry.triggered.connect(lambda: self.retry_wanted.emit(self._page))
        self.addAction(retry)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Pages of the book"))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(policy)

    def show_book(self, summary: BookSummary) -> None:
        """Show these pages; the cursor stays where it is in the same book."""
        before, self._summary = self._summary, summary
        cells, self._cells = self._cells, self._letters()
        if before is not None and before.id == summary.id and len(cells) == len(self._cells):
            self._update_changed(cells, self._cells)
            return
        if before is None or before.id != summary.id:
            self._page = 1
        self.setVisible(bool(summary.cells))
        self._fit()
        self.update()

    def show_text(self, text: bool) -> None:
        """Colour the cells by the text of the pages, or by their images."""
        self._shows_text = text
        self._cells = self._letters()
        self.update()

    def _letters(self) -> str:
        book = self._summary
        if book is not None and book.text is not None and self._shows_text:
            return confidence_cells(book.text, len(book.cells))
        return book.cells if book else ""

    def sizeHint(self) -> QSize:
        return QSize(200, max(1, -(-self._count // self._columns)) * CELL + GAP)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._summary is None:
            return
        painter = QPainter(self)
        columns = self._columns
        first = max(0, (event.rect().top() - GAP) // CELL) * columns
        last = ((event.rect().bottom() - GAP) // CELL + 1) * columns
        for index, letter in enumerate(self._cells[first:last], first):
            row, column = divmod(index, columns)
            cell = QRectF(column * CELL + GAP, row * CELL + GAP, CELL - GAP, CELL - GAP)
            draw_cell(painter, cell, letter)
        if self.hasFocus() and self._count:
            painter.setPen(QPen(color("text"), 1))
            painter.drawRect(self._cell(self._page - 1).adjusted(-1.5, -1.5, 1.5, 0.5))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._count:
            shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            (self.opened if shift else self.entered).emit(self._page)
            return
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self._columns,
            Qt.Key.Key_Down: self._columns,
            Qt.Key.Key_Home: -self._count,
            Qt.Key.Key_End: self._count,
        }
        if key not in steps:
            super().keyPressEvent(event)
            return
        self._go(min(max(1, self._page + steps[key]), max(1, self._count)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        page = self._page_at(event.position().toPoint())
        self.told.emit(self._words(page) if page else "")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        page = self._page_at(event.position().toPoint())
        if page:
            self._go(page)
            if event.button() == Qt.MouseButton.LeftButton:
                self.looked.emit(page)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        page = self._page_at(event.position().toPoint())
        if page and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(page)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not self._count:
            return
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            at = self.mapToGlobal(self._cell(self._page - 1).center().toPoint())
            self.menu_wanted.emit(self._page, at)
        elif page := self._page_at(event.pos()):
            self.menu_wanted.emit(page, event.globalPos())

    def leaveEvent(self, event: QEvent) -> None:
        self.told.emit("")
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._go(min(self._page, max(1, self._count)))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.told.emit("")

    @property
    def page(self) -> int:
        """Where the cursor is."""
        return self._page

    def go(self, page: int) -> None:
        """Put the cursor on a page; nothing is said of it."""
        self._page = page
        self.update()

    @property
    def _count(self) -> int:
        return len(self._cells)

    @property
    def _columns(self) -> int:
        return max(1, (self.width() - GAP) // CELL)

    def _update_changed(self, before: str, now: str) -> None:
        """Paint only the rows between the first change and the last: a thousand cells take 10 ms."""
        if before == now:
            return
        first = next(i for i, (a, b) in enumerate(zip(before, now, strict=True)) if a != b)
        last = (
            len(now)
            - 1
            - next(i for i, (a, b) in enumerate(zip(before[::-1], now[::-1], strict=True)) if a != b)
        )
        top, bottom = self._cell(first).toAlignedRect(), self._cell(last).toAlignedRect()
        self.update(0, top.top(), self.width(), bottom.bottom() - top.top() + 1)

    def _fit(self) -> None:
        height = self.sizeHint().height()
        if self.minimumHeight() != height:
            self.setFixedHeight(height)

    def _cell(self, index: int) -> QRectF:
        row, column = divmod(index, self._columns)
        return QRectF(column * CELL + GAP, row * CELL + GAP, CELL - GAP, CELL - GAP)

    def _page_at(self, point: QPoint) -> int | None:
        column, row = (point.x() - GAP) // CELL, (point.y() - GAP) // CELL
        page = row * self._columns + column + 1
        return page if 0 <= column < self._columns and 1 <= page <= self._count else None

    def _words(self, page: int) -> str:
        return page_and_text(self._summary, page) if self._summary and page <= self._count else ""

    def _go(self, page: int) -> None:
        moved, self._page = page != self._page, page
        if moved:
            self.moved.emit(page)
        self.setAccessibleDescription(self._words(page))
        self.told.emit(self._words(page))
        self.update()
