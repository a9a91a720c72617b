"""The log lines of one task, followed while it runs."""

import time

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ambuda_desktop.store import schema
from ambuda_desktop.store.query import Task
from ambuda_desktop.task_log import LogLine, TaskLog
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.durations import number
from ambuda_desktop.ui.theme import color
from ambuda_desktop.ui.widgets import Button, code_box, set_text, words_label

MOST = 1_000  # records shown: a box of more takes long to fill
AFTER_END = 3.0  # seconds that the log of a task that ended is read on: its last lines may come late
_COLOURS = {"DEBUG": "faint", "WARNING": "accent", "ERROR": "failed", "CRITICAL": "failed"}


class TaskLogView(QWidget):
    """Read off the GUI thread, and again once a second while the task runs."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._log: TaskLog | None = None
        self._task_id, self._state = "", ""
        self._read_until = 0.0  # time.monotonic()
        self._reading = False
        self._shown: list[LogLine] = []
        self.words = words_label(faint=True)
        self.box = code_box(self.tr("Log of this task"))
        self.box.setMinimumHeight(120)
        self.copy = Button(self.tr("Copy the log"), "copy", self._copy)
        row = QHBoxLayout()
        row.addWidget(self.words, 1)
        row.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.box)
        context.watch.second.connect(self._second)

    def follow(self, task: Task) -> None:
        """Show the log of this task."""
        if task.id != self._task_id:
            self._task_id = task.id
            self._log = TaskLog(self._context.paths, task.id)
            self._state = ""
            self._show([])
            set_text(self.words, self.tr("Reading…"))
        if task.state != self._state:
            self._state = task.state
            self._read_until = time.monotonic() + AFTER_END
            self._read()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "copy"):
            lines, self._shown = self._shown, []
            self.box.clear()
            self._show(lines)

    def _second(self) -> None:
        if self.isVisible() and (self._runs() or time.monotonic() < self._read_until):
            self._read()

    def _runs(self) -> bool:
        return self._state in schema.IN_FLIGHT

    def _read(self) -> None:
        log = self._log
        if self._reading or log is None:
            return
        self._reading = True
        errand = self._context.background.start(lambda _store, _errand: log.read())
        errand.done.connect(lambda lines: self._arrived(log, lines))
        errand.failed.connect(lambda sentence: self._arrived(log, [], sentence))

    def _arrived(self, log: TaskLog, lines: list[LogLine], complaint: str = "") -> None:
        self._reading = False
        if log is not self._log:
            self._read()  # another task was selected meanwhile
            return
        self._show(lines[-MOST:])
        set_text(self.words, complaint or self._in_words(len(lines)))

    def _in_words(self, count: int) -> str:
        if count > MOST:
            return self.tr("The last {} lines.").format(number(MOST))
        if count:
            return self.tr("Newest at the end.")
        if self._state in schema.TERMINAL:
            return self.tr("It wrote no lines.")
        return self.tr("No lines yet.") if self._runs() else self.tr("No lines yet: it has not started.")

    def _show(self, lines: list[LogLine]) -> None:
        known = len(self._shown)
        if lines[:known] != self._shown:
            self.box.clear()  # older ones came in between, or it is another task
            known = 0
        self._append(lines[known:], first=not known)
        self._shown = lines
        self.box.setVisible(bool(lines))
        self.copy.setVisible(bool(lines))

    def _append(self, lines: list[LogLine], *, first: bool) -> None:
        bar = self.box.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 1
        cursor = QTextCursor(self.box.document())  # not the box's own: a selection in it survives
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        for line in lines:
            form = QTextCharFormat()
            form.setForeground(color(_COLOURS.get(line.level, "text")))
            cursor.insertText(("" if first else "\n") + _words(line), form)
            first = False
        cursor.endEditBlock()
        if lines and at_end:
            bar.setValue(bar.maximum())

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.box.toPlainText())


def _words(line: LogLine) -> str:
    """`13:50:06,123  WARNING  what was said`: time and level of a record, without what all of them share."""
    return f"{line.time[11:]}  {line.level:<7}  {line.message}"
