"""The text of a page beside its image: a word that is chosen on one side is marked on the other."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from ambuda_desktop.store import pages as cells
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.ui.flow import Flow
from ambuda_desktop.ui.image_view import ImageView
from ambuda_desktop.ui.page_reading import PageShown, PageTexts
from ambuda_desktop.ui.text_cells import percent
from ambuda_desktop.ui.text_pane import TextPane
from ambuda_desktop.ui.text_words import is_text_busy, read_by, text_of_page
from ambuda_desktop.ui.widgets import Button, set_text, words_label
from ambuda_desktop.ui.word_boxes import word_words

ROOMY = 220  # pixels of height that have room for buttons below the text
LOOK = 1000  # milliseconds between two looks at the files: a person may write into one of them


class PageSide(QWidget):
    """Follows the files of the page, whoever writes them."""

    open_wanted = Signal(int)  # the text of this page, in another program
    folder_wanted = Signal()
    again_wanted = Signal(int)  # this page shall be read again

    def __init__(self, texts: PageTexts, view: ImageView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts, self._view = texts, view
        self._book: BookSummary | None = None
        self._page = 1
        self._shown: PageShown | None = None
        self._news: tuple[str, ...] | None = None  # what the store says of the page
        self.words, self.word = words_label(), words_label(faint=True)
        self.text = TextPane()
        self.boxes = QCheckBox(self.tr("Boxes (B)"))
        self.boxes.setChecked(True)
        self.boxes.setAccessibleName(self.tr("Draw the boxes of the words over the image"))
        self.edit = Button(
            self.tr("Open in editor"), "", self._open, self.tr("Open the text in the program for it (E)")
        )
        self.folder = Button(self.tr("Show in folder"), "folder", self.folder_wanted.emit)
        self.again = Button(
            self.tr("Read again…"), "retry", self._again, self.tr("Read this page in another way")
        )
        self._buttons = Flow(self.edit, self.folder, self.again, self.boxes)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK)
        self._timer.timeout.connect(self._look)
        self._lay_out()
        texts.read.connect(self._read)
        self.boxes.toggled.connect(view.set_boxes)
        self.text.word_chosen.connect(self._choose)
        view.word_chosen.connect(self._chosen)
        self.hide()

    def show_page(self, book: BookSummary, page: int) -> None:
        """Show the text of this page, or why there is none; nothing where nobody asked for the book's text."""
        if self._book is None or (book.id, page) != (self._book.id, self._page):
            self._forget()
        self._book, self._page = book, page
        self.setVisible(book.text is not None)
        self.again.setVisible(not is_text_busy(book) and book.state not in ("waiting", "working"))
        self._tell()
        news = (book.text.cells[page - 1 : page], book.text.task, book.text.state) if book.text else None
        if news != self._news:  # else the next second is soon enough
            self._news = news
            self._look()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()
        self._look()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._buttons.setVisible(self.height() >= ROOMY)

    def _look(self) -> None:
        if self._book is not None and self._book.text is not None and self.isVisible():
            self._texts.want(self._book.id, self._page)

    def _forget(self) -> None:
        self._shown = self._news = None
        self._texts.forget()
        self._view.show_boxes(None)
        self.text.show_text("", ())
        set_text(self.word, "")

    def _read(self, shown: PageShown) -> None:
        if self._book is None or (shown.book, shown.page) != (self._book.id, self._page):
            return  # the page was turned meanwhile
        self._shown = shown
        self._view.show_boxes(shown.record)
        self.text.show_text(shown.text or "", shown.record.words if shown.record else ())
        set_text(self.word, "")
        self._tell()

    def _tell(self) -> None:
        """How the page was read, and what is to be known of its text."""
        if self._book is None or self._book.text is None:
            return
        shown = self._shown
        there = shown is not None and shown.text is not None
        self.text.setVisible(there)
        self.edit.setEnabled(there)
        self.folder.setEnabled(there)
        said = text_of_page(self._book, self._page)
        letter = self._book.text.cells[self._page - 1 : self._page]
        if shown is not None and shown.record is not None and letter != cells.FAILED:
            said = self._of_record(shown, self._book.text.warnings.get(self._page, ""))
        elif letter in (cells.WAITING, cells.RUNNING) and is_text_busy(self._book):
            said += " " + self.tr("It is shown here as soon as it is there.")
        set_text(self.words, said)

    def _of_record(self, shown: PageShown, warning: str) -> str:
        record = shown.record
        assert record is not None
        parts = [read_by(record.key)]
        if record.is_blank:
            parts.append(self.tr("no text was found on this page"))
        elif record.confidence is not None:
            parts.append(self.tr("confidence {}").format(percent(record.confidence)))
        words = ", ".join(parts) + "."
        if shown.by_person:
            words += " " + self.tr("The text is as a person left it.")
        return f"{words} {warning}".rstrip()

    def _choose(self, index: int) -> None:
        self._view.choose_word(index)
        self._tell_word(index)

    def _chosen(self, index: int) -> None:
        self.text.choose_word(index)
        self._tell_word(index)

    def _tell_word(self, index: int) -> None:
        record = self._shown.record if self._shown else None
        if record is not None and index < len(record.words):
            said = word_words(record.words[index])
            set_text(self.word, said)
            self.text.setAccessibleDescription(said)

    def _open(self) -> None:
        self.open_wanted.emit(self._page)

    def _again(self) -> None:
        self.again_wanted.emit(self._page)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.words)
        column.addWidget(self.text, 1)
        column.addWidget(self.word)
        column.addWidget(self._buttons)
        column.addStretch(0)
        self.word.hide()
        self.setMinimumWidth(200)
