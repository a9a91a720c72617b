"""The form for how pages are made: format, quality, colours, resolution, and options that were given a name."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.ui.preset_row import PresetRow
from ambuda_desktop.ui.widgets import number_box, set_text, words_label

LABELS = 96  # pixels of the column of labels
COARSEST, FINEST = 36, 2400  # dpi, as PageOptions has them


class PageOptionsForm(QWidget):
    """Edits PageOptions; what is wrong is said while it is typed, and `options` is None meanwhile."""

    changed = Signal()
    preset_saved = Signal(str, object)  # its name, its PageOptions
    preset_deleted = Signal(str)

    def __init__(
        self, options: PageOptions, presets: Mapping[str, PageOptions], parent: QWidget | None = None
    ):
        super().__init__(parent)
        self.presets = PresetRow(presets)
        self.format = QComboBox()
        self.format.addItem(self.tr("JPEG"), "jpeg")
        self.format.addItem(self.tr("PNG, without any loss"), "png")
        self.quality = number_box()
        self.quality.setRange(1, 100)
        self.gray = QCheckBox(self.tr("&Grayscale, without colours"))
        self.dpi = QLineEdit()
        self.dpi.setPlaceholderText(self.tr("no limit"))
        self.complaint = words_label()
        self.complaint.setObjectName("complaint")
        self._advice = words_label(faint=True)
        self._name_all()
        self._lay_out()
        self.set_options(options)
        self._connect()

    @property
    def options(self) -> PageOptions | None:
        """What the form says; None where something in it is wrong."""
        if self._dpi_fault():
            return None
        text = self.dpi.text().strip()
        return PageOptions(
            format=self.format.currentData(), quality=self.quality.value(), grayscale=self.gray.isChecked(),
            max_dpi=int(text) if text else None,
        )  # fmt: skip

    def set_options(self, options: PageOptions) -> None:
        """Show these options."""
        self.format.setCurrentIndex(self.format.findData(options.format))
        self.quality.setValue(options.quality)
        self.gray.setChecked(options.grayscale)
        self.dpi.setText(str(options.max_dpi) if options.max_dpi else "")
        self._changed()

    def _dpi_fault(self) -> str:
        text = self.dpi.text().strip()
        if not text or (text.isascii() and text.isdigit() and COARSEST <= int(text) <= FINEST):
            return ""
        words = self.tr(
            "“{}” is no resolution: write a number from {} to {}, or leave it empty for no limit."
        )
        return words.format(text, COARSEST, FINEST)

    def _changed(self) -> None:
        options = self.options
        png = self.format.currentData() == "png"
        self.quality.setEnabled(not png)
        set_text(self.complaint, self._dpi_fault())
        set_text(self._advice, self._what_it_means(options) if options else "")
        self.presets.show_options(options)
        self.changed.emit()

    def _what_it_means(self, options: PageOptions) -> str:
        if options.format == "png":
            return self.tr("Every page becomes a PNG: large files.")
        if options.grayscale:
            return self.tr("Scans in colour are made anew, without it; the quality is theirs.")
        return self.tr(
            "Scans that are JPEGs already are copied byte for byte; the quality is for all others."
        )

    def _connect(self) -> None:
        self.format.currentIndexChanged.connect(self._changed)
        self.quality.valueChanged.connect(self._changed)
        self.gray.toggled.connect(self._changed)
        self.dpi.textChanged.connect(self._changed)
        self.presets.chosen.connect(self.set_options)
        self.presets.saved.connect(lambda name: self.preset_saved.emit(name, self.options))
        self.presets.deleted.connect(self.preset_deleted)

    def _name_all(self) -> None:
        for widget, name in (
            (self.format, self.tr("Format of the page images")),
            (self.quality, self.tr("Quality of JPEGs, from 1 to 100")),
            (self.gray, self.tr("Grayscale")),
            (self.dpi, self.tr("Highest resolution in dots per inch; empty for no limit")),
        ):
            widget.setAccessibleName(name)
            widget.setMinimumHeight(28)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(24)
        form.setVerticalSpacing(8)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.addRow(self.tr("Pre&set"), self.presets)
        form.addRow(self.tr("&Format"), self.format)
        form.addRow(self.tr("&Quality"), _short(self.quality))
        form.addRow("", self.gray)
        form.addRow(self.tr("At most (d&pi)"), _short(self.dpi))
        align_labels(form)
        for label in (self.complaint, self._advice):
            label.setMinimumWidth(280)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(form)
        column.addWidget(self.complaint)
        column.addWidget(self._advice)


def align_labels(form: QFormLayout) -> None:
    """Give the labels of a form the width that they have in all forms above and below it."""
    for row in range(form.rowCount()):
        item = form.itemAt(row, QFormLayout.ItemRole.LabelRole)
        label = item.widget() if item is not None else None
        if label is not None:
            label.setMinimumWidth(LABELS)


def _short(field: QWidget) -> QWidget:
    """A field for a few figures, at the left of its place."""
    field.setFixedWidth(112)
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(field)
    row.addStretch(1)
    holder.setFocusProxy(field)
    return holder
