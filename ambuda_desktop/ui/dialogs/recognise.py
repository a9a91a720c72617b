"""Asked for, never opened by itself: how the text of books is to be recognised, and of which pages."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QVBoxLayout,
    QWidget,
)

from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.ui.book_words import titles
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.dialogs.frame import frame_sheet
from ambuda_desktop.ui.dialogs.trial import Trial
from ambuda_desktop.ui.dialogs.which_pages import WhichPages
from ambuda_desktop.ui.fields import delayed
from ambuda_desktop.ui.ocr_options import OcrOptionsForm
from ambuda_desktop.ui.page_options import align_labels
from ambuda_desktop.ui.text_survey import Survey, survey
from ambuda_desktop.ui.widgets import Button, line, set_text, words_label

WORDS = 340  # pixels that sentences have at least
ROOMY, MARGIN = QSize(900, 760), QSize(40, 60)  # for a page and its text; what a screen keeps for itself
CHECK = 120  # milliseconds after the last change


class RecogniseDialog(QDialog):
    """What would be read, what it costs and what is missing is said before anything is started."""

    chosen = Signal(object)  # an OcrBook; its book is empty
    settings_wanted = Signal()

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
        self.pages = WhichPages(len(self._only.cells) if self._only else None, pages)
        self.told, self.complaint = words_label(), words_label()
        self.complaint.setObjectName("complaint")
        self.settings = Button(self.tr("Open the settings"), "settings", self._leave_for_settings)
        self.settings.setAutoDefault(False)
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
        self._lay_out()
        self.form.changed.connect(self._changed)
        self.pages.changed.connect(self._changed)
        self._changed()

    @property
    def asked(self) -> OcrBook | None:
        """What the dialog says; None where something in it is wrong."""
        options = self.form.options
        if options is None or self.pages.fault:
            return None
        return OcrBook(book="", options=options, **self.pages.asked)

    def done(self, result: int) -> None:
        if self.trial is not None:
            self.trial.stop()
        super().done(result)

    def _changed(self) -> None:
        self.ok.setEnabled(False)
        set_text(self.told, self.tr("Looking at the pages…"))
        set_text(self.complaint, self.pages.fault)
        self.settings.hide()
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
        errand.failed.connect(self._complain)

    def _surveyed(self, found: Survey) -> None:
        if found.asked != self.asked:
            return  # something was changed meanwhile
        self.form.offer(found.needs.models)
        set_text(self.told, found.sentence)
        set_text(self.complaint, found.needs.sentence)
        self.settings.setVisible(found.needs.account)
        self.ok.setEnabled(found.pages > 0 and not found.needs.sentence)
        if self.trial is not None:
            self.trial.set_options(self.form.options, not found.needs.sentence)

    def _complain(self, sentence: str) -> None:
        set_text(self.complaint, sentence)

    def _choose(self) -> None:
        asked = self.asked
        if asked is not None:
            self.accept()
            self.chosen.emit(asked)

    def _leave_for_settings(self) -> None:
        self.reject()
        self.settings_wanted.emit()

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
        column.addWidget(self.settings, 0, Qt.AlignmentFlag.AlignLeft)
        if self.trial is not None:
            column.addWidget(line())
            column.addWidget(self.trial, 1)
        column.addStretch(0)
        frame_sheet(self, sheet, self.no, self.ok)
        self.resize(560, 460)

    def _fields(self) -> QFormLayout:
        fields = QFormLayout()
        fields.setHorizontalSpacing(24)
        fields.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        fields.addRow(self.tr("Pa&ges"), self.pages)
        align_labels(fields)
        return fields
