"""Asked for, never opened by itself: how books are to be split, before they are added or again."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFormLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.params.page_numbers import parse_pages
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.ui.dialogs.frame import frame_sheet
from ambuda_desktop.ui.ocr_options import OcrOptionsForm
from ambuda_desktop.ui.page_options import PageOptionsForm, align_labels
from ambuda_desktop.ui.text_survey import Needs
from ambuda_desktop.ui.widgets import Button, line, set_text, words_label

WORDS = 340  # pixels that sentences have at least
MOST_HIGH = 560  # pixels


@dataclass(frozen=True)
class Ask:
    """What the dialog is about."""

    heading: str
    explanation: str
    button: str
    options: PageOptions
    presets: Mapping[str, PageOptions]
    title: str | None = None  # what a new book is called; None: its title is not asked for
    pages: str | None = ""  # the pages to begin with; None: they are not asked for
    most_pages: int | None = None  # how many the book has, where that is known
    offers_default: bool = True  # whether the options may become those of all later books
    offers_text: bool = True  # whether the text may be recognised then
    ocr: OcrOptions = field(default_factory=OcrOptions)  # in which way, at first


class SplitOptionsDialog(QDialog):
    """Title, pages and page options, checked while they are typed."""

    #: A title or None, pages or None, PageOptions, whether all later books shall be made so, and how the text is
    #: recognised then (OcrOptions) or None.
    chosen = Signal(object, object, object, bool, object)

    #: The text is wanted in this way (OcrOptions): somebody should look whether all is there for that.
    text_wanted = Signal(object)

    def __init__(self, ask: Ask, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(ask.heading)
        self._ask = ask
        self.title = QLineEdit()
        self.title.setPlaceholderText(ask.title or "")
        self.title.setAccessibleName(self.tr("Title"))
        self.pages = QLineEdit(ask.pages or "")
        self.pages.setPlaceholderText(self.tr("all, or such as 1-20,25"))
        self.pages.setAccessibleName(self.tr("Pages, such as 1-20,25; empty for all"))
        self.form = PageOptionsForm(ask.options, ask.presets)
        self.complaint = words_label()
        self.complaint.setObjectName("complaint")
        self.remember = QCheckBox(self.tr("Make all &books so from now on"))
        self.remember.setVisible(ask.offers_default)
        self.then_ocr = QCheckBox(self.tr("Then recognise the te&xt"))
        self.then_ocr.setVisible(ask.offers_text)
        self.ocr = OcrOptionsForm(ask.ocr)
        self.ocr.hide()
        self._needs = ""
        self.lacks = words_label()
        self.lacks.setObjectName("complaint")
        self.lacks.setMinimumWidth(WORDS)
        self.lacks.hide()
        self.ok = Button(ask.button, "", self._choose)
        self.ok.setObjectName("primary")
        self.ok.setDefault(True)
        self.no = Button(self.tr("Cancel"), "", self.reject)
        self.no.setAutoDefault(False)
        self._lay_out()
        self.pages.textChanged.connect(self._check)
        self.form.changed.connect(self._check)
        self.ocr.changed.connect(self._ask_for_needs)
        self.then_ocr.toggled.connect(self._turn_ocr)
        self._check()

    def _page_fault(self) -> str:
        text = self.pages.text().strip()
        if not text or self._ask.pages is None:
            return ""
        try:
            numbers = parse_pages(text)
        except ValueError as error:
            return str(error)
        if self._ask.most_pages and max(numbers) > self._ask.most_pages:
            words = self.tr("There is no page {}: the book has {} pages.")
            return words.format(max(numbers), self._ask.most_pages)
        return ""

    def _check(self) -> None:
        fault = self._page_fault()
        set_text(self.complaint, fault)
        ocr_fits = not self._needs and self.ocr.options is not None
        fits = self.form.options is not None and (ocr_fits or not self.then_ocr.isChecked())
        self.ok.setEnabled(not fault and fits)

    def show_needs(self, needs: Needs) -> None:
        """What the options for the text lack, and what there is to choose from."""
        if needs.options == self.ocr.options:
            self.ocr.offer(needs.models)
            self._needs = needs.sentence
            set_text(self.lacks, needs.sentence if self.then_ocr.isChecked() else "")
            self._check()

    def _turn_ocr(self, wanted: bool) -> None:
        self.ocr.setVisible(wanted)
        self._ask_for_needs()

    def _ask_for_needs(self) -> None:
        self._needs = ""
        set_text(self.lacks, "")
        if self.then_ocr.isChecked() and self.ocr.options is not None:
            self.text_wanted.emit(self.ocr.options)
        self._check()

    def _choose(self) -> None:
        self.accept()
        title = " ".join(self.title.text().split()) or None
        pages = self.pages.text().strip() or None
        ocr = self.ocr.options if self.then_ocr.isChecked() else None
        self.chosen.emit(title, pages, self.form.options, self.remember.isChecked(), ocr)

    def _lay_out(self) -> None:
        sheet = QWidget()
        column = QVBoxLayout(sheet)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        heading = words_label(self._ask.heading, heavy=True, scale=1.15)
        explanation = words_label(self._ask.explanation)
        for label in (heading, explanation, self.complaint):
            label.setMinimumWidth(WORDS)  # the height is guessed of a width: not of one that never comes
            column.addWidget(label)
        fields = QFormLayout()
        fields.setHorizontalSpacing(24)
        fields.setVerticalSpacing(8)
        fields.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        if self._ask.title is not None:
            fields.addRow(self.tr("&Title"), self.title)
        if self._ask.pages is not None:
            fields.addRow(self.tr("Pa&ges"), self.pages)
        align_labels(fields)
        column.insertLayout(2, fields)
        column.addWidget(line())
        column.addWidget(self.form)
        column.addWidget(self.remember)
        column.addWidget(self.then_ocr)
        column.addWidget(self.ocr)
        column.addWidget(self.lacks)
        column.addStretch(1)
        frame_sheet(self, sheet, self.no, self.ok)
        self.resize(560, min(MOST_HIGH, self.screen().availableGeometry().height() - 80))
