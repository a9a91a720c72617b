"""Asked for, never opened by itself: how the text of books is to be recognised, and of which pages."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.params.page_numbers import parse_pages
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.ui.book_words import titles
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.dialogs.trial import Trial
from ambuda_desktop.ui.fields import delayed
from ambuda_desktop.ui.ocr_options import OcrOptionsForm
from ambuda_desktop.ui.page_options import align_labels
from ambuda_desktop.ui.text_survey import Survey, installed_models, survey
from ambuda_desktop.ui.text_words import LOW
from ambuda_desktop.ui.widgets import Button, line, number_box, set_text, words_label

WORDS = 340  # pixels that sentences have at least
ROOMY, MARGIN = QSize(900, 760), QSize(40, 60)  # for a page and its text; what a screen keeps for itself
CHECK = 120  # milliseconds after the last change


class RecogniseDialog(QDialog):
    """What would be read, what it costs and what is missing is said before anything is started."""

    chosen = Signal(object)  # an OcrBook; its book is empty

    def __init__(
        self, context: Context, books: Sequence[BookSummary], options: OcrOptions,
        pages: str = "", page: int = 1, parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """`pages`: those to begin with, `page`: the one to try it on."""
        super().__init__(parent)
        self._context, self._books = context, list(books)
        self._only = books[0] if len(books) == 1 else None
        self.setWindowTitle(self.tr("Recognise the text of {}").format(titles(books)))
        self.form = OcrOptionsForm(options)
        self.which, self.range, self.below = QComboBox(), QLineEdit(pages), number_box()
        self.told, self.complaint = words_label(), words_label()
        self.complaint.setObjectName("complaint")
        self.trial = None
        if self._only is not None:
            self.trial = Trial(context, self._only.id, page, len(self._only.cells))
            self.trial.opened.connect(self._make_room)
        self.ok = Button(self.tr("Recognise text"), "", self._choose)
        self.ok.setObjectName("primary")
        self.ok.setDefault(True)
        self.no = Button(self.tr("Cancel"), "", self.reject)
        self.no.setAutoDefault(False)
        self._check_soon = delayed(self, self._check, CHECK)
        self._set_up(pages)
        self._lay_out()
        self._changed()
        errand = context.background.start(lambda _store, _errand: installed_models(context.paths))
        errand.done.connect(self.form.offer)

    @property
    def asked(self) -> OcrBook | None:
        """What the dialog says; None where something in it is wrong."""
        options, which = self.form.options, self.which.currentData()
        if options is None or (which == "range" and self._range_fault()):
            return None
        return OcrBook(
            book="", options=options, only_missing=which == "missing",
            pages=self.range.text().strip() if which == "range" else None,
            below=self.below.value() / 100 if which == "below" else None,
        )  # fmt: skip

    def done(self, result: int) -> None:
        if self.trial is not None:
            self.trial.stop()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.trial is not None:
            self.trial.stop()
        super().closeEvent(event)

    def _set_up(self, pages: str) -> None:
        self.which.addItem(self.tr("those without text"), "missing")
        self.which.addItem(self.tr("all"), "all")
        if self._only is not None:
            self.which.addItem(self.tr("only some:"), "range")
        self.which.addItem(self.tr("those with a confidence below:"), "below")
        self.which.setCurrentIndex(max(0, self.which.findData("range" if pages else "missing")))
        self.which.setAccessibleName(self.tr("Which pages are read"))
        self.range.setPlaceholderText(self.tr("such as 1-20,25"))
        self.range.setAccessibleName(self.tr("Pages, such as 1-20,25"))
        self.below.setRange(1, 100)
        self.below.setValue(round(LOW * 100))
        self.below.setSuffix(self.tr(" %"))
        self.below.setAccessibleName(self.tr("Confidence in percent"))
        for field in (self.which, self.range, self.below):
            field.setMinimumHeight(28)
        self.form.changed.connect(self._changed)
        self.which.currentIndexChanged.connect(self._changed)
        self.range.textChanged.connect(self._changed)
        self.below.valueChanged.connect(self._changed)

    def _range_fault(self) -> str:
        text = self.range.text().strip()
        if not text:
            return self.tr("Say which pages, such as 1-20,25.")
        try:
            last = max(parse_pages(text))
        except ValueError as error:
            return str(error)
        most = len(self._only.cells) if self._only else last
        if last > most:
            return self.tr("There is no page {}: the book has {} pages.").format(last, most)
        return ""

    def _changed(self) -> None:
        which = self.which.currentData()
        self.range.setVisible(which == "range")
        self.below.setVisible(which == "below")
        self.ok.setEnabled(False)
        set_text(self.told, self.tr("Looking at the pages…"))
        set_text(self.complaint, self._range_fault() if which == "range" else "")
        if self.trial is not None:
            self.trial.set_options(self.form.options, False)
        self._check_soon.start()

    def _check(self) -> None:
        asked, paths, names = self.asked, self._context.paths, [book.id for book in self._books]
        if asked is None:
            set_text(self.told, "")
            return
        errand = self._context.background.start(lambda _store, _errand: survey(paths, names, asked))
        errand.done.connect(self._surveyed)
        errand.failed.connect(lambda sentence: set_text(self.complaint, sentence))

    def _surveyed(self, found: Survey) -> None:
        if found.asked != self.asked:
            return  # something was changed meanwhile
        set_text(self.told, found.sentence)
        set_text(self.complaint, found.complaint)
        self.ok.setEnabled(found.pages > 0 and not found.complaint)
        if self.trial is not None:
            self.trial.set_options(self.form.options, not found.complaint)

    def _choose(self) -> None:
        asked = self.asked
        if asked is not None:
            self.accept()
            self.chosen.emit(asked)

    def _make_room(self) -> None:
        room = self.screen().availableGeometry()
        self.resize(self.size().expandedTo(ROOMY).boundedTo(room.size() - MARGIN))
        frame = self.frameGeometry()
        frame.moveRight(min(frame.right(), room.right()))
        frame.moveBottom(min(frame.bottom(), room.bottom()))
        self.move(frame.topLeft())

    def _lay_out(self) -> None:
        sheet = QWidget()
        column = QVBoxLayout(sheet)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        words = self.tr(
            "What a person has corrected is never replaced, and an earlier result is kept beside the new one."
        )
        heading = words_label(self.windowTitle(), heavy=True, scale=1.15)
        for label in (heading, explanation := words_label(words, faint=True), self.told, self.complaint):
            label.setMinimumWidth(WORDS)  # the height is guessed of a width: not of one that never comes
        column.addWidget(heading)
        column.addWidget(explanation)
        column.addWidget(self.form)
        column.addLayout(self._fields())
        column.addWidget(self.told)
        column.addWidget(self.complaint)
        if self.trial is not None:
            column.addWidget(line())
            column.addWidget(self.trial, 1)
        column.addStretch(0)
        # It may be higher than the screen at 200 %: then it scrolls, and its buttons stay.
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(sheet)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(24, 8, 24, 16)
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self.no)
        buttons.addWidget(self.ok)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(scroll, 1)
        outer.addLayout(buttons)
        self.setMinimumSize(420, 320)
        self.resize(560, 460)

    def _fields(self) -> QFormLayout:
        row = QWidget()
        box = QHBoxLayout(row)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        for field in (self.which, self.range, self.below):
            box.addWidget(field, 1 if field is self.range else 0)
        box.addStretch(0)
        row.setFocusProxy(self.which)
        fields = QFormLayout()
        fields.setHorizontalSpacing(24)
        fields.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        fields.addRow(self.tr("Pa&ges"), row)
        align_labels(fields)
        return fields
