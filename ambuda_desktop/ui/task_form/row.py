"""One parameter of a task's form: its name, what stands in it, and what is wrong with that."""

from typing import Any

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ambuda_desktop.ui.fonts import with_weight
from ambuda_desktop.ui.task_form.fields import (
    LEFT_OUT,
    OTHERS,
    TYPED,
    FormField,
    Wrong,
    at_first,
    value_of,
)
from ambuda_desktop.ui.task_form.inputs import make_input
from ambuda_desktop.ui.widgets import set_text, words_label


def _tr(text: str) -> str:
    return QCoreApplication.translate("task_form", text)


class FormRow(QWidget):
    """The code may change under it: then it shows the new field and keeps what was typed."""

    entered = Signal()  # Enter was pressed in it

    def __init__(self, form_field: FormField) -> None:
        super().__init__()
        self.field = form_field
        self.touched = False
        self._name = QLabel()
        self._name.setFont(with_weight(self._name.font(), QFont.Weight.DemiBold))
        self._kind = words_label(faint=True)
        self._doc = words_label(faint=True)
        self.complaint = words_label()
        self.complaint.setObjectName("complaint")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._name)
        head.addWidget(self._kind, 1)
        self._column.addLayout(head)
        self._column.addWidget(self._doc)
        self._column.addWidget(self.complaint)
        self._take_input()
        self.show_field(form_field)
        self.put_back()

    @property
    def given(self) -> Any:
        return self.input.given

    def show_field(self, form_field: FormField) -> None:
        """The task's code says something else of this parameter now."""
        before, typed = self.field, self.input.given
        self.field = form_field
        if form_field.kind != before.kind:
            self._column.removeWidget(self.input)
            self.input.hide()
            self.input.deleteLater()
            self._take_input()
            self.touched = self.touched and {before.kind, form_field.kind} <= set(TYPED)
        self.input.show_field(form_field)
        if self.touched and form_field.kind != before.kind:
            self.input.put(typed)
        elif not self.touched:
            self.put_back()
        self._say()
        self.check(quietly=not self.touched)

    def put_back(self) -> None:
        """What stands in it when nobody has touched it."""
        self.touched = False
        self.input.put(at_first(self.field))
        set_text(self.complaint, "")

    def check(self, *, quietly: bool = False) -> None:
        """Say what is wrong with what stands in it; `quietly`: only where something stands in it."""
        try:
            value_of(self.field, self.input.given)
        except Wrong as error:
            blank = self.input.given in ("", LEFT_OUT)
            set_text(self.complaint, "" if quietly or (blank and not self.touched) else str(error))
        else:
            set_text(self.complaint, "")

    def complain(self, sentence: str) -> None:
        set_text(self.complaint, sentence)

    def _take_input(self) -> None:
        self.input = make_input(self.field.kind)
        self.input.edited.connect(self._edited)
        self.input.entered.connect(self.entered)
        self._column.insertWidget(2, self.input)
        self._name.setBuddy(self.input.part)

    def _edited(self) -> None:
        self.touched = True
        self.check()

    def _say(self) -> None:
        name = self.field.name if self.field.name != OTHERS else _tr("Other parameters")
        set_text(self._name, name)
        set_text(self._kind, kind_in_words(self.field))
        set_text(self._doc, self.field.doc)
        self.input.part.setAccessibleName(f"{name}, {kind_in_words(self.field)}")
        self.input.part.setAccessibleDescription(self.field.doc)


def kind_in_words(form_field: FormField) -> str:
    """`whole number · needed`."""
    kinds = {
        "text": _tr("text"), "integer": _tr("whole number"), "number": _tr("number"), "switch": _tr("yes or no"),
        "choice": _tr("choice"), "file": _tr("file"), "folder": _tr("folder"), "json": _tr("JSON"),
    }  # fmt: skip
    must = form_field.required and not form_field.nullable and form_field.kind != "switch"
    if must:
        return _tr("{} · needed").format(kinds[form_field.kind])
    empty = form_field.nullable and form_field.kind in TYPED
    return _tr("{} · may be empty").format(kinds[form_field.kind]) if empty else kinds[form_field.kind]
