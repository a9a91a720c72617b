"""What stands in the fields of a task's form: one widget for each kind of parameter, all used alike."""

from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QWidget,
)

from ambuda_desktop.ui.fonts import fixed_font
from ambuda_desktop.ui.task_form.fields import LEFT_OUT, FormField
from ambuda_desktop.ui.task_form.json_schema import same
from ambuda_desktop.ui.widgets import Button

TALL = 6  # lines of JSON before it scrolls


def _tr(text: str) -> str:
    return QCoreApplication.translate("task_form", text)


class Input(QWidget):
    """`edited` is told only of what a person does."""

    edited = Signal()
    entered = Signal()  # Enter was pressed in it

    def __init__(self, part: QWidget) -> None:
        super().__init__()
        self.part = part  # what has the focus
        self.setFocusProxy(part)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.addWidget(part, 1)

    def show_field(self, form_field: FormField) -> None:
        """The field is another one now: its choices, say."""

    @property
    def given(self) -> Any:
        """What stands in it: text, or a JSON value, or LEFT_OUT."""
        raise NotImplementedError

    def put(self, given: Any) -> None:
        raise NotImplementedError


class LineInput(Input):
    """Text and numbers."""

    def __init__(self) -> None:
        self.line = QLineEdit()
        super().__init__(self.line)
        self.line.setMinimumWidth(160)
        self.line.textEdited.connect(lambda _text: self.edited.emit())
        self.line.returnPressed.connect(self.entered)

    @property
    def given(self) -> str:
        return self.line.text()

    def put(self, given: Any) -> None:
        self.line.setText(str(given))


class FileInput(LineInput):
    """A path, typed, dropped or chosen."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = False
        self.choose = Button(_tr("Choose…"), "folder", self._choose)
        self.row.addWidget(self.choose)
        self.line.setAcceptDrops(False)  # a file dropped on it is a book

    def show_field(self, form_field: FormField) -> None:
        self._folder = form_field.kind == "folder"
        self.choose.setAccessibleName(_tr("Choose: {}").format(form_field.name))

    def _choose(self) -> None:
        dialog = QFileDialog(self, self.choose.accessibleName(), self.line.text())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # A path of a schema may be of a file that will be written: any name can be chosen.
        mode = QFileDialog.FileMode.Directory if self._folder else QFileDialog.FileMode.AnyFile
        dialog.setFileMode(mode)
        dialog.fileSelected.connect(self._chosen)
        dialog.open()

    def _chosen(self, path: str) -> None:
        self.put(path)
        self.edited.emit()


class SwitchInput(Input):
    """Yes or no."""

    def __init__(self) -> None:
        self.box = QCheckBox(_tr("Yes"))
        super().__init__(self.box)
        self.box.clicked.connect(lambda _checked: self.edited.emit())

    @property
    def given(self) -> bool:
        return self.box.isChecked()

    def put(self, given: Any) -> None:
        self.box.setChecked(given is True)


class ChoiceInput(Input):
    """One of a few values."""

    def __init__(self) -> None:
        self.box = QComboBox()
        super().__init__(self.box)
        self._values: list[Any] = []
        self.box.setMinimumSize(160, 28)
        self.box.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.box.activated.connect(lambda _row: self.edited.emit())
        self.row.addStretch(1)

    def show_field(self, form_field: FormField) -> None:
        before = self.given
        self._values = [*form_field.choices, *([None] if form_field.nullable else [])]
        if form_field.default is LEFT_OUT:
            self._values.insert(0, LEFT_OUT)
        self.box.clear()
        for value in self._values:
            self.box.addItem(_choice(value, needed=form_field.required))
        self.put(before)

    @property
    def given(self) -> Any:
        row = self.box.currentIndex()
        return self._values[row] if 0 <= row < len(self._values) else LEFT_OUT

    def put(self, given: Any) -> None:
        rows = [row for row, value in enumerate(self._values) if value is given or same(value, given)]
        self.box.setCurrentIndex(rows[0] if rows else 0)


class JsonInput(Input):
    """Anything else, as JSON; as high as what stands in it."""

    def __init__(self) -> None:
        self.box = QPlainTextEdit()
        super().__init__(self.box)
        self.box.setFont(fixed_font())
        self.box.setTabChangesFocus(True)
        self.box.textChanged.connect(self._changed)
        self._fit()

    @property
    def given(self) -> str:
        return self.box.toPlainText()

    def put(self, given: Any) -> None:
        self.box.blockSignals(True)
        self.box.setPlainText(str(given))
        self.box.blockSignals(False)
        self._fit()

    def _changed(self) -> None:
        self._fit()
        self.edited.emit()

    def _fit(self) -> None:
        lines = min(TALL, max(1, self.box.blockCount()))
        self.box.setFixedHeight(lines * self.box.fontMetrics().lineSpacing() + 24)


def make_input(kind: str) -> Input:
    """The widget for a kind of parameter."""
    kinds: dict[str, type[Input]] = {
        "switch": SwitchInput, "choice": ChoiceInput, "file": FileInput, "folder": FileInput, "json": JsonInput,
    }  # fmt: skip
    made: Input = kinds.get(kind, LineInput)()  # type: ignore[call-arg]  # each knows its own part
    return made


def _choice(value: Any, *, needed: bool) -> str:
    if value is LEFT_OUT:
        return _tr("Choose one") if needed else _tr("As the task likes")
    words = {True: _tr("Yes"), False: _tr("No")}
    return _tr("Nothing") if value is None else words[value] if isinstance(value, bool) else str(value)
