"""What a wish for text would come to, found out off the GUI thread before anything is started."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QCoreApplication

from ambuda_desktop.books import BookFolder
from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.google_account import EMULATOR, find_key
from ambuda_desktop.ocr_cost import cost
from ambuda_desktop.ocr_needs import check_engine
from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.params.page_numbers import format_pages
from ambuda_desktop.paths import Paths
from ambuda_desktop.reading_list import read_already, reading_list
from ambuda_desktop.tessdata import folders, models
from ambuda_desktop.ui.book_words import listed
from ambuda_desktop.ui.durations import plural
from ambuda_desktop.ui.words import pages

SANSKRIT = ("san", "Devanagari")


def _tr(text: str) -> str:
    return QCoreApplication.translate("text_survey", text)


@dataclass(frozen=True)
class Needs:
    """What some options lack, and what there is to choose from instead."""

    options: OcrOptions
    sentence: str  # with the fix; empty where they lack nothing
    account: bool = False  # it is an account, which the settings take
    models: list[str] = field(default_factory=list)  # of Tesseract


@dataclass(frozen=True)
class Survey:
    """How many pages would be read, and what stands in the way."""

    asked: OcrBook
    needs: Needs
    pages: int = 0
    #: Of these, pages that were read in this very way: they stay.
    same: int = 0
    without_image: list[int] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """`312 pages, about $0.47.`"""
        if not self.pages:
            return self._nothing
        count = self.pages - self.same
        words = _tr("%s will be read") % pages(count)
        if self.asked.options.engine == "google":
            words += _tr(", %s") % cost(count)
        words += "."
        if self.without_image:
            words += " " + _tr("There is no image of page %s.") % listed(self.without_image)
        if self.same:
            one = _tr("%s page was read in this way before, and stays as it is.")
            many = _tr("%s pages were read in this way before, and stay as they are.")
            words += " " + plural(self.same, one, many)
        return words

    @property
    def _nothing(self) -> str:
        if self.without_image:
            return _tr("There is no image of page %s.") % listed(self.without_image)
        if self.asked.only_missing:
            return _tr("All pages have a text. “all” reads them in another way.")
        if self.asked.below is not None:
            return _tr("No page was read with a lower confidence.")
        return _tr("There is no page to read.")


def survey(paths: Paths, books: Sequence[str], asked: OcrBook) -> Survey:
    """Look at the files of these books, and at what the engine needs."""
    count = same = 0
    without: list[int] = []
    for book in books:
        folder = BookFolder(paths.library / book)
        found = reading_list(folder, asked)
        count += len(found.pages)
        without += found.without_image
        if not asked.only_missing:
            same += len(read_already(folder, found.pages, asked.options))
    return Survey(asked, needs_of(paths, asked.options), count, same, without)


def needs_of(paths: Paths, options: OcrOptions) -> Needs:
    """Look whether all is there for these options. Asks the keyring, which may take its time."""
    found = installed_models(paths)
    try:
        if options.engine == "google" and not os.environ.get(EMULATOR) and find_key(paths) is None:
            words = _tr(
                "There is no account with Google Vision yet. The settings take the key of a service account; "
                "Tesseract needs none."
            )
            return Needs(options, words, account=True, models=found)
        check_engine(paths, options)
    except AmbudaError as error:
        return Needs(options, str(error), models=found)
    return Needs(options, "", models=found)


def installed_models(paths: Paths) -> list[str]:
    """The models of Tesseract to choose from, the best for Sanskrit among them."""
    found = models(folders(paths))
    both = ["+".join(SANSKRIT)] if set(SANSKRIT) <= set(found) else []
    return [*found[:1], *both, *(name for name in found[1:] if name != "san")]


def pages_of(numbers: Sequence[int]) -> str:
    """Numbers as a field has them: `1-3,7`."""
    return format_pages(sorted(numbers))
