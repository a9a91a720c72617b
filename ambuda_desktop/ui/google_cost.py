"""Saying what Google will ask for work that was tried again."""

from PySide6.QtCore import QCoreApplication

from ambuda_desktop.ocr_cost import cost
from ambuda_desktop.ui.bars import Bars
from ambuda_desktop.ui.words import pages


def say_cost(bars: Bars, count: int) -> None:
    """In a bar, for so many pages; nothing is said of none."""
    if count:
        words = QCoreApplication.translate("google_cost", "Google will read {}, {}.")
        bars.say("google cost", words.format(pages(count), cost(count)), "note")
