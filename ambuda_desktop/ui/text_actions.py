"""Doing what people ask of the text of books; each change goes through the door off the GUI thread."""

from collections.abc import Sequence

from PySide6.QtCore import QObject

from ambuda_desktop.offline import read_offline
from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.recognising import recognise
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.store.control import resume_books
from ambuda_desktop.ui.book_actions import BookActions, Store
from ambuda_desktop.ui.context import Context


class TextActions(QObject):
    """Recognise, and recognise offline instead."""

    def __init__(self, context: Context, books: BookActions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context, self._books = context, books

    def recognise(self, books: Sequence[BookSummary], asked: OcrBook) -> None:
        """Ask for the text of each of these books; `asked.book` is theirs in turn."""

        def one(store: Store, book: str) -> None:
            resume_books(store, [book])  # whoever asks for text does not want it to wait
            recognise(store, asked.model_copy(update={"book": book}))

        self._books.each([book.id for book in books], one)

    def read_offline(self, books: Sequence[BookSummary]) -> None:
        """Let Tesseract read what waits for the network."""
        paths = self._context.paths

        def one(store: Store, book: str) -> None:
            read_offline(store, paths, book)

        self._books.each([book.id for book in books], one)
