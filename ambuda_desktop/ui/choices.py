"""What the command palette offers: the actions of the window, its places, and its books."""

from functools import partial
from typing import Protocol

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence

from ambuda_desktop.store import books
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.models.places_model import PLACES
from ambuda_desktop.ui.palette import Choice
from ambuda_desktop.ui.sidebar import Sidebar
from ambuda_desktop.ui.words import group

MOST_BOOKS = 20


def _tr(text: str) -> str:
    return QCoreApplication.translate("choices", text)


class Window(Protocol):
    """The window that the palette is opened over."""

    context: Context
    sidebar: Sidebar
    actions_by_name: dict[str, QAction]

    def show_book(self, book: str) -> None: ...


def command_choices(window: Window) -> list[Choice]:
    """All actions with their keys, then the groups of states, which are places without keys."""
    native = QKeySequence.SequenceFormat.NativeText
    found = [
        Choice(action.text().rstrip("…"), action.shortcut().toString(native), action.trigger)
        for name, action in window.actions_by_name.items()
        if action.isEnabled() and name != "palette"
    ]
    for place in PLACES:
        if place.group is not None:
            words = _tr("Tasks: {}").format(group(place.group))
            found.append(Choice(words, _tr("Place"), partial(window.sidebar.go, place)))
    return found


def book_choices(window: Window, typed: str) -> list[Choice]:
    """The newest books with `typed` in their title."""
    store = window.context.watch.connection
    found = books.book_ids(store, typed)[:MOST_BOOKS]
    return [Choice(books.title(store, book), _tr("Book"), partial(window.show_book, book)) for book in found]
