"""What each page is searched for: the field at the top, the sidebar, the chips and the table agree."""

from dataclasses import replace

from PySide6.QtCore import QCoreApplication

from ambuda_desktop.store.query import TaskFilter
from ambuda_desktop.ui.models.places_model import Place
from ambuda_desktop.ui.pages.books_page import BooksPage
from ambuda_desktop.ui.pages.tasks_page import TasksPage
from ambuda_desktop.ui.top_bar import TopBar


def _tr(text: str) -> str:
    return QCoreApplication.translate("searching", text)


class Searching:
    """Each page keeps its own search while another one is open."""

    def __init__(self, top: TopBar, books: BooksPage, tasks: TasksPage) -> None:
        self._top, self._books, self._tasks = top, books, tasks
        self._filter = TaskFilter()
        self._texts = {"books": "", "tasks": ""}

    def open(self, place: Place, book: str | None) -> None:
        """The window went to a place; `book`: only the tasks of this one."""
        hints = {"books": _tr("Search books (Ctrl+F)"), "tasks": _tr("Search tasks (Ctrl+F)")}
        words = hints.get(place.page, _tr("Nothing to search here"))
        self._top.show_search(words, self._texts.get(place.page, ""), place.page in hints)
        if place.page == "tasks":
            # A group of states narrows the tasks of a book further; "Tasks" shows all again.
            book = self._filter.book if place.group is not None else book
            self._show(TaskFilter(place.group, book, self._texts["tasks"]))

    def search(self, page: str, text: str) -> None:
        """Narrow a page to what has `text` in it."""
        self._texts[page] = text.strip()
        if page == "books":
            self._books.set_search(text)
        elif page == "tasks":
            self._show(replace(self._filter, text=text.strip()))

    def narrow(self, group: str | None) -> None:
        """Show the tasks of a group of states, within the book and the search that are shown."""
        self._show(replace(self._filter, group=group))

    def clear(self, place: Place) -> None:
        """Show all of a place."""
        self._top.search.clear()
        self.search(place.page, "")
        if place.page == "tasks":
            self._show(TaskFilter(group=place.group))

    def forget_tasks(self) -> None:
        """The next look at the tasks begins without a search."""
        self._texts["tasks"] = ""

    def _show(self, wanted: TaskFilter) -> None:
        if wanted != self._filter or wanted != self._tasks.model.filter:
            self._filter = wanted
            self._tasks.show_filter(wanted)
