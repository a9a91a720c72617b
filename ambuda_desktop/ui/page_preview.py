"""A page of a book as a picture, in the place of the list: arrow keys turn the pages, Esc goes back."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QHideEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from ambuda_desktop.store import pages as cells
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.ui.book_words import is_busy, page_words
from ambuda_desktop.ui.flow import Flow
from ambuda_desktop.ui.image_view import STEP, ImageView
from ambuda_desktop.ui.page_image import PageImages, Picture, Wish
from ambuda_desktop.ui.page_reading import PageTexts
from ambuda_desktop.ui.page_side import PageSide
from ambuda_desktop.ui.text_words import page_and_text
from ambuda_desktop.ui.widgets import Button, set_text, words_label

SETTLE = 80  # milliseconds without another size before the image is read for it


class PagePreview(QWidget):
    """Follows the book: an image that comes, or comes anew, is shown by itself."""

    turned = Signal(int)  # to this page
    closed = Signal()
    open_wanted = Signal(int)  # in another program
    retry_wanted = Signal(int)
    large_wanted = Signal(bool)  # the whole page of the window, or room for the map

    def __init__(self, images: PageImages, texts: PageTexts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._images = images
        self._book: BookSummary | None = None
        self.page = 1
        self._wish: Wish | None = None
        self._picture: Picture | None = None
        self._fitted = True
        self.is_large = False
        self.view = ImageView()
        self.side = PageSide(texts, self.view)
        self._words = words_label()
        self._note = words_label(faint=True)
        self._note.setWordWrap(False)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE)
        self._settle.timeout.connect(self._want)
        self._actions = self._make_actions()
        self._lay_out()
        self._enable(shown=False)
        images.read.connect(self._read)
        self.view.resized.connect(self._settle.start)
        self.view.opened.connect(lambda: self.open_wanted.emit(self.page))

    def show_page(self, book: BookSummary, page: int) -> None:
        """Show this page."""
        if self._book is None or (book.id, page) != (self._book.id, self.page):
            self._picture = None
            self.view.show_image(None)
        self._book, self.page = book, min(max(1, page), max(1, len(book.cells)))
        self._tell()
        self._want()
        self.side.show_page(book, self.page)

    def follow(self, book: BookSummary) -> None:
        """The book was read again."""
        if self._book is not None and book is not self._book and book.id == self._book.id:
            self.show_page(book, self.page)

    @property
    def book(self) -> str | None:
        """The book that is shown."""
        return self._book.id if self._book else None

    @property
    def shared_actions(self) -> list[QAction]:
        """What the map understands, too, as long as a page is shown."""
        return [self._actions[name] for name in ("fit", "full", "large", "open", "boxes", "edit")]

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._enable(shown=True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._enable(shown=False)

    def _enable(self, *, shown: bool) -> None:
        for action in self.shared_actions:
            action.setEnabled(shown)

    def turn(self, by: int) -> None:
        """Go some pages on."""
        if self._book is None:
            return
        page = min(max(1, self.page + by), len(self._book.cells))
        if page != self.page:
            self.show_page(self._book, page)
            self.turned.emit(page)

    def set_fitted(self, fitted: bool) -> None:
        """Fit the image into its place, or show its own pixels."""
        self._fitted = fitted
        self._want()

    def set_large(self, large: bool) -> None:
        """Whether the rest of the Books page gives way."""
        self.is_large = large
        self._large_button.set_words(self.tr("Smaller") if large else self.tr("Larger"))
        self.large_wanted.emit(large)

    def _want(self) -> None:
        if self._book is None or not self.isVisible():
            return
        book = self._book
        version = (book.cells[self.page - 1 : self.page], book.state, book.task)
        wish = Wish(book.id, self.page, self.view.room if self._fitted else None, version)
        if wish != self._wish:
            self._wish = wish
            self._images.want(wish)

    def _read(self, picture: Picture) -> None:
        if picture.wish != self._wish:
            return  # the page was turned meanwhile
        self._picture = picture
        self.view.show_image(picture.image, picture.complaint or self._why_none())
        self.view.set_fitted(picture.wish.within is not None)
        self._tell()

    def _why_none(self) -> str:
        """Why a page has no image."""
        if self._book is None or (self._picture and self._picture.image):
            return ""
        letter = self._book.cells[self.page - 1 : self.page]
        if letter == cells.FAILED:
            return self._book.failures.get(self.page, "")
        if letter == cells.LEFT_OUT:
            return self.tr("This page was left out. “Retry this page” makes it.")
        if is_busy(self._book):
            return self.tr("This page is not made yet. It is shown here as soon as it is there.")
        return self.tr("This page was not made.")

    def _tell(self) -> None:
        if self._book is None or not self._book.cells:
            return
        # Where there is no image, the reason stands in its place.
        reason = self._picture is None or self._picture.image is not None
        set_text(self._words, page_words(self._book, self.page, reason=reason))
        self.view.setAccessibleName(page_and_text(self._book, self.page))
        self.setAccessibleName(self.tr("{}: {}").format(self._book.title, self.view.accessibleName()))
        set_text(self._note, self._size_words())
        self._fit_button.setVisible(not self._fitted)
        self._full_button.setVisible(self._fitted)
        self._retry_button.setVisible(can_retry_page(self._book, self.page))
        self._before.setEnabled(self.page > 1)
        self._after.setEnabled(self.page < len(self._book.cells))

    def _size_words(self) -> str:
        picture = self._picture
        if picture is None or picture.image is None or picture.whole is None:
            return ""
        share = picture.image.width() / max(1, picture.whole.width())
        if picture.wish.within is not None or share >= 1:
            return self.tr("{} × {} pixels").format(picture.whole.width(), picture.whole.height())
        words = self.tr("{} × {} pixels, shown at {} %")  # all of them would not fit into the memory
        return words.format(picture.whole.width(), picture.whole.height(), round(share * 100))

    def _make_actions(self) -> dict[str, QAction]:
        made = {}
        for name, words, keys, does in (
            ("before", self.tr("Page before"), ["Left", "PgUp"], lambda: self.turn(-1)),
            ("after", self.tr("Next page"), ["Right", "PgDown"], lambda: self.turn(1)),
            ("first", self.tr("First page"), ["Home"], lambda: self.turn(-self.page)),
            ("last", self.tr("Last page"), ["End"], lambda: self.turn(1_000_000)),
            ("up", self.tr("Scroll up"), ["Up"], lambda: self.view.scroll_by(0, -STEP)),
            ("down", self.tr("Scroll down"), ["Down"], lambda: self.view.scroll_by(0, STEP)),
            ("fit", self.tr("Fit"), ["0", "F"], lambda: self.set_fitted(True)),
            ("full", self.tr("100 %"), ["1"], lambda: self.set_fitted(False)),
            ("large", self.tr("Larger"), ["L"], lambda: self.set_large(not self.is_large)),
            ("open", self.tr("Open in another program"), ["O"], lambda: self.open_wanted.emit(self.page)),
            ("boxes", self.tr("Boxes of the words"), ["B"], self.side.boxes.toggle),
            ("edit", self.tr("Open the text in another program"), ["E"], self.side.edit.click),
            ("retry", self.tr("Retry this page"), ["R"], self._retry),
        ):
            action = QAction(words, self)
            action.setShortcuts([QKeySequence(key) for key in keys])
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda _checked=False, does=does: does())
            self.addAction(action)
            made[name] = action
        return made

    def _retry(self) -> None:
        if self._book is not None and can_retry_page(self._book, self.page):
            self.retry_wanted.emit(self.page)

    def _button(self, name: str, icon: str = "") -> Button:
        action = self._actions[name]
        tip = f"{action.text()} ({action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})"
        return Button(action.text(), icon, action.trigger, tip)

    def _lay_out(self) -> None:
        self._before, self._after = self._button("before"), self._button("after")
        self._fit_button, self._full_button = self._button("fit"), self._button("full")
        self._retry_button = self._button("retry", "retry")
        self._large_button = self._button("large")
        close = Button(self.tr("Back"), "", self.closed.emit, self.tr("Back to the books (Esc)"))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(8)
        buttons = (close, self._before, self._after, self._fit_button, self._full_button)
        more = (self._large_button, self._retry_button, self._button("open"))
        column.addWidget(Flow(*buttons, *more))
        said = QHBoxLayout()
        said.addWidget(self._words, 1)
        said.addWidget(self._note, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(said)
        both = QSplitter(Qt.Orientation.Horizontal)
        both.setChildrenCollapsible(False)
        both.addWidget(self.view)
        both.addWidget(self.side)
        both.setStretchFactor(0, 3)
        both.setStretchFactor(1, 2)
        both.setSizes([600, 400])
        column.addWidget(both, 1)


def can_retry_page(book: BookSummary, page: int) -> bool:
    """Whether one page can be made again: it failed or was never made, and nothing works on the book."""
    if is_busy(book) or not 1 <= page <= len(book.cells):
        return False
    return book.cells[page - 1] not in cells.THERE or page in book.missing
