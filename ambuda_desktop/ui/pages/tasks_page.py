"""The Tasks page: the table of all tasks that pass the filter, and the selected one below or beside it."""

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from ambuda_desktop.store import books, query
from ambuda_desktop.store.control import cancel
from ambuda_desktop.store.query import TaskFilter
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.durations import plural
from ambuda_desktop.ui.models.task_list import TaskList
from ambuda_desktop.ui.models.tasks_model import TasksModel
from ambuda_desktop.ui.pages.empty_books import NoMatch
from ambuda_desktop.ui.pages.task_detail import TaskDetail
from ambuda_desktop.ui.pages.task_table import TaskTable
from ambuda_desktop.ui.widgets import Button, words_label
from ambuda_desktop.ui.words import group


class TasksPage(QWidget):
    """One row a task."""

    clear_wanted = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context = context
        self.list = TaskList(context.background, self)
        self.model = TasksModel(context.watch, self.list, self)
        self.table = TaskTable(self.model, self)
        self.detail = TaskDetail(self)
        self.splitter = QSplitter(Qt.Orientation.Vertical, self)
        self._no_match = NoMatch(self)
        self._stack = QStackedWidget(self)
        self._filter_row = QWidget(self)
        self._filter_words = words_label()
        self._selected: int | None = None
        self._lay_out()
        self._connect()
        self.show_filter(TaskFilter())

    def show_filter(self, wanted: TaskFilter) -> None:
        """Narrow the table; the rows follow in a moment."""
        self._selected = None
        self.model.set_filter(wanted)
        self.table.fit_columns(wanted)
        narrowed = wanted.book is not None or bool(wanted.text)
        self._filter_row.setVisible(narrowed)
        self._filter_words.setText(self._words(wanted))

    def refresh(self) -> None:
        """The store changed, or a second has passed."""
        self.table.see_visible()
        self.model.refresh()
        self._show_detail()

    def cancel(self) -> None:
        """Cancel the selected tasks: one at once, several after the count was confirmed."""
        rows = self.table.selectionModel().selectedRows()
        seqs = [self.model.seq(index.row()) for index in rows]
        if len(seqs) == 1:
            self._cancel(seqs)
        elif seqs:
            words = plural(len(seqs), self.tr("Cancel %s task"), self.tr("Cancel %s tasks"))
            question = self.tr("Running ones stop after the page in hand; what they made is kept.")
            self._context.bars.say("cancel", question, "warning", (words, lambda: self._cancel(seqs)))

    def turn(self) -> None:
        """Put the detail pane below or beside the table."""
        beside = self.splitter.orientation() == Qt.Orientation.Vertical
        self.splitter.setOrientation(Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self._filter_row)
        row.setContentsMargins(16, 6, 8, 6)
        row.addWidget(self._filter_words, 1)
        row.addWidget(Button(self.tr("Clear"), "cancel", self.clear_wanted.emit, self.tr("Show all (Esc)")))
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._no_match)
        self.splitter.addWidget(self._stack)
        self.splitter.addWidget(self.detail)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setStretchFactor(0, 3)
        self.splitter.setStretchFactor(1, 2)
        self.splitter.setSizes([600, 400])
        self._stack.setMinimumSize(320, 80)
        self.detail.setMinimumSize(280, 120)
        self.detail.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._filter_row)
        column.addWidget(self.splitter, 1)

    def _connect(self) -> None:
        self.table.selectionModel().currentChanged.connect(self._select)
        self.model.renewing.connect(self.table.remember)
        self.model.renewed.connect(self._renewed)
        self.detail.cancel_wanted.connect(self.cancel)
        self.detail.turned.connect(self.turn)
        self._no_match.clear_wanted.connect(self.clear_wanted)

    def _renewed(self) -> None:
        with_rows = self.model.rowCount() > 0
        self._stack.setCurrentWidget(self.table if with_rows else self._no_match)
        if not with_rows:
            wanted = self.model.filter
            self._no_match.say(self._nothing(wanted), clearable=wanted != TaskFilter())
        self.table.restore(self._selected)
        self._show_detail()

    def _select(self, current: QModelIndex) -> None:
        if current.isValid():
            self._selected = self.model.seq(current.row())
            self._show_detail()

    def _show_detail(self) -> None:
        found = query.tasks(self._context.watch.connection, [self._selected]) if self._selected else {}
        task = found.get(self._selected or 0)
        self.detail.setVisible(task is not None)
        if task is not None:
            title = books.title(self._context.watch.connection, task.book) if task.book else ""
            self.detail.show_task(task, title)

    def select(self, seq: int) -> None:
        """Select a task of the table."""
        row = self.model.row_of(seq)
        if row >= 0:
            flags = QItemSelectionModel.SelectionFlag
            self.table.selectionModel().setCurrentIndex(
                self.model.index(row, 0), flags.ClearAndSelect | flags.Rows
            )

    def _cancel(self, seqs: list[int]) -> None:
        self._context.bars.hush("cancel")

        def said(hit: int) -> None:
            if not hit:
                self._context.bars.say("cancelled", self.tr("Nothing to cancel: it has ended already."))

        self._context.write(lambda store, _errand: cancel(store, query.task_ids(store, seqs)), said)

    def _words(self, wanted: TaskFilter) -> str:
        words = [group(wanted.group)]
        if wanted.book is not None:
            title = books.title(self._context.watch.connection, wanted.book)
            words.append(self.tr("of {}").format(title))
        if wanted.text:
            words.append(self.tr("with “{}” in name, id, book or arguments").format(wanted.text))
        return " ".join(words)

    def _nothing(self, wanted: TaskFilter) -> str:
        if wanted == TaskFilter():
            return self.tr("There are no tasks yet. Adding a book makes some.")
        return self.tr("Nothing here: {}.").format(self._words(wanted))
