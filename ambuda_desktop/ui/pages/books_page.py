"""The Books page: the list, and the selected book below or beside it."""

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QAbstractItemView, QListView, QSplitter, QStackedLayout, QToolTip, QWidget

from ambuda_desktop.books import BookFolder
from ambuda_desktop.retry import retry_book
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.store.control import cancel
from ambuda_desktop.ui.adding import Incoming
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.delegates.book_delegate import BookDelegate
from ambuda_desktop.ui.models.books_model import BooksModel, Entry
from ambuda_desktop.ui.pages.book_detail import BookDetail
from ambuda_desktop.ui.pages.empty_books import EmptyBooks, NoMatch, sample_book
from ambuda_desktop.ui.book_words import page_words


class BooksPage(QWidget):
    """One row a book."""

    add_wanted = Signal()
    tasks_wanted = Signal(str)  # of this book
    clear_wanted = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context = context
        self.model = BooksModel(context.watch, context.adding, self)
        self.list = QListView(self)
        self.detail = BookDetail(self)
        self.splitter = QSplitter(Qt.Orientation.Vertical, self)
        self._empty, self._no_match = EmptyBooks(self), NoMatch(self)
        self._selected: Entry | None = None
        self._set_up_list()
        self._lay_out()
        self._connect()
        self._listed()

    def set_search(self, text: str) -> None:
        self.model.set_search(text)
        self._listed()

    def refresh(self) -> None:
        """The store changed, or a second has passed."""
        self._see_visible()
        self.model.refresh()
        self._show_detail()

    def select(self, entry: Entry) -> None:
        row = self.model.row_of(entry)
        if row >= 0:
            flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.list.selectionModel().setCurrentIndex(self.model.index(row), flag)

    def selected_book(self) -> BookSummary | None:
        entry = self._selected
        return self.model.summary(entry) if isinstance(entry, str) else None

    def cancel(self) -> None:
        """Stop the selected book after the pages in hand; take back a copy at once."""
        if isinstance(self._selected, Incoming):
            self._context.adding.stop(self._selected)
        book = self.selected_book()
        if book is not None and book.task and book.state in ("waiting", "working"):
            task = book.task
            self._context.write(lambda store, _errand: cancel(store, [task]))

    def retry(self) -> None:
        """Make the pages that the selected book lacks."""
        book = self.selected_book()
        if book is not None and book.state in ("incomplete", "failed", "cancelled"):
            name = book.id
            self._context.write(lambda store, _errand: retry_book(store, name))

    def open_folder(self) -> None:
        """The folder of the page images; before there are any, the book's."""
        book = self.selected_book()
        if book is not None:
            folder = BookFolder(self._context.paths.library / book.id)
            self._context.open_path(folder.pages if folder.pages.is_dir() else folder.path)

    def turn(self) -> None:
        """Put the detail pane below or beside the list."""
        beside = self.splitter.orientation() == Qt.Orientation.Vertical
        self.splitter.setOrientation(Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical)

    def _set_up_list(self) -> None:
        self.list.setModel(self.model)
        self.list.setItemDelegate(BookDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setAccessibleName(self.tr("Books"))
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def _lay_out(self) -> None:
        self.splitter.addWidget(self.list)
        self.splitter.addWidget(self.detail)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setStretchFactor(0, 3)
        self.splitter.setStretchFactor(1, 2)
        self.splitter.setSizes([600, 400])
        self.list.setMinimumSize(320, 80)
        self.detail.setMinimumSize(280, 120)
        self.stack = QStackedLayout(self)
        for widget in (self.splitter, self._empty, self._no_match):
            self.stack.addWidget(widget)

    def _connect(self) -> None:
        self.list.selectionModel().currentChanged.connect(self._select)
        self.list.activated.connect(lambda _index: self._open_tasks())
        delegate = self.list.itemDelegate()
        assert isinstance(delegate, BookDelegate)
        delegate.hovered.connect(self._tell_page)
        self.model.listed.connect(self._listed)
        self._context.adding.added.connect(self._added)
        self._empty.add_wanted.connect(self.add_wanted)
        self._empty.sample_wanted.connect(lambda: self._context.adding.add([sample_book()]))
        self._no_match.clear_wanted.connect(self.clear_wanted)
        self.detail.folder_wanted.connect(self.open_folder)
        self.detail.cancel_wanted.connect(self.cancel)
        self.detail.retry_wanted.connect(self.retry)
        self.detail.tasks_wanted.connect(self._open_tasks)
        self.detail.page_wanted.connect(self._open_page)
        self.detail.turned.connect(self.turn)

    def _listed(self) -> None:
        if self.model.rowCount():
            self.stack.setCurrentWidget(self.splitter)
            if not self.list.selectionModel().hasSelection():
                # The view makes a row current by itself, without selecting it.
                current = self.model.entry(max(0, self.list.currentIndex().row()))
                self.select(current or "")
        elif self.model.search:
            words = self.tr("No book has “{}” in its title.").format(self.model.search)
            self._no_match.say(words, clearable=True)
            self.stack.setCurrentWidget(self._no_match)
        else:
            self.stack.setCurrentWidget(self._empty)
        self._show_detail()

    def _added(self, book: str) -> None:
        # The row being copied in had the selection or was newest: its book takes its place.
        self.model.reload()
        if self.list.currentIndex().row() <= 0 or not isinstance(self._selected, str):
            self.select(book)

    def _select(self, current: QModelIndex) -> None:
        self._selected = self.model.entry(current.row()) if current.isValid() else None
        self._show_detail()

    def _show_detail(self) -> None:
        book = self.selected_book()
        self.detail.setVisible(book is not None)
        if book is not None:
            self.detail.show_book(book)

    def _see_visible(self) -> None:
        first = self.list.indexAt(QPoint(4, 4)).row()
        last = self.list.indexAt(QPoint(4, self.list.viewport().height() - 4)).row()
        self.model.set_visible(max(0, first), last if last >= 0 else self.model.rowCount() - 1)

    def _open_tasks(self) -> None:
        book = self.selected_book()
        if book is not None:
            self.tasks_wanted.emit(book.id)

    def _open_page(self, page: int) -> None:
        book = self.selected_book()
        if book is not None:
            image = BookFolder(self._context.paths.library / book.id).page(page)
            if image is not None:
                self._context.open_path(image)

    def _tell_page(self, index: QModelIndex, page: int) -> None:
        entry = self.model.entry(index.row())
        book = self.model.summary(entry) if isinstance(entry, str) else None
        if book is not None and page <= len(book.cells):
            QToolTip.showText(QCursor.pos(), page_words(book, page), self.list)
