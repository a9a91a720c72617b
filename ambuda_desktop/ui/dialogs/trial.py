"""“Try on this page”: one page is read in a process of its own, and its text stands beside its image."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from ambuda_desktop.books import BookFolder
from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.page_text import PageText
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.ui import text_cells, text_words
from ambuda_desktop.ui.background import Errand
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.image_view import ImageView
from ambuda_desktop.ui.page_image import PageImages, Picture, Wish
from ambuda_desktop.ui.subprogram import run_command
from ambuda_desktop.ui.text_pane import TextPane
from ambuda_desktop.ui.widgets import Button, number_box, set_text, words_label


class Trial(QWidget):
    """Nothing is kept of it."""

    opened = Signal()  # it needs room now

    def __init__(self, context: Context, book: str, page: int, pages: int, parent: QWidget | None = None):
        super().__init__(parent)
        self._context, self._book = context, book
        self._errand: Errand | None = None
        self._images = PageImages(context.paths, context.background, self)
        self._images.read.connect(self._show_image)
        self.options: OcrOptions | None = None
        self._usable = False
        self._tried: tuple[int, OcrOptions] = (0, OcrOptions())
        self.page = number_box()
        self.page.setRange(1, max(1, pages))
        self.page.setValue(page)
        self.page.setMinimumSize(80, 28)
        self.page.setAccessibleName(self.tr("Page to try it on"))
        self.button = Button(self.tr("Try on this page"), "play", self.start)
        self.button.setAutoDefault(False)
        self.words = words_label()
        self.view, self.text = ImageView(), TextPane()
        self._both = QSplitter(Qt.Orientation.Horizontal)
        self._lay_out()
        self.page.valueChanged.connect(lambda _page: self._clear())
        self.text.word_chosen.connect(self.view.choose_word)
        self.view.word_chosen.connect(self.text.choose_word)

    def set_options(self, options: OcrOptions | None, usable: bool) -> None:
        """How the page would be read, and whether all is there for that."""
        self.options, self._usable = options, usable
        self._enable()

    def start(self) -> None:
        """Read the page."""
        options, page = self.options, self.page.value()
        if options is None or self._errand is not None:
            return
        paths, folder = self._context.paths, BookFolder(self._context.paths.library / self._book)
        self._both.show()
        self.opened.emit()
        self._images.want(Wish(self._book, page, self.view.room))

        def work(_store: object, errand: Errand) -> PageText:
            image = folder.page(page)
            if image is None:
                raise AmbudaError(self.tr("There is no image of page {}.").format(page))
            said = run_command(paths, errand, "ocr", str(image), *_as_arguments(options))
            return PageText.model_validate(said.objects[0])

        self._tried = (page, options)
        self._errand = errand = self._context.background.start(work, long=True)
        self._enable()
        self._complain(False)
        set_text(self.words, self.tr("Reading page {} with {}…").format(page, text_words.engine(options)))
        errand.done.connect(self._done)
        errand.failed.connect(self._failed)
        errand.stopped.connect(self._end)

    def stop(self) -> None:
        """The dialog closes."""
        if self._errand is not None:
            self._errand.stop()

    def _done(self, text: PageText) -> None:
        self._end()
        page, options = self._tried
        if page != self.page.value():
            return
        self.text.show_text(text.text, text.words)
        self.view.show_boxes(text)
        how = text_words.engine(options)
        if text.is_blank:
            set_text(self.words, self.tr("Page {}, {}: no text was found on it.").format(page, how))
            return
        sure = text_cells.percent(text.confidence) if text.confidence is not None else self.tr("not told")
        words = self.tr("Page {}, {}: confidence {}, read in {} s.")
        set_text(self.words, words.format(page, how, sure, f"{text.milliseconds / 1000:.1f}"))

    def _failed(self, sentence: str) -> None:
        self._end()
        self._complain(True)
        set_text(self.words, sentence)

    def _end(self) -> None:
        self._errand = None
        self._enable()

    def _enable(self) -> None:
        self.button.setEnabled(self.options is not None and self._usable and self._errand is None)

    def _clear(self) -> None:
        self.text.show_text("", ())
        self.view.show_boxes(None)
        self.view.show_image(None)
        set_text(self.words, "")

    def _complain(self, complaint: bool) -> None:
        self.words.setObjectName("complaint" if complaint else "")
        self.words.style().polish(self.words)

    def _show_image(self, picture: Picture) -> None:
        if picture.wish.page == self.page.value():
            self.view.show_image(picture.image, picture.complaint)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.button)
        row.addWidget(self.page)
        row.addStretch(1)
        self._both.addWidget(self.view)
        self._both.addWidget(self.text)
        self._both.setChildrenCollapsible(False)
        self._both.setMinimumHeight(280)
        self._both.hide()
        self.words.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.words)
        column.addWidget(self._both, 1)
        column.addStretch(0)


def _as_arguments(options: OcrOptions) -> list[str]:
    """The options as the command line has them."""
    arguments = ["--engine", options.engine]
    arguments += ["--model", options.model] if options.model else []
    return arguments + (["--preset", "old-type"] if options.preset else [])
