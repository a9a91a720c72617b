"""The tasks that pass a filter, a million as well as ten: holds their numbers, reads the visible rows."""

from array import array
from bisect import bisect_left
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from ambuda_desktop.store import books, query
from ambuda_desktop.store.query import Task, TaskFilter
from ambuda_desktop.ui.models import task_columns
from ambuda_desktop.ui.models.task_columns import Column, Progress
from ambuda_desktop.ui.models.task_list import TaskList
from ambuda_desktop.ui.store_watch import StoreWatch
from ambuda_desktop.ui.words import task_state

TONE = Qt.ItemDataRole.UserRole + 1
PROGRESS = Qt.ItemDataRole.UserRole + 2

PAGE = 64  # rows read at once
_KEEP = 8  # pages kept
Index = QModelIndex | QPersistentModelIndex
_NUMBERS = (Column.SUBMITTED, Column.TOOK)


class TasksModel(QAbstractTableModel):
    """One row a task, newest first."""

    renewing = Signal()  # the list is about to be replaced: remember what is selected
    renewed = Signal()

    def __init__(self, watch: StoreWatch, tasks: TaskList, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._watch, self._list = watch, tasks
        self._seqs: array[int] = array("q")
        self._pages: dict[int, dict[int, Task]] = {}
        self._titles: dict[str, str] = {}
        self._visible = (0, PAGE - 1)
        tasks.loaded.connect(self._load)
        tasks.grown.connect(self._grow)

    @property
    def filter(self) -> TaskFilter:
        return self._list.filter

    def set_filter(self, wanted: TaskFilter) -> None:
        """Show other tasks; the rows come when they have been looked up off the GUI thread."""
        self._list.set_filter(wanted)

    def set_visible(self, first: int, last: int) -> None:
        """Tell which rows the view shows: only these are read again when something changes."""
        self._visible = (max(0, first), last)

    def refresh(self) -> None:
        """The store changed: read the visible rows again, and look whether tasks came or went."""
        before = {row: self.task(row) for row in self._visible_rows()}
        self._pages.clear()
        changed = [row for row, task in before.items() if self.task(row) != task or _runs(task)]
        if changed:
            last = len(Column) - 1
            self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], last))
        self._list.renew()

    def task(self, row: int) -> Task | None:
        """The task of a row, read with its neighbours where it was not read yet."""
        if not 0 <= row < len(self._seqs):
            return None
        number = row // PAGE
        if number not in self._pages:
            if len(self._pages) >= _KEEP:
                del self._pages[next(iter(self._pages))]
            wanted = list(self._seqs[number * PAGE : (number + 1) * PAGE])
            self._pages[number] = query.tasks(self._watch.connection, wanted)
        return self._pages[number].get(self._seqs[row])

    def seq(self, row: int) -> int:
        return self._seqs[row]

    def seqs(self, first: int, last: int) -> list[int]:
        """Those of some rows, `last` included."""
        return self._seqs[first : last + 1].tolist()

    def row_of(self, seq: int) -> int:
        """-1 where the task does not pass the filter."""
        row = bisect_left(self._seqs, -seq, key=lambda other: -other)
        return row if row < len(self._seqs) and self._seqs[row] == seq else -1

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._seqs)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(Column)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return task_columns.title(Column(section))
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(Column(section))
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        task = self.task(index.row())
        if task is None:
            return None
        column = Column(index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                found: Any = task_columns.text(task, column, self._titles_of(task))
            case Qt.ItemDataRole.TextAlignmentRole:
                found = _alignment(column)
            case _ if role == TONE and column == Column.STATE:
                found = task_state(task)[1]
            case _ if role == PROGRESS and column == Column.PROGRESS and task.total:
                found = Progress(task.current, task.total)
            case _:
                found = None
        return found

    def _titles_of(self, task: Task) -> dict[str, str]:
        if task.book and task.book not in self._titles:
            self._titles[task.book] = books.title(self._watch.connection, task.book)
        return self._titles

    def _visible_rows(self) -> range:
        first, last = self._visible
        return range(first, min(last + 1, len(self._seqs)))

    def _load(self, seqs: "array[int]") -> None:
        if seqs == self._seqs:
            self.renewed.emit()
            return
        self.renewing.emit()
        self.beginResetModel()
        self._seqs = seqs
        self._pages.clear()
        self.endResetModel()
        self.renewed.emit()

    def _grow(self, newer: "array[int]") -> None:
        self.renewing.emit()
        self.beginInsertRows(QModelIndex(), 0, len(newer) - 1)
        self._seqs = newer + self._seqs
        self._pages.clear()
        self.endInsertRows()
        self.renewed.emit()


def _runs(task: Task | None) -> bool:
    return task is not None and task.started_at is not None and not task.ended


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in _NUMBERS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
