"""The pages whose text should be looked at, the least certain first: Enter or a click opens one."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.ui.text_cells import LOW, low_pages, percent
from ambuda_desktop.ui.text_words import is_text_busy, low_words
from ambuda_desktop.ui.widgets import Button, set_text, words_label

MOST_HIGH = 96  # pixels: three rows; more of them scroll
PAGE = Qt.ItemDataRole.UserRole


class LowPages(QWidget):
    """Shown where a book has such pages."""

    opened = Signal(int)
    again_wanted = Signal(object)  # their numbers

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._known: list[tuple[int, float]] = []
        self._words = words_label()
        self.list = QListWidget()
        self.list.setFlow(QListView.Flow.LeftToRight)
        self.list.setWrapping(True)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setUniformItemSizes(True)
        self.list.setSpacing(2)
        self.list.setMaximumHeight(MOST_HIGH)
        self.list.setAccessibleName(self.tr("Pages with low confidence, the least certain first"))
        self.list.itemActivated.connect(self._open)
        self.list.itemClicked.connect(self._open)
        self.again = Button(self.tr("Read these again…"), "retry", self._again)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._words)
        column.addWidget(self.list)
        column.addWidget(self.again, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def show_book(self, book: BookSummary) -> None:
        """The book was read again; the place in the list stays where that is the same."""
        text = book.text
        found = [(page, text.confidence[page] or 0.0) for page in low_pages(text)] if text else []
        self.setVisible(bool(found))
        self.again.setVisible(bool(found) and not is_text_busy(book))
        if found == self._known:
            return
        self._known = found
        set_text(self._words, self.tr("{} (below {}):").format(low_words(len(found)), percent(LOW)))
        at = self.list.currentRow()
        self.list.clear()
        for page, confidence in found:
            item = QListWidgetItem(self.tr("Page {} · {}").format(page, percent(confidence)), self.list)
            item.setData(PAGE, page)
        self.list.setCurrentRow(min(at, len(found) - 1))
        self._fit()

    def _fit(self) -> None:
        metrics = self.list.fontMetrics()
        wide = metrics.horizontalAdvance(self.tr("Page {} · {}").format(88888, percent(1.0))) + 16
        high = round(metrics.height() * 1.5)
        for row in range(self.list.count()):
            self.list.item(row).setSizeHint(QSize(wide, high))
        columns = max(1, self.list.viewport().width() // (wide + 4))
        rows = -(-self.list.count() // columns)
        self.list.setFixedHeight(min(MOST_HIGH, rows * (high + 4) + 8))

    def _open(self, item: QListWidgetItem) -> None:
        self.opened.emit(item.data(PAGE))

    def _again(self) -> None:
        self.again_wanted.emit([page for page, _ in self._known])
