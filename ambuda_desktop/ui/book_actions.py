"""Doing what the commands say, with one book or many; each change goes through the door off the GUI thread."""

import sqlite3
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.google_pages import google_pages
from ambuda_desktop.library import remove_book
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.passwords import give_password
from ambuda_desktop.retry import retry_book, retry_pages, split_again
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.store.control import cancel, pause_books, resume_books
from ambuda_desktop.store.texts import book_with_text
from ambuda_desktop.ui.background import Errand
from ambuda_desktop.ui.book_commands import can_retry
from ambuda_desktop.ui.book_words import is_busy, titles, wanted_pages
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.durations import number
from ambuda_desktop.ui.google_cost import say_cost
from ambuda_desktop.ui.text_words import is_text_busy
from ambuda_desktop.ui.trash import trash_folder
from ambuda_desktop.ui.words import pages

UNDO = 12_000  # milliseconds that the way back from a cancel is offered
Books = Sequence[BookSummary]
Store = sqlite3.Connection


class BookActions(QObject):
    """Pause, resume, cancel, retry, split again, remove."""

    answered = Signal()  # a bar that had the keyboard is gone

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        #: Cancelled books that shall go on after all, once their pages in hand have ended: whether their text was
        #: cancelled with them.
        self._going_on: dict[str, bool] = {}
        self._undo = QTimer(self)
        self._undo.setSingleShot(True)
        self._undo.setInterval(UNDO)
        self._undo.timeout.connect(lambda: context.bars.hush("cancelled books"))

    def pause(self, books: Books) -> None:
        names = _ids(books)
        self._context.write(lambda store, _errand: pause_books(store, names))

    def resume(self, books: Books) -> None:
        names = _ids(books)
        self._context.write(lambda store, _errand: resume_books(store, names))

    def cancel(self, books: Books) -> None:
        """Stop after the pages in hand; a bar counts what that hits and offers the way back."""
        tasks = [task for book in books for task in (book.task, book.text and book.text.task) if task]
        for name in _ids(books):
            self._going_on.pop(name, None)
        self._context.write(
            lambda store, _errand: cancel(store, tasks), lambda _: self._tell_cancelled(books)
        )

    def retry(self, books: Books) -> None:
        """Make the pages that these books lack, and read those that could not be read."""
        self._retry(_ids(books))

    def _retry(self, names: list[str], *, after_all: bool = False) -> None:
        """`after_all`: a text that was cancelled, too."""
        paths, asked = self._context.paths, list[int]()

        def one(store: Store, book: str) -> None:
            resume_books(store, [book])  # whoever asks for pages does not want them to wait
            asked.append(google_pages(store, paths, retry_book(store, book, after_all=after_all)))

        self.each(names, one, lambda _: say_cost(self._context.bars, sum(asked)))

    def retry_page(self, book: BookSummary, page: int) -> None:
        """Make one page of a book again."""

        def one(store: Store, name: str) -> None:
            resume_books(store, [name])
            retry_pages(store, name, [page])

        self.each([book.id], one)

    def split_again(self, books: Books, wanted: str | None, options: PageOptions) -> None:
        """Make the pages anew; several books keep the ranges that they were asked for."""
        asked = {book.id: wanted if len(books) == 1 else book.asked for book in books}

        def one(store: Store, book: str) -> None:
            resume_books(store, [book])
            split_again(store, book, asked[book], options)

        self.each(_ids(books), one)

    def give_password(self, book: BookSummary, password: str) -> None:
        paths = self._context.paths

        def one(store: Store, name: str) -> None:
            give_password(store, paths, name, password)
            if book.paused:  # only afterwards: a resumed plan would run at once, without it
                resume_books(store, [name])

        self.each([book.id], one)

    def ask_to_remove(self, books: Books) -> None:
        """Count what would go, in a bar; its button does it."""
        count = sum(book.done for book in books)
        words = self.tr("Move {} with {} to the trash? What you added stays where you had it.")
        images = pages(count)
        bars = self._context.bars
        action = (self.tr("Move to the trash"), lambda: self._remove(books))
        bars.say("remove", words.format(titles(books), images), "warning", action)
        bars.focus("remove")

    def refresh(self) -> None:
        """The store changed: let those go on that were waited for."""
        for name in list(self._going_on):
            book = book_with_text(self._context.watch.connection, name)
            if book is None or not (is_busy(book) or is_text_busy(book)):
                text_too = self._going_on.pop(name)
                if book is not None and can_retry(book):
                    self._retry([name], after_all=text_too)

    def _tell_cancelled(self, books: Books) -> None:
        count = sum(wanted_pages(book) for book in books)
        rest = count - sum(book.done for book in books)
        words = self.tr("Cancelled {}.").format(titles(books))
        if any(book.pages for book in books):
            more = self.tr("Cancelled {} with {} of {} still to be made. What is made is kept.")
            words = more.format(titles(books), number(rest), pages(count))
        reading = [book.text for book in books if book.text and not is_busy(book)]
        if len(reading) == len(books):
            left, wanted = sum(t.wanted - t.tried for t in reading), sum(t.wanted for t in reading)
            more = self.tr("Cancelled the text of {}, {} of {} still to be read. What is read is kept.")
            words = more.format(titles(books), number(left), pages(wanted))
        action = (self.tr("Go on after all"), lambda: self._go_on(books))
        self._context.bars.say("cancelled books", words, "note", action)
        self._undo.start()

    def _go_on(self, books: Books) -> None:
        self._going_on.update({book.id: is_text_busy(book) for book in books})
        self._context.bars.hush("cancelled books")
        self.answered.emit()
        self.refresh()

    def _remove(self, books: Books) -> None:
        paths = self._context.paths
        self._context.bars.hush("remove")
        self.answered.emit()
        by_id = {book.id: book for book in books}

        def removed(gone: list[str]) -> None:
            if not gone:
                return
            those = [by_id[name] for name in gone]
            place = trash_folder(paths.library)
            words = self.tr("{} with {} went to the trash: {}")
            text = words.format(titles(those), pages(sum(book.done for book in those)), place)
            open_it = (self.tr("Open the trash"), lambda: self._context.open_path(place))
            self._context.bars.say("removed", text, "note", open_it)

        self.each(list(by_id), lambda store, book: remove_book(store, paths, book), removed)

    def each(
        self,
        names: list[str],
        does: Callable[[Store, str], None],
        done: Callable[[list[str]], None] | None = None,
    ) -> None:
        """Do something with each book; one that cannot be done keeps none of the others from it."""

        def work(store: Store, _errand: Errand) -> tuple[list[str], list[str]]:
            did, complaints = [], []
            for name in names:
                try:
                    does(store, name)
                    did.append(name)
                except AmbudaError as error:
                    complaints.append(str(error))
            return did, complaints

        def ended(result: tuple[list[str], list[str]]) -> None:
            did, complaints = result
            if complaints:
                self._context.bars.say("write", " ".join(complaints), "error")
            if done is not None:
                done(did)

        self._context.write(work, ended)


def _ids(books: Books) -> list[str]:
    return [book.id for book in books]
