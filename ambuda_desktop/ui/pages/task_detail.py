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

from ambuda_desktop.store import schema
from ambuda_desktop.store.query import Task
from ambuda_desktop.ui import words
from ambuda_desktop.ui.durations import exact_clock, lasting
from ambuda_desktop.ui.fonts import fixed_font
from ambuda_desktop.ui.widgets import Button, code_box, set_text, turn_button, words_label


class TaskDetail(QScrollArea):
    """Below or beside the table."""

    cancel_wanted = Signal()
    turned = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setAccessibleName(self.tr("The selected task"))
        self._title = words_label(heavy=True, scale=1.2)
        self._sentence = words_label()
        self._advice = words_label(faint=True)
        self._failing = words_label()
        self._failing.setFont(fixed_font())
        self._cancel = Button(
            self.tr("Cancel"), "cancel", self.cancel_wanted.emit, self.tr("Stop after the page in hand (Del)")
        )
        self._fold = QToolButton()
        self._traceback = code_box(self.tr("Traceback"))
        self._arguments = code_box(self.tr("Arguments"))
        self._timeline = words_label()
        self._ids = words_label()
        self._ids.setFont(fixed_font())
        self._lay_out()

    def show_task(self, task: Task, book_title: str) -> None:
        state, _ = words.task_state(task)
        name = words.task_name(task)
        set_text(self._title, f"{name} · {book_title}" if book_title else name)
        set_text(self._sentence, task.error or f"{state[:1].upper()}{state[1:]}.")
        set_text(self._advice, self._what_to_do(task))
        set_text(self._failing, words.failing_line(task.traceback) if task.traceback else "")
        self._fold.setVisible(bool(task.traceback))
        self._traceback.setVisible(bool(task.traceback) and self._fold.isChecked())
        _set_code(self._traceback, task.traceback or "")
        _set_code(self._arguments, words.pretty(task.payload))
        set_text(self._timeline, self._times(task))
        set_text(self._ids, self._identifiers(task))
        self._cancel.setVisible(not task.ended)
        self._cancel.setEnabled(not task.cancelled)

    def _what_to_do(self, task: Task) -> str:
        if task.state != schema.FAILURE:
            return ""
        if task.book:
            return self.tr(
                "The pages made so far are kept. Mend the cause, then retry the book on the Books page."
            )
        return self.tr("Nothing else was stopped by this. Mend the cause, then submit the task again.")

    def _times(self, task: Task) -> str:
        lines = [self.tr("{}  submitted").format(exact_clock(task.submitted_at))]
        if task.sent_at:
            lines.append(self.tr("{}  given to a worker").format(exact_clock(task.sent_at)))
        if task.started_at:
            lines.append(self.tr("{}  started").format(exact_clock(task.started_at)))
        if task.ended_at:
            lasted = ""
            if task.started_at:
                lasted = self.tr(" after {}").format(lasting(task.ended_at - task.started_at))
            state, _ = words.task_state(task)
            lines.append(f"{exact_clock(task.ended_at)}  {state}{lasted}")
        return "\n".join(lines)

    def _identifiers(self, task: Task) -> str:
        pairs = [
            (self.tr("task"), task.id),
            (self.tr("name"), task.name),
            (self.tr("state"), task.state),
            (self.tr("attempt"), str(task.attempt) if task.attempt else None),
            (self.tr("queue"), task.generation),
            (self.tr("parent"), task.parent),
            (self.tr("retry of"), task.retry_of),
            (self.tr("result"), task.result if task.result not in (None, "null") else None),
        ]
        wide = max(len(name) for name, value in pairs if value)
        return "\n".join(f"{name:<{wide}}  {value}" for name, value in pairs if value)

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
        top = Qt.AlignmentFlag.AlignTop
        head.addWidget(self._cancel, 0, top)
        head.addWidget(turn_button(self.turned.emit), 0, top)
        column.addLayout(head)
        for widget in (self._sentence, self._advice, self._failing):
            column.addWidget(widget)
        self._fold.setText(self.tr("Traceback"))
        self._fold.setAccessibleName(self.tr("Show the traceback"))
        self._fold.setCheckable(True)
        self._fold.setArrowType(Qt.ArrowType.RightArrow)
        self._fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._fold.toggled.connect(self._toggle)
        column.addWidget(self._fold)
        column.addWidget(self._traceback)
        self._traceback.setMinimumHeight(160)
        facts = QGridLayout()
        facts.setHorizontalSpacing(16)
        facts.setVerticalSpacing(8)
        parts: list[tuple[str, QWidget]] = [
            (self.tr("Timeline"), self._timeline),
            (self.tr("Ids"), self._ids),
            (self.tr("Arguments"), self._arguments),
        ]
        for row, (name, part) in enumerate(parts):
            facts.addWidget(words_label(name, faint=True), row, 0, Qt.AlignmentFlag.AlignTop)
            facts.addWidget(part, row, 1)
        facts.setColumnStretch(1, 1)
        self._arguments.setFixedHeight(140)
        column.addLayout(facts)
        column.addStretch(1)
        self.setWidget(sheet)


def _set_code(box: QPlainTextEdit, text: str) -> None:
    if box.toPlainText() != text:  # a selection in it survives
        box.setPlainText(text)
