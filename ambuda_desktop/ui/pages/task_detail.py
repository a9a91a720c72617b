"""The selected task: the sentence first, then what to do, then everything a developer needs."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ambuda_desktop.store.query import Task
from ambuda_desktop.ui import words
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.flow import Flow
from ambuda_desktop.ui.fonts import fixed_font
from ambuda_desktop.ui.pages import task_words
from ambuda_desktop.ui.pages.task_log_view import TaskLogView
from ambuda_desktop.ui.pages.task_tries import TaskTries
from ambuda_desktop.ui.widgets import Button, code_box, set_text, turn_button, words_label


class TaskDetail(QScrollArea):
    """Below or beside the table."""

    cancel_wanted = Signal()
    retry_wanted = Signal()
    copy_wanted = Signal()
    task_wanted = Signal(str)  # another try of it
    book_wanted = Signal(str)  # the tasks of this book
    turned = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("The selected task"))
        self._book: str | None = None
        self._title = words_label(heavy=True, scale=1.2)
        self._sentence = words_label()
        self._advice = words_label(faint=True)
        self._failing = words_label()
        self._failing.setFont(fixed_font())
        self._make_buttons()
        self._fold = QToolButton()
        self._traceback = code_box(self.tr("Traceback"))
        self.tries = TaskTries()
        self.log = TaskLogView(context)
        self._arguments = code_box(self.tr("Arguments"))
        self._timeline = words_label()
        self._ids = words_label()
        self._ids.setFont(fixed_font())
        self._lay_out()

    def show_task(self, task: Task, book_title: str, tries: list[Task]) -> None:
        """`tries`: the history of its retries, with itself."""
        self._book = task.book
        name = words.task_name(task)
        set_text(self._title, f"{name} · {book_title}" if book_title else name)
        set_text(self._sentence, task_words.sentence(task))
        set_text(self._advice, task_words.what_to_do(task))
        set_text(self._failing, words.failing_line(task.traceback) if task.traceback else "")
        self._fold.setVisible(bool(task.traceback))
        self._traceback.setVisible(bool(task.traceback) and self._fold.isChecked())
        _set_code(self._traceback, task.traceback or "")
        _set_code(self._arguments, words.pretty(task.payload))
        set_text(self._timeline, task_words.timeline(task))
        set_text(self._ids, task_words.identifiers(task))
        self.tries.show_tries(tries, task.id)
        self.log.follow(task)
        self._cancel.setVisible(not task.ended)
        self._cancel.setEnabled(not task.cancelled)
        self._retry.setVisible(task_words.may_retry(task))
        self._of_book.setVisible(task.book is not None)

    def _make_buttons(self) -> None:
        self._retry = Button(
            self.tr("Retry"), "retry", self.retry_wanted.emit, self.tr("Try it again (Ctrl+R)")
        )
        self._cancel = Button(
            self.tr("Cancel"), "cancel", self.cancel_wanted.emit, self.tr("Stop after the page in hand (Del)")
        )
        self._of_book = Button(
            self.tr("Show all tasks of its book"), "tasks", lambda: self.book_wanted.emit(self._book)
        )
        self._copy = Button(
            self.tr("Copy id"), "copy", self.copy_wanted.emit, self.tr("Copy its id (Ctrl+Shift+C)")
        )

    def _toggle(self, opened: bool) -> None:
        self._traceback.setVisible(opened)
        self._fold.setArrowType(Qt.ArrowType.DownArrow if opened else Qt.ArrowType.RightArrow)

    def _lay_out(self) -> None:
        sheet = QWidget()
        sheet.setObjectName("sheet")
        column = QVBoxLayout(sheet)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(turn_button(self.turned.emit), 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        buttons = Flow(self._retry, self._cancel, self._of_book, self._copy)
        for widget in (self._sentence, self._advice, buttons, self.tries, self._failing):
            column.addWidget(widget)
        self._set_up_fold()
        column.addWidget(self._fold)
        column.addWidget(self._traceback)
        column.addLayout(self._facts())
        column.addStretch(1)
        self.setWidget(sheet)

    def _set_up_fold(self) -> None:
        self._fold.setText(self.tr("Traceback"))
        self._fold.setAccessibleName(self.tr("Show the traceback"))
        self._fold.setCheckable(True)
        self._fold.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._fold.setArrowType(Qt.ArrowType.RightArrow)
        self._fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._fold.toggled.connect(self._toggle)
        self._traceback.setMinimumHeight(160)

    def _facts(self) -> QGridLayout:
        facts = QGridLayout()
        facts.setHorizontalSpacing(16)
        facts.setVerticalSpacing(8)
        parts: list[tuple[str, QWidget]] = [
            (self.tr("Log"), self.log),
            (self.tr("Timeline"), self._timeline),
            (self.tr("Ids"), self._ids),
            (self.tr("Arguments"), self._arguments),
        ]
        for row, (name, part) in enumerate(parts):
            facts.addWidget(words_label(name, faint=True), row, 0, Qt.AlignmentFlag.AlignTop)
            facts.addWidget(part, row, 1)
        facts.setColumnStretch(1, 1)
        self._arguments.setFixedHeight(140)
        return facts


def _set_code(box: QPlainTextEdit, text: str) -> None:
    if box.toPlainText() != text:  # a selection in it survives
        box.setPlainText(text)
