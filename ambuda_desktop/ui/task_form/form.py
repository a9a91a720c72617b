"""The form of one task: a row for each parameter."""

import itertools
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ambuda_desktop.ui.task_form.fields import FormField, arguments
from ambuda_desktop.ui.task_form.row import FormRow
from ambuda_desktop.ui.widgets import words_label

WIDEST = 640  # pixels


class TaskForm(QWidget):
    """Rows stay as long as their parameter does, with what was typed in them and the cursor where it is."""

    entered = Signal()  # Enter was pressed in a field

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, FormRow] = {}
        self._nothing = words_label(self.tr("It takes no parameters."), faint=True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(16)
        self._column.addWidget(self._nothing)
        self.setMaximumWidth(WIDEST)

    def show_fields(self, fields: list[FormField]) -> None:
        """Another task, or the same one after its code was saved."""
        if [row.field for row in self.rows.values()] == fields:
            return
        old, self.rows = self.rows, {}
        for place, field in enumerate(fields):
            row = old.pop(field.name, None)
            if row is None:
                row = FormRow(field)
                row.entered.connect(self.entered)
            elif row.field != field:
                row.show_field(field)
            self.rows[field.name] = row
            if self._column.indexOf(row) != place:
                self._column.insertWidget(place, row)  # moves one that is there already
        for row in old.values():
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._nothing.setVisible(not fields)
        self._order_tabs()

    def put_back(self) -> None:
        """The defaults, in all fields."""
        for row in self.rows.values():
            row.put_back()

    def take(self, given: dict[str, Any]) -> None:
        """Put in what was typed before; fields that are not there any more are passed over."""
        for name, value in given.items():
            if row := self.rows.get(name):
                row.touched = True
                row.input.put(value)
                row.check()

    @property
    def touched(self) -> dict[str, Any]:
        """What a person typed, by field."""
        return {name: row.given for name, row in self.rows.items() if row.touched}

    def arguments(self) -> dict[str, Any] | None:
        """The keyword arguments; None where something is wrong, which is said, and the first of it has the cursor."""
        given = {name: row.given for name, row in self.rows.items()}
        kwargs, complaints = arguments([row.field for row in self.rows.values()], given)
        for name, row in self.rows.items():
            row.complain(complaints.get(name, ""))
        if complaints:
            self.rows[next(iter(complaints))].input.part.setFocus()
            return None
        return kwargs

    def _order_tabs(self) -> None:
        rows = list(self.rows.values())
        for before, after in itertools.pairwise(rows):
            QWidget.setTabOrder(before.input.part, after.input.part)
