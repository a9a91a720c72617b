"""A small table of facts: as high as its rows, calm when they change, with links to tasks."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from ambuda_desktop.ui.theme import color

TASK = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Row:
    """The words of a row, and the id of the task that its cell `link` leads to."""

    words: tuple[str, ...]
    task: str | None = None
    link: int | None = None


class FactTable(QTableWidget):
    """Read only; rows can be selected and copied."""

    task_wanted = Signal(str)  # by its id

    def __init__(
        self, name: str, titles: Sequence[str], numbers: Sequence[int] = (), parent: QWidget | None = None
    ) -> None:
        """`numbers`: the columns that are aligned to the right."""
        super().__init__(0, len(titles), parent)
        self._titles, self._numbers = list(titles), set(numbers)
        self._shown: list[Row] = []
        self.setObjectName("facts")
        self.setAccessibleName(name)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(max(28, round(self.fontMetrics().height() * 1.7)))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setStretchLastSection(True)
        for column in range(len(titles)):
            item = QTableWidgetItem(self._titles[column])
            item.setTextAlignment(self._alignment(column))
            self.setHorizontalHeaderItem(column, item)
        self.cellClicked.connect(self._click)
        self.activated.connect(lambda index: self._go(index.row()))
        self._fit()

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows; cells that did not change are left alone, so a selection survives."""
        if list(rows) == self._shown:
            return
        self.setRowCount(len(rows))
        for number, row in enumerate(rows):
            if self._shown[number : number + 1] != [row]:
                for column, words in enumerate(row.words):
                    self._put(number, column, words, row.task if column == row.link else None)
        self._shown = list(rows)
        self._fit()

    def retint(self) -> None:
        """The scheme changed: draw the links in its colours."""
        rows, self._shown = self._shown, []
        self.show_rows(rows)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentRow()
        if event.matches(QKeySequence.StandardKey.Copy) and 0 <= row < len(self._shown):
            QGuiApplication.clipboard().setText("\t".join(self._shown[row].words))
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _put(self, row: int, column: int, words: str, task: str | None) -> None:
        item = QTableWidgetItem(words)
        item.setTextAlignment(self._alignment(column))
        item.setToolTip(words)
        if task is not None:
            font = item.font()
            font.setUnderline(True)
            item.setFont(font)
            item.setForeground(color("accent"))
            item.setData(TASK, task)
        self.setItem(row, column, item)

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if column in self._numbers else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter

    def _click(self, row: int, column: int) -> None:
        item = self.item(row, column)
        if item is not None and item.data(TASK):
            self.task_wanted.emit(item.data(TASK))

    def _go(self, row: int) -> None:
        if 0 <= row < len(self._shown) and (task := self._shown[row].task):
            self.task_wanted.emit(task)

    def _fit(self) -> None:
        """As wide as its words, as high as its rows: the page scrolls, not the table."""
        metrics = self.fontMetrics()
        for column in range(self.columnCount() - 1):
            texts = [self._titles[column], *(row.words[column] for row in self._shown)]
            self.setColumnWidth(column, max(metrics.horizontalAdvance(text) for text in texts) + 32)
        header = self.horizontalHeader().sizeHint().height()
        rows = self.verticalHeader().defaultSectionSize() * len(self._shown)
        wide = sum(self.columnWidth(column) for column in range(self.columnCount() - 1))
        bar = self.horizontalScrollBar().sizeHint().height() if wide + 80 > self.viewport().width() else 0
        self.setFixedHeight(header + rows + bar + 2)
