"""Options that were given a name: choose them, keep new ones, delete old ones."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.ui.book_words import options as options_words
from ambuda_desktop.ui.widgets import Button

LONGEST = 60  # letters of a name


class PresetRow(QWidget):
    """A field to choose a preset from or write a new name into; the buttons save and delete what it names."""

    chosen = Signal(object)  # PageOptions
    saved = Signal(str)  # a name for the options in the form
    deleted = Signal(str)

    def __init__(self, presets: Mapping[str, PageOptions], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presets = dict(presets)
        self._options: PageOptions | None = None
        self.field = QComboBox()
        self.field.setEditable(True)
        self.field.setMinimumHeight(28)
        self.field.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.field.setAccessibleName(self.tr("Preset: choose one, or write a name for these options"))
        line = self.field.lineEdit()
        assert line is not None
        line.setMaxLength(LONGEST)
        line.setPlaceholderText(self.tr("a name for these options"))
        self.save = Button(self.tr("Save"), "", self._save)
        self.delete = Button(self.tr("Delete"), "", self._delete)
        for button, name in (
            (self.save, self.tr("Save as a preset")),
            (self.delete, self.tr("Delete the preset")),
        ):
            button.setAccessibleName(name)
            button.setToolTip(name)
            button.setAutoDefault(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.field, 1)
        row.addWidget(self.save)
        row.addWidget(self.delete)
        self.setFocusProxy(self.field)
        self._list("")
        self.field.activated.connect(self._choose)
        self.field.editTextChanged.connect(lambda _text: self._enable())

    def show_options(self, options: PageOptions | None) -> None:
        """The options in the form; None where they are wrong."""
        self._options = options
        named = [name for name, preset in self._presets.items() if preset == options]
        if self._name in self._presets and self._name not in named:
            self.field.setEditText("")  # no longer what the name stands for
        elif not self._name and named:
            self.field.setEditText(named[0])
        self._enable()

    @property
    def _name(self) -> str:
        return " ".join(self.field.currentText().split())

    def _choose(self, index: int) -> None:
        name = self.field.itemText(index)
        if name in self._presets:
            self.chosen.emit(self._presets[name])

    def _save(self) -> None:
        if self._options is not None and self._name:
            name = self._name
            self._presets[name] = self._options
            self._list(name)
            self.saved.emit(name)

    def _delete(self) -> None:
        name = self._name
        if self._presets.pop(name, None) is not None:
            self._list("")
            self.deleted.emit(name)

    def _list(self, current: str) -> None:
        self.field.blockSignals(True)
        self.field.clear()
        for name, options in sorted(self._presets.items()):
            self.field.addItem(name)
            self.field.setItemData(self.field.count() - 1, options_words(options), 3)  # its tool tip
        self.field.setCurrentIndex(self.field.findText(current))
        self.field.setEditText(current)
        self.field.blockSignals(False)
        self._enable()

    def _enable(self) -> None:
        name = self._name
        self.save.setEnabled(
            bool(name) and self._options is not None and self._presets.get(name) != self._options
        )
        self.delete.setEnabled(name in self._presets)
