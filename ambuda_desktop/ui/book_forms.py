"""The dialogs for options: before books are added, and before they are split again."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from ambuda_desktop.errors import BadInput
from ambuda_desktop.library import NewBook
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.settings import Settings
from ambuda_desktop.store.books import BookSummary
from ambuda_desktop.ui.adding import BookPlace, name_of
from ambuda_desktop.ui.book_words import titles
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.dialogs.split_options import Ask, SplitOptionsDialog
from ambuda_desktop.ui.durations import plural
from ambuda_desktop.ui.text_survey import needs_of

Chosen = Callable[[str | None, str | None, PageOptions, OcrOptions | None], None]
Again = Callable[[Sequence[BookSummary], str | None, PageOptions], None]


def _tr(text: str) -> str:
    return QCoreApplication.translate("book_forms", text)


class BookForms:
    """Opens them over `window`; presets and defaults are those of the settings."""

    def __init__(self, context: Context, window: QWidget) -> None:
        self._context, self._window = context, window

    def add(self, places: list[Path]) -> None:
        """Look for books in some places, then ask how they are wanted."""
        if places:
            self._context.adding.find(places).done.connect(self._ask_to_add)

    def split_again(self, books: Sequence[BookSummary], does: Again) -> None:
        """Ask how books that are there are wanted instead."""
        settings = self._settings()
        if not books or settings is None:
            return
        one = books[0] if len(books) == 1 else None
        ask = Ask(
            _tr("Split {} again").format(titles(books)),
            _tr("The images that are there stay until all of the new ones are complete."),
            _tr("Split again"),
            books[0].options,
            settings.presets,
            pages=(one.asked or "") if one else None,
            most_pages=one.pages if one else None,
            offers_default=False,
            offers_text=False,
        )
        self._open(ask, lambda _title, pages, options, _ocr: does(books, pages, options))

    def _ask_to_add(self, found: list[BookPlace]) -> None:
        settings = self._settings()
        if not found or settings is None:
            return
        one = len(found) == 1
        many = plural(len(found), _tr("Add %s book"), _tr("Add %s books"))
        heading = _tr("Add “{}”").format(name_of(found[0])) if one else many
        ask = Ask(
            heading,
            _tr("What you add is only read, never changed."),
            _tr("Add the book") if one else many,
            settings.split,
            settings.presets,
            title=name_of(found[0]) if one else None,
            ocr=settings.ocr,
        )

        def add(title: str | None, pages: str | None, options: PageOptions, ocr: OcrOptions | None) -> None:
            self._context.adding.add_books(found, NewBook(title, pages, options, then_ocr=ocr))

        self._open(ask, add)

    def _open(self, ask: Ask, does: Chosen) -> None:
        place = self._context.paths.settings
        dialog = SplitOptionsDialog(ask, self._window.window())
        dialog.finished.connect(dialog.deleteLater)
        dialog.form.preset_saved.connect(self._save_preset)
        dialog.form.preset_deleted.connect(partial(self._save_preset, options=None))

        def chosen(
            title: str | None, pages: str | None, options: PageOptions, remember: bool, ocr: OcrOptions | None
        ) -> None:
            if remember:
                self._context.write(lambda _store, _errand: Settings.change(place, split=options))
            does(title, pages, options, ocr)

        dialog.chosen.connect(chosen)
        dialog.text_wanted.connect(partial(self._look_at_needs, dialog))
        dialog.open()

    def _look_at_needs(self, dialog: SplitOptionsDialog, options: OcrOptions) -> None:
        paths = self._context.paths

        errand = self._context.background.start(lambda _store, _errand: needs_of(paths, options))
        errand.done.connect(dialog.show_needs)

    def _save_preset(self, name: str, options: PageOptions | None) -> None:
        place = self._context.paths.settings
        self._context.write(lambda _store, _errand: Settings.change_preset(place, name, options))

    def _settings(self) -> Settings | None:
        try:
            return Settings.load(self._context.paths.settings)
        except BadInput as error:
            self._context.bars.say("settings", str(error), "error")
            return None
