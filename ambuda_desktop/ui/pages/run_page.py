"""The place where a task is run by hand: choose it, fill in its form, and it is on its way."""

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QSizePolicy, QVBoxLayout, QWidget

from ambuda_desktop.store.submit import NewTask, insert
from ambuda_desktop.ui.catalogue import Entry, entries
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.flow import Flow
from ambuda_desktop.ui.pages.no_tasks import NoTasks
from ambuda_desktop.ui.pages.pool_controls import title
from ambuda_desktop.ui.status import Status
from ambuda_desktop.ui.task_form.fields import form_fields
from ambuda_desktop.ui.task_form.form import TaskForm
from ambuda_desktop.ui.widgets import Button, scroll_sheet, set_text, words_label


class RunPage(QWidget):
    """The form follows the task's code: what is saved there is seen here."""

    started = Signal(str)  # the id of a task that was accepted

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context = context
        self._entries: list[Entry] | None = None
        self._entry: Entry | None = None  # the one whose form is shown; it may have gone meanwhile
        self._typed: dict[str, dict[str, Any]] = {}  # by task, for whoever looks at another and comes back
        self.choice = QComboBox()
        self.every = QCheckBox(self.tr("Show the program's own tasks too"))
        self._doc = words_label()
        self._where = words_label(faint=True)
        self.gone = words_label()
        self.gone.setObjectName("complaint")
        self.gone.hide()
        self.form = TaskForm()
        self.run = Button(
            self.tr("Run"), "play", self.run_now, self.tr("Run it with what stands here (Enter)")
        )
        self.back = Button(self.tr("Back to the defaults"), "retry", self.form.put_back)
        self.empty = NoTasks(context)
        self._set_up()
        self._lay_out()
        self._show_entry(None)

    def show_status(self, status: Status) -> None:
        """The workers may tell other tasks now."""
        if "catalogue" not in status.facts and self._entries is None:
            return
        found = entries(status.facts)
        if found != self._entries:
            self._entries = found
            self._offer()

    def choose(self, name: str) -> None:
        """Show the form of a task."""
        if any(entry.name == name and entry.is_inner for entry in self._entries or []):
            self.every.setChecked(True)
        row = self.choice.findData(name)
        if row >= 0:
            self.choice.setCurrentIndex(row)

    def run_now(self) -> None:
        """Accept the task, if nothing is wrong with what stands in its form."""
        entry = self._entry
        if entry is None or not self.run.isEnabled():
            return
        kwargs = self.form.arguments()
        if kwargs is not None:
            task = NewTask(entry.name, kwargs=kwargs, pool=entry.pool)
            self._context.write(
                lambda store, _errand: insert(store, [task]), lambda _: self.started.emit(task.id)
            )

    def _offer(self) -> None:
        """Fill the choice; the task whose form is open stays in it, even where it has gone."""
        offered = [entry for entry in self._entries or [] if self.every.isChecked() or not entry.is_inner]
        names = [entry.name for entry in offered]
        current = self._entry.name if self._entry else (names[0] if names else "")
        if current and current not in names:
            names.insert(0, current)
        self.choice.blockSignals(True)
        self.choice.clear()
        for name in names:
            self.choice.addItem(name, name)
        self.choice.setCurrentIndex(self.choice.findData(current))
        self.choice.blockSignals(False)
        self._chosen()

    def _chosen(self) -> None:
        name = self.choice.currentData()
        entry = next((entry for entry in self._entries or [] if entry.name == name), None)
        if entry is not None or name is None:
            self._show_entry(entry)
        set_text(self.gone, "" if entry or not name else self._gone(name))
        self.run.setEnabled(entry is not None)

    def _show_entry(self, entry: Entry | None) -> None:
        if self._entry is not None and (entry is None or entry.name != self._entry.name):
            self._typed[self._entry.name] = self.form.touched
            self.form.show_fields([])
        returns = entry is not None and (self._entry is None or entry.name != self._entry.name)
        self._entry = entry
        for part in (self.choice, self._doc, self._where, self.form, self.run, self.back):
            part.setVisible(entry is not None)
        self.empty.setVisible(entry is None)
        if entry is None:
            return
        set_text(self._doc, entry.doc or self.tr("Its code has no words on what it does."))
        set_text(self._where, self.tr("Runs in: {}").format(title(entry.pool)))
        self.form.show_fields(form_fields(entry.schema))
        if returns:
            self.form.take(self._typed.pop(entry.name, {}))
        self.back.setVisible(bool(self.form.rows))

    def _gone(self, name: str) -> str:
        return self.tr(
            "No worker knows {} any more: its file is gone, or the task has another name now. What you typed stays."
        ).format(name)

    def _set_up(self) -> None:
        self.choice.setAccessibleName(self.tr("Task"))
        self.choice.setMinimumSize(240, 28)
        self.choice.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.choice.currentIndexChanged.connect(lambda _row: self._chosen())
        self.every.setAccessibleName(self.every.text())
        self.every.setMinimumHeight(28)
        self.every.toggled.connect(lambda _on: self._offer())
        self.form.entered.connect(self.run_now)
        self.run.setObjectName("primary")
        self.run.tint()
        self.setFocusProxy(self.choice)

    def _lay_out(self) -> None:
        sheet = QWidget()
        column = QVBoxLayout(sheet)
        column.setContentsMargins(24, 16, 24, 24)
        column.setSpacing(12)
        heading = partial(words_label, heavy=True, scale=1.2)
        column.addWidget(heading(self.tr("Run a task")))
        column.addWidget(Flow(self.choice, self.every))
        column.addWidget(self.gone)
        column.addWidget(self._doc)
        column.addWidget(self._where)
        column.addSpacing(4)
        column.addWidget(self.form)
        column.addSpacing(4)
        column.addWidget(Flow(self.run, self.back))
        column.addWidget(self.empty)
        column.addStretch(1)
        scroll_sheet(self, sheet)
