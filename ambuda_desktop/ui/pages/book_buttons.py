"""The buttons below a book's words: what can be done now with what is selected."""

from collections.abc import Sequence

from PySide6.QtCore import Signal

from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.ui.book_commands import COMMANDS
from ambuda_desktop.ui.flow import Flow
from ambuda_desktop.ui.widgets import Button


class BookButtons(Flow):
    """One button a command; those that fit nothing are hidden."""

    wanted = Signal(str)  # the name of a command

    def __init__(self) -> None:
        self.by_name: dict[str, Button] = {}
        for command in COMMANDS:
            if command.visible:
                self.by_name[command.name] = Button(command.words(), command.icon)
        super().__init__(*self.by_name.values())
        for name, button in self.by_name.items():
            button.clicked.connect(lambda _checked=False, name=name: self.wanted.emit(name))

    def show_books(self, books: Sequence[BookSummary]) -> None:
        for command in COMMANDS:
            button = self.by_name.get(command.name)
            if button is None:
                continue
            fitting = command.fitting(books)
            if fitting:
                words = command.words(fitting)
                button.set_words(words)
                button.setToolTip(f"{words} ({command.keys})")
            button.setVisible(bool(fitting))
