"""The Books page: the list, or a page of a book in its place, and what is selected below or beside it."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QMenu,
    QSplitter,
    QStackedLayout,
    QStackedWidget,
    QToolTip,
    QWidget,
)

from ambuda_desktop.books import BookFolder
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.ui.adding import Incoming
from ambuda_desktop.ui.book_actions import BookActions
from ambuda_desktop.ui.book_commands import BY_NAME
from ambuda_desktop.ui.book_forms import BookForms
from ambuda_desktop.ui.book_history import history
from ambuda_desktop.ui.book_selection import BookSelection
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.delegates.book_delegate import BookDelegate
from ambuda_desktop.ui.models.books_model import BooksModel, Entry
from ambuda_desktop.ui.pages.book_detail import BookDetail
from ambuda_desktop.ui.pages.book_menus import book_menu
from ambuda_desktop.ui.pages.book_pages import BookPages
from ambuda_desktop.ui.pages.empty_books import EmptyBooks, NoMatch, sample_book
from ambuda_desktop.ui.text_actions import TextActions
from ambuda_desktop.ui.text_forms import TextForms
from ambuda_desktop.ui.text_words import page_and_text
from ambuda_desktop.ui.twice_bar import TwiceBar


class BooksPage(QWidget):
    """One row a book."""

    add_wanted = Signal()
    folder_wanted = Signal()
    tasks_wanted = Signal(str)  # of this book
    clear_wanted = Signal()
    settings_wanted = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context = context
        self.model = BooksModel(context.watch, context.adding, self)
        self.selection = BookSelection(self.model, context.background, self)
        self.actions_on_books = BookActions(context, self)
        self.forms = BookForms(context, self)
        self.texts = TextActions(context, self.actions_on_books, self)
        self._text_forms = TextForms(context, self, self.settings_wanted.emit)
        self.list = QListView(self)
        self.detail = BookDetail(self)
        self.pages = BookPages(context, self.detail.map, self.actions_on_books, self)
        self._twice = TwiceBar(context, self.select_all)
        self._upper = QStackedWidget(self)
        self.splitter = QSplitter(Qt.Orientation.Vertical, self)
        self._empty, self._no_match = EmptyBooks(self), NoMatch(self)
        self._selected: Entry | None = None
        self._history: tuple[object, list[str]] = (None, [])
        self._set_up_list()
        self._lay_out()
        self._connect()
        self._listed()

    def set_search(self, text: str) -> None:
        self.pages.close()
        self.model.set_search(text)
        self._listed()

    def refresh(self) -> None:
        """The store changed, or a second has passed."""
        self._see_visible()
        self.model.refresh()
        self.actions_on_books.refresh()
        self.selection.refresh()

    def select(self, entry: Entry) -> None:
        row = self.model.row_of(entry)
        if row >= 0:
            flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.list.selectionModel().setCurrentIndex(self.model.index(row), flag)

    def select_all(self, books: list[str]) -> None:
        """Select these books, as far as they are shown."""
        flag = QItemSelectionModel.SelectionFlag.Select
        self.list.clearSelection()
        for row in sorted((self.model.row_of(book) for book in books), reverse=True):
            if row >= 0:
                self.list.selectionModel().setCurrentIndex(self.model.index(row), flag)

    def selected_book(self) -> BookSummary | None:
        """The one that the keyboard is on."""
        entry = self._selected
        return self.model.summary(entry) if isinstance(entry, str) else None

    def do(self, name: str) -> None:
        """Do what a command says with the selected books that it fits."""
        if name == "turn":
            self.turn()
        if name == "cancel":
            for one in self._selected_entries():
                if isinstance(one, Incoming):
                    self._context.adding.stop(one)
        books = BY_NAME[name].fitting(self.selection.books) if name in BY_NAME else []
        if not books:
            return
        actions = self.actions_on_books
        does: dict[str, Callable[[list[BookSummary]], None]] = {
            "retry": actions.retry,
            "pause": actions.pause,
            "resume": actions.resume,
            "cancel": actions.cancel,
            "remove": actions.ask_to_remove,
            "recognise": lambda those: self.recognise(those),
            "offline": self.texts.read_offline,
            "split": lambda those: self.forms.split_again(those, actions.split_again),
            "folder": lambda those: self._open_folder(those[0]),
            "pages": lambda _: self.pages.look_large(self.detail.map.page),
            "tasks": lambda those: self.tasks_wanted.emit(those[0].id),
        }
        does[name](books)

    def recognise(self, books: list[BookSummary], pages: Sequence[int] = ()) -> None:
        """Ask how the text of these books is to be recognised; `pages`: of which pages, where that is known."""
        self._text_forms.recognise(books, self.texts.recognise, pages, self.detail.map.page)

    def cancel(self) -> None:
        """Stop the selected books after the pages in hand; take back copies at once."""
        self.do("cancel")

    def retry(self) -> None:
        """Make the pages that the selected books lack."""
        self.do("retry")

    def open_folder(self) -> None:
        """The folder of the page images; before there are any, the book's."""
        self.do("folder")

    def turn(self) -> None:
        """Put the detail pane below or beside the list."""
        beside = self.splitter.orientation() == Qt.Orientation.Vertical
        self.splitter.setOrientation(Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical)

    def menu(self) -> QMenu:
        """What can be done with the selected books."""
        return book_menu(self.selection.books, self.do, self)

    def _set_up_list(self) -> None:
        self.list.setModel(self.model)
        self.list.setItemDelegate(BookDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setAccessibleName(self.tr("Books"))
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def _lay_out(self) -> None:
        self._upper.addWidget(self.list)
        self._upper.addWidget(self.pages.preview)
        self.splitter.addWidget(self._upper)
        self.splitter.addWidget(self.detail)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setStretchFactor(0, 3)
        self.splitter.setStretchFactor(1, 2)
        self.splitter.setSizes([600, 400])
        self._upper.setMinimumSize(320, 80)
        self.detail.setMinimumSize(280, 120)
        self.stack = QStackedLayout(self)
        for widget in (self.splitter, self._empty, self._no_match):
            self.stack.addWidget(widget)

    def _connect(self) -> None:
        selected = self.list.selectionModel()
        selected.currentChanged.connect(self._select)
        selected.selectionChanged.connect(lambda *_: self._read_selection())
        self.selection.changed.connect(self._show_detail)
        self.actions_on_books.answered.connect(self.list.setFocus)
        self.list.activated.connect(lambda _index: self.do("tasks"))
        self.list.customContextMenuRequested.connect(
            lambda at: self.menu().popup(self.list.viewport().mapToGlobal(at))
        )
        delegate = self.list.itemDelegate()
        assert isinstance(delegate, BookDelegate)
        delegate.hovered.connect(self._tell_page)
        self.model.listed.connect(self._listed)
        self._context.adding.added.connect(self._added)
        self._empty.add_wanted.connect(self.add_wanted)
        self._empty.folder_wanted.connect(self.folder_wanted)
        self._empty.sample_wanted.connect(lambda: self._context.adding.add([sample_book()]))
        self._no_match.clear_wanted.connect(self.clear_wanted)
        self.detail.wanted.connect(self.do)
        self.detail.turned.connect(self.turn)
        self.detail.password.given.connect(self._give_password)
        self.detail.low.opened.connect(self.pages.look_large)
        self.detail.low.again_wanted.connect(lambda those: self.recognise(self.selection.books, those))
        self.pages.again_wanted.connect(lambda page: self.recognise(self.selection.books, [page]))
        self.pages.shown.connect(self._show_pages)
        self.pages.preview.large_wanted.connect(lambda _: self._show_detail())

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
        self._read_selection()

    def _added(self, book: str) -> None:
        # The row being copied in had the selection or was newest: its book takes its place.
        self.model.reload()
        several = len(self._selected_entries()) > 1
        if several or self.pages.is_open:
            return
        if self.list.currentIndex().row() <= 0 or not isinstance(self._selected, str):
            self.select(book)

    def _select(self, current: QModelIndex) -> None:
        self._selected = self.model.entry(current.row()) if current.isValid() else None

    def _selected_entries(self) -> list[Entry]:
        rows = sorted(index.row() for index in self.list.selectionModel().selectedIndexes())
        return [entry for row in rows if (entry := self.model.entry(row)) is not None]

    def _read_selection(self) -> None:
        self.selection.select([entry for entry in self._selected_entries() if isinstance(entry, str)])

    def _show_detail(self) -> None:
        books = self.selection.books
        self.detail.setVisible(bool(books) and not self.pages.is_large)
        if len(books) == 1:
            self.detail.show_book(books[0], self._history_of(books[0]))
        elif books:
            self.detail.show_books(books)
        self.pages.show_book(books[0] if len(books) == 1 else None)

    def _history_of(self, book: BookSummary) -> list[str]:
        key = (book.id, book.task, book.state, book.text and (book.text.task, book.text.state))
        if key != self._history[0]:
            self._history = (key, history(self._context.watch.connection, book.id))
        return self._history[1]

    def _show_pages(self, shown: bool) -> None:
        self._upper.setCurrentWidget(self.pages.preview if shown else self.list)

    def _see_visible(self) -> None:
        first = self.list.indexAt(QPoint(4, 4)).row()
        last = self.list.indexAt(QPoint(4, self.list.viewport().height() - 4)).row()
        self.model.set_visible(max(0, first), last if last >= 0 else self.model.rowCount() - 1)

    def _open_folder(self, book: BookSummary) -> None:
        folder = BookFolder(self._context.paths.library / book.id)
        self._context.open_path(folder.pages if folder.pages.is_dir() else folder.path)

    def _give_password(self, password: str) -> None:
        if len(self.selection.books) == 1:
            self.actions_on_books.give_password(self.selection.books[0], password)

    def _tell_page(self, index: QModelIndex, page: int) -> None:
        entry = self.model.entry(index.row())
        book = self.model.summary(entry) if isinstance(entry, str) else None
        if book is not None and page <= len(book.cells):
            QToolTip.showText(QCursor.pos(), page_and_text(book, page), self.list)
