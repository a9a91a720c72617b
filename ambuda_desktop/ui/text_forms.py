"""The dialog for the text of books, opened over the window."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.settings import Settings
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.dialogs.recognise import RecogniseDialog
from ambuda_desktop.ui.text_survey import pages_of

Does = Callable[[Sequence[BookSummary], OcrBook], None]


class TextForms:
    """Begins with the options that were used last for these books, else with those of the settings."""

    def __init__(self, context: Context, window: QWidget, settings: Callable[[], None]) -> None:
        """`settings` opens the settings."""
        self._settings = settings
        self._context, self._window = context, window

    def recognise(
        self, books: Sequence[BookSummary], does: Does, pages: Sequence[int] = (), page: int = 1
    ) -> None:
        """Ask how, and of which pages (none: it is asked); `page`: the one to try it on."""
        if not books:
            return
        usual = Settings.usable(self._context.paths.settings).ocr
        before = next((book.text.options for book in books if book.text), usual)
        dialog = RecogniseDialog(
            self._context, books, before, pages_of(pages), pages[0] if pages else page, self._window.window()
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.chosen.connect(lambda asked: does(books, asked))
        dialog.settings_wanted.connect(self._settings)
        dialog.open()
