"""What the command palette offers: the actions of the window, its places, and its books."""

from functools import partial
from typing import Protocol

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction, QKeySequence

from ambuda_desktop.store import books
from ambuda_desktop.ui.catalogue import entries
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.models.places_model import PLACES
from ambuda_desktop.ui.palette import Choice
from ambuda_desktop.ui.sidebar import Sidebar
from ambuda_desktop.ui.status import Status
from ambuda_desktop.ui.words import group

MOST_BOOKS = 20


def _tr(text: str) -> str:
    return QCoreApplication.translate("choices", text)


class Window(Protocol):
    """The window that the palette is opened over."""

    context: Context
    sidebar: Sidebar
    actions_by_name: dict[str, QAction]
    status: Status

    def run_task(self, name: str = "") -> None: ...
    def show_book(self, book: str) -> None: ...


def command_choices(window: Window) -> list[Choice]:
    """All actions with their keys, then what has no keys: groups of states, and the user's tasks."""
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
    for entry in entries(window.status.facts):
        if not entry.is_inner:
            found.append(
                Choice(_tr("Run {}").format(entry.name), _tr("Task"), partial(window.run_task, entry.name))
            )
    return found


def book_choices(window: Window, typed: str) -> list[Choice]:
    """The newest books with `typed` in their title."""
    store = window.context.watch.connection
    found = books.book_ids(store, typed)[:MOST_BOOKS]
    return [Choice(books.title(store, book), _tr("Book"), partial(window.show_book, book)) for book in found]
