"""The pages of the selected book: the map and the preview turn together; each page can be seen, opened, retried."""

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QWidget

from ambuda_desktop.books import BookFolder
from ambuda_desktop.recognised import text_file
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.ui.book_actions import BookActions
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.page_image import PageImages
from ambuda_desktop.ui.page_map import PageMap
from ambuda_desktop.ui.page_preview import PagePreview, can_retry_page
from ambuda_desktop.ui.page_reading import PageTexts
from ambuda_desktop.ui.pages.book_menus import page_menu


class BookPages(QObject):
    """Ties map and preview to the selected book."""

    shown = Signal(bool)  # whether the preview is to be seen
    again_wanted = Signal(int)  # the text of this page shall be read again

    def __init__(self, context: Context, pages: PageMap, actions: BookActions, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._map, self._actions = context, pages, actions
        self._book: BookSummary | None = None
        self.is_open = False
        images = PageImages(context.paths, context.background, self)
        self.preview = PagePreview(images, PageTexts(context.paths, context.background, self))
        self.preview.side.open_wanted.connect(self.open_text)
        self.preview.side.folder_wanted.connect(self.open_text_folder)
        self.preview.side.again_wanted.connect(self.again_wanted)
        pages.addActions(self.preview.shared_actions)
        pages.looked.connect(self.look)
        pages.entered.connect(self.look_large)
        pages.moved.connect(self._moved)
        pages.opened.connect(self.open)
        pages.retry_wanted.connect(self.retry)
        pages.menu_wanted.connect(self._menu)
        self.preview.turned.connect(self._map.go)
        self.preview.closed.connect(self.close)
        self.preview.open_wanted.connect(self.open)
        self.preview.retry_wanted.connect(self.retry)

    @property
    def is_large(self) -> bool:
        """Whether the preview has the Books page for itself."""
        return self.is_open and self.preview.is_large

    def show_book(self, book: BookSummary | None) -> None:
        """The selected book was read again, or there is none, or there are several."""
        self._book = book
        if book is None or (self.is_open and book.id != self.preview.book):
            self.close()
        elif self.is_open:
            self.preview.follow(book)

    def look(self, page: int) -> None:
        """Show a page in the place of the list, beside the map."""
        if self._book is None or not self._book.cells:
            return
        if not self.is_open:
            self.is_open = True
            self.shown.emit(True)
        self._map.go(page)
        self.preview.show_page(self._book, page)

    def look_large(self, page: int) -> None:
        """Show a page on the whole of the Books page, under the keyboard."""
        self.look(page)
        if self.is_open:
            self.preview.set_large(True)
            self.preview.setFocus(Qt.FocusReason.OtherFocusReason)

    def close(self) -> bool:
        """Back to the list; False where that was there already."""
        was, self.is_open = self.is_open, False
        if was:
            had_focus = self.preview.isAncestorOf(self._focused()) or self.preview.hasFocus()
            self.preview.set_large(False)
            self.shown.emit(False)
            if had_focus:
                self._map.setFocus(Qt.FocusReason.OtherFocusReason)
        return was

    def open(self, page: int) -> None:
        """Open a page in the program the user likes for pictures."""
        if self._book is None:
            return
        folder = BookFolder(self._context.paths.library / self._book.id)
        self._context.open_path(folder.page(page) or folder.pages / f"{page}.jpg")

    def open_text(self, page: int) -> None:
        """Open the text of a page in the program the user likes for it."""
        if self._book is not None:
            folder = BookFolder(self._context.paths.library / self._book.id)
            self._context.open_path(text_file(folder, page))

    def open_text_folder(self) -> None:
        """Open the folder that the text of the pages is in."""
        if self._book is not None:
            folder = BookFolder(self._context.paths.library / self._book.id)
            self._context.open_path(text_file(folder, 1).parent)

    def retry(self, page: int) -> None:
        """Make one page again."""
        if self._book is not None and can_retry_page(self._book, page):
            self._actions.retry_page(self._book, page)

    def _moved(self, page: int) -> None:
        if self.is_open and self._book is not None:
            self.preview.show_page(self._book, page)

    def _focused(self) -> QWidget:
        return self.preview.window().focusWidget() or self.preview

    def _menu(self, page: int, at: QPoint) -> None:
        if self._book is not None:
            does = {
                "look": self.look_large,
                "open": self.open,
                "text": self.open_text,
                "again": self.again_wanted.emit,
                "retry": self.retry,
            }
            page_menu(self._book, page, does, self._map).popup(at)
