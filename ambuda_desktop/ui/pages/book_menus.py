"""The context menus of books and pages. Their shortcuts are those of the window: here they are only named."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu, QWidget

from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.ui.book_commands import COMMANDS, can_read
from ambuda_desktop.ui.book_words import page_words
from ambuda_desktop.ui.page_preview import can_retry_page


def _tr(text: str) -> str:
    return QCoreApplication.translate("book_menus", text)


def book_menu(books: Sequence[BookSummary], does: Callable[[str], None], parent: QWidget) -> QMenu:
    """What can be done with the selected books; `does` gets the name of a command."""
    menu = QMenu(parent)
    menu.aboutToHide.connect(menu.deleteLater)
    for command in COMMANDS:
        fitting = command.fitting(books)
        if command.name == "remove" and fitting:
            menu.addSeparator()
        if fitting:
            action = menu.addAction(f"{command.words(fitting)}\t{command.keys}")
            action.triggered.connect(lambda _checked=False, name=command.name: does(name))
    menu.addSeparator()
    add = menu.addAction(_tr("Put details below or beside") + "\tCtrl+D")
    add.triggered.connect(lambda: does("turn"))
    return menu


def page_menu(
    book: BookSummary, page: int, does: Mapping[str, Callable[[int], None]], parent: QWidget
) -> QMenu:
    """What can be done with one page; `does`: look, open, text, again and retry, each gets the page."""
    menu = QMenu(parent)
    menu.aboutToHide.connect(menu.deleteLater)
    title = menu.addAction(page_words(book, page).split(": ", 1)[0])
    title.setEnabled(False)
    entries = [
        ("look", _tr("Look at it") + "\tEnter"),
        ("open", _tr("Open in another program") + "\tShift+Enter"),
    ]
    if book.text is not None and page in book.text.confidence:
        entries.append(("text", _tr("Open its text") + "\tE"))
    if can_read(book):
        entries.append(("again", _tr("Recognise its text…")))
    if can_retry_page(book, page):
        entries.append(("retry", _tr("Retry this page") + "\tR"))
    for name, words in entries:
        action = menu.addAction(words)
        action.triggered.connect(lambda _checked=False, name=name: does[name](page))
    return menu
