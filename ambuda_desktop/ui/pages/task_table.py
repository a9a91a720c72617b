"""The table of tasks as a widget: fixed rows, columns that are never empty, and no jumping."""

from typing import Any

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from ambuda_desktop.store.query import TaskFilter
from ambuda_desktop.ui.delegates.task_delegate import TaskDelegate
from ambuda_desktop.ui.models import task_columns
from ambuda_desktop.ui.models.task_columns import Column
from ambuda_desktop.ui.models.tasks_model import TasksModel

# A text as wide as any that a column usually holds: its width is the column's.
_SAMPLES = {
    Column.STATE: "running since 14:02______",
    Column.PROGRESS: "100/100__________________",
    Column.SUBMITTED: "22 Nov 14:02____",
    Column.TOOK: "59 min 59 s___",
}


class TaskTable(QTableView):
    """Shows a TasksModel."""

    def __init__(self, model: TasksModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = model
        self._top: int | None = None
        measure = self.fontMetrics().horizontalAdvance
        self._widths = {column: measure(sample) for column, sample in _SAMPLES.items()}
        self._name_width = measure("Make pages 100–114____")
        self.setModel(model)
        self.setItemDelegate(TaskDelegate(self))
        self.setAccessibleName(self.tr("Tasks"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self._set_up_headers()

    def fit_columns(self, wanted: TaskFilter) -> None:
        """Hide the columns that a filter leaves empty, and the less important ones where it is narrow."""
        shown = [column for column in Column if task_columns.is_shown(column, wanted)]
        room = self.viewport().width() - len(set(shown) & {Column.TASK, Column.BOOK}) * self._name_width
        for column in (Column.STATE, Column.PROGRESS, Column.TOOK, Column.SUBMITTED):
            if column in shown:
                room -= self.columnWidth(column) or self._widths[column]
                if room < 0 and column != Column.STATE:
                    shown.remove(column)
        for column in Column:
            self.setColumnHidden(column, column not in shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_columns(self._tasks.filter)

    def see_visible(self) -> None:
        """Tell the model which rows are on the screen."""
        first = self.rowAt(0)
        last = self.rowAt(self.viewport().height() - 1)
        self._tasks.set_visible(first, last if last >= 0 else first + 60)

    def remember(self) -> None:
        """The list is about to change: note what stands on top, if the user has scrolled to it."""
        row = self.rowAt(0)
        scrolled = self.verticalScrollBar().value() > 0
        self._top = self._tasks.seq(row) if scrolled and 0 <= row < self._tasks.rowCount() else None

    def restore(self, selected: int | None) -> None:
        """The list has changed: the same task stands on top, the same one is selected."""
        if self._top is not None:
            row = self._tasks.row_of(self._top)
            if row >= 0:
                self.verticalScrollBar().setValue(row)
            self._top = None
        if selected is not None and not self.selectionModel().hasSelection():
            self.choose(selected)

    def selected(self) -> list[int]:
        """The numbers of the selected tasks, by the ranges that were chosen: a million are one."""
        selection: Any = self.selectionModel().selection()  # a list; the stubs do not know
        chosen = {(part.top(), part.bottom()) for part in selection}
        return [seq for top, bottom in sorted(chosen) for seq in self._tasks.seqs(top, bottom)]

    def choose(self, seq: int) -> None:
        """Select a task, where it stands in the table."""
        row = self._tasks.row_of(seq)
        if row >= 0:
            flags = QItemSelectionModel.SelectionFlag
            index = self._tasks.index(row, 0)
            self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)

    def _set_up_headers(self) -> None:
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(max(28, round(self.fontMetrics().height() * 1.7)))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(56)
        for column, width in self._widths.items():
            header.resizeSection(column, width)
        header.setSectionResizeMode(Column.TASK, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(Column.BOOK, QHeaderView.ResizeMode.Stretch)
