"""The form for how text is recognised: engine, model, preset."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QVBoxLayout, QWidget

from ambuda_desktop.params.ocr_options import DEFAULT_MODEL, OcrOptions
from ambuda_desktop.ui.page_options import align_labels
from ambuda_desktop.ui.widgets import set_text, words_label

BEST = "san+Devanagari"


class OcrOptionsForm(QWidget):
    """Edits OcrOptions; what is wrong is said while it is typed, and `options` is None meanwhile."""

    changed = Signal()

    def __init__(self, options: OcrOptions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.engine, self.model = QComboBox(), QComboBox()
        self.engine.addItem(self.tr("Tesseract, offline"), "tesseract")
        self.engine.addItem(self.tr("Google Vision, over the network"), "google")
        self.model.setEditable(True)
        self.model.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.old_type = QCheckBox(self.tr("&Old type: for worn prints of the 19th century"))
        self.complaint = words_label()
        self.complaint.setObjectName("complaint")
        self._advice = words_label(faint=True)
        for widget, name in (
            (self.engine, self.tr("Which engine reads")),
            (self.model, self.tr("Model of the engine, such as san+Devanagari")),
            (self.old_type, self.tr("Old type")),
        ):
            widget.setAccessibleName(name)
            widget.setMinimumHeight(28)
        self._lay_out()
        self.offer([DEFAULT_MODEL])
        self.set_options(options)
        self.engine.currentIndexChanged.connect(self._changed)
        self.model.editTextChanged.connect(self._changed)
        self.old_type.toggled.connect(self._changed)

    @property
    def options(self) -> OcrOptions | None:
        """What the form says; None where something in it is wrong."""
        if self.engine.currentData() == "google":
            return OcrOptions(engine="google")
        name = self.model.currentText().strip()
        try:
            return OcrOptions(model=name or None, preset="old type" if self.old_type.isChecked() else None)
        except ValueError:
            return None

    def set_options(self, options: OcrOptions) -> None:
        """Show these options."""
        self.engine.setCurrentIndex(self.engine.findData(options.engine))
        self.model.setEditText(options.model_name or DEFAULT_MODEL)
        self.old_type.setChecked(options.preset is not None)
        self._changed()

    def offer(self, models: Sequence[str]) -> None:
        """These models are installed; what is in the field stays."""
        text = self.model.currentText()
        self.model.blockSignals(True)
        self.model.clear()
        self.model.addItems(list(models))
        self.model.setEditText(text)
        self.model.blockSignals(False)

    def _changed(self) -> None:
        google = self.engine.currentData() == "google"
        self.model.setEnabled(not google)
        self.old_type.setEnabled(not google)
        name = self.model.currentText().strip()
        words = self.tr("“{}” is not the name of a model such as Devanagari or san+Devanagari.")
        set_text(self.complaint, words.format(name) if self.options is None else "")
        set_text(self._advice, self._what_it_means(google, name))
        self.changed.emit()

    def _what_it_means(self, google: bool, name: str) -> str:
        if google:
            return self.tr(
                "The images are sent to Google, which asks for money by the page; a page that is tried counts, too."
            )
        if name == BEST:
            return self.tr("The best for Sanskrit; it takes longer.")
        return ""

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(24)
        form.setVerticalSpacing(8)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.addRow(self.tr("&Engine"), self.engine)
        form.addRow(self.tr("&Model"), self.model)
        form.addRow("", self.old_type)
        align_labels(form)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(form)
        column.addWidget(self._advice)
        column.addWidget(self.complaint)
