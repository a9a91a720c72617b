"""The Tasks page: the table of all tasks that pass the filter, and the selected one below or beside it."""

import sqlite3
from collections.abc import Callable

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from ambuda_desktop.google_pages import google_pages
from ambuda_desktop.retry import retry_failed, retry_tasks
from ambuda_desktop.store import books, query
from ambuda_desktop.store.control import cancel
from ambuda_desktop.store.query import TaskFilter
from ambuda_desktop.ui.background import Errand
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.durations import number, plural
from ambuda_desktop.ui.google_cost import say_cost
from ambuda_desktop.ui.models.task_list import TaskList
from ambuda_desktop.ui.models.tasks_model import TasksModel
from ambuda_desktop.ui.pages.empty_books import NoMatch
from ambuda_desktop.ui.pages.filter_chips import FilterChips
from ambuda_desktop.ui.pages.task_detail import TaskDetail
from ambuda_desktop.ui.pages.task_table import TaskTable
from ambuda_desktop.ui.widgets import Button, words_label
from ambuda_desktop.ui.words import group


class TasksPage(QWidget):
    """One row a task."""

    clear_wanted = Signal()
    task_wanted = Signal(str)  # by its id: it may not pass the filter
    book_wanted = Signal(str)  # the tasks of this book

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context = context
        self.list = TaskList(context.background, self)
        self.model = TasksModel(context.watch, self.list, self)
        self.table = TaskTable(self.model, self)
        self.detail = TaskDetail(context, self)
        self.splitter = QSplitter(Qt.Orientation.Vertical, self)
        self.chips = FilterChips(self)
        self._retry_failed = Button(
            "", "retry", self.retry_failed, self.tr("Retry all failed (Ctrl+Shift+R)")
        )
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
        self.chips.show_group(wanted.group)
        self._show_counts()

    def refresh(self) -> None:
        """The store changed, or a second has passed."""
        self.table.see_visible()
        self.model.refresh()
        self._show_counts()
        self._show_detail()

    def open(self, seq: int) -> None:
        """Show one task, and select it as soon as it stands in the table."""
        self.table.selectionModel().clear()
        self._selected = seq
        self.table.choose(seq)
        self._show_detail()

    def cancel(self) -> None:
        """Cancel the selected tasks: one at once, several after the count was confirmed."""
        seqs = self.table.selected()
        if len(seqs) <= 1:
            self._cancel(seqs or self._shown())
        else:
            words = plural(len(seqs), self.tr("Cancel %s task"), self.tr("Cancel %s tasks"))
            question = self.tr("Running ones stop after the page in hand; what they made is kept.")
            self._context.bars.say("cancel", question, "warning", (words, lambda: self._cancel(seqs)))

    def retry(self) -> None:
        """Try the selected tasks again."""
        seqs = self.table.selected() or self._shown()
        if seqs:
            self._retry(lambda store: retry_tasks(store, query.task_ids(store, seqs)))

    def retry_failed(self) -> None:
        """Try all again that failed."""
        self._retry(lambda store: (retry_failed(store), []))

    def _retry(self, tries: Callable[[sqlite3.Connection], tuple[list[str], list[str]]]) -> None:
        paths, bars = self._context.paths, self._context.bars

        def work(store: sqlite3.Connection, _errand: Errand) -> tuple[list[str], list[str], int]:
            new, refused = tries(store)
            return new, refused, google_pages(store, paths, new)

        def ended(outcome: tuple[list[str], list[str], int]) -> None:
            self._retried(outcome[:2])
            say_cost(bars, outcome[2])

        self._context.write(work, ended)

    def copy_ids(self) -> None:
        """The ids of the selected tasks, a line each."""
        seqs = self.table.selected() or self._shown()
        self._look_up(seqs, lambda ids: QGuiApplication.clipboard().setText("\n".join(ids)))

    def turn(self) -> None:
        """Put the detail pane below or beside the table."""
        beside = self.splitter.orientation() == Qt.Orientation.Vertical
        self.splitter.setOrientation(Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical)

    def select(self, seq: int) -> None:
        """Select a task of the table."""
        self.table.choose(seq)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 8, 8)
        head.addWidget(self.chips, 1)
        head.addWidget(self._retry_failed, 0, Qt.AlignmentFlag.AlignTop)
        row = QHBoxLayout(self._filter_row)
        row.setContentsMargins(16, 0, 8, 6)
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
        column.addLayout(head)
        column.addWidget(self._filter_row)
        column.addWidget(self.splitter, 1)

    def _connect(self) -> None:
        self.table.selectionModel().currentChanged.connect(self._select)
        self.model.renewing.connect(self.table.remember)
        self.model.renewed.connect(self._renewed)
        self.detail.cancel_wanted.connect(self.cancel)
        self.detail.retry_wanted.connect(self.retry)
        self.detail.copy_wanted.connect(self.copy_ids)
        self.detail.task_wanted.connect(self.task_wanted)
        self.detail.tries.wanted.connect(self.task_wanted)
        self.detail.book_wanted.connect(self.book_wanted)
        self.detail.turned.connect(self.turn)
        self._no_match.clear_wanted.connect(self.clear_wanted)

    def _renewed(self) -> None:
        with_rows = self.model.rowCount() > 0
        self._stack.setCurrentWidget(self.table if with_rows else self._no_match)
        wanted = self.model.filter
        if not with_rows:
            self._no_match.say(self._nothing(wanted), clearable=wanted != TaskFilter())
        self._show_counts()
        self.table.restore(self._selected)
        self._show_detail()

    def _select(self, current: QModelIndex) -> None:
        if current.isValid():
            self._selected = self.model.seq(current.row())
            self._show_detail()

    def _shown(self) -> list[int]:
        """The task of the detail pane, where it does not stand in the table."""
        return [self._selected] if self._selected is not None else []

    def _show_detail(self) -> None:
        store = self._context.watch.connection
        found = query.tasks(store, [self._selected]) if self._selected else {}
        task = found.get(self._selected or 0)
        self.detail.setVisible(task is not None)
        if task is not None:
            title = books.title(store, task.book) if task.book else ""
            self.detail.show_task(task, title, query.history(store, task.id))

    def _show_counts(self) -> None:
        """The counts of the chips: of all tasks or of one book; under a search only its own is known."""
        store, wanted = self._context.watch.connection, self.model.filter
        if wanted.text:
            self.chips.show_counts({})
        elif wanted.book is not None:
            self.chips.show_counts(query.book_counts(store, wanted.book), query.total(store, wanted.book))
        else:
            self.chips.show_counts(query.counts(store), query.total(store))
        failed = query.counts(store)["failed"]
        self._retry_failed.setVisible(failed > 0 and wanted.group in (None, "failed"))
        words = plural(failed, self.tr("Retry %s failed"), self.tr("Retry all %s failed"))
        self._retry_failed.set_words(words)
        self._filter_row.setVisible(wanted.book is not None or bool(wanted.text))
        self._filter_words.setText(f"{self._words(wanted)}: {number(self.model.rowCount())}")

    def _cancel(self, seqs: list[int]) -> None:
        self._context.bars.hush("cancel")

        def said(hit: int) -> None:
            if not hit:
                self._context.bars.say("cancelled", self.tr("Nothing to cancel: it has ended already."))

        self._context.write(lambda store, _errand: cancel(store, query.task_ids(store, seqs)), said)

    def _retried(self, outcome: tuple[list[str], list[str]]) -> None:
        new, refused = outcome
        bars = self._context.bars
        if refused:
            bars.say("retry", " ".join(refused[:3]), "note" if new else "warning")
        elif not new:
            bars.say("retry", self.tr("Nothing that failed rests: the books are still being worked on."))
        elif len(new) == 1:
            self.task_wanted.emit(new[0])
        else:
            bars.say("retry", self.tr("{} tasks are tried again.").format(number(len(new))))

    def _look_up(self, seqs: list[int], done: Callable[[list[str]], None]) -> None:
        errand = self._context.background.start(lambda store, _errand: query.task_ids(store, seqs))
        errand.done.connect(done)

    def _words(self, wanted: TaskFilter) -> str:
        words = [group(wanted.group)]
        if wanted.book is not None:
            title = books.title(self._context.watch.connection, wanted.book)
            words.append(self.tr("of “{}”").format(title))
        if wanted.text:
            words.append(self.tr("with “{}” in name, id, book or arguments").format(wanted.text))
        return " ".join(words)

    def _nothing(self, wanted: TaskFilter) -> str:
        if wanted == TaskFilter():
            return self.tr("There are no tasks yet. Adding a book makes some.")
        return self.tr("Nothing here: {}.").format(self._words(wanted))
