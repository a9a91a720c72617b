"""The text of one page as an OCR engine read it: the same shape whichever engine it was."""

from collections.abc import Sequence
from itertools import pairwise

from pydantic import BaseModel


class Word(BaseModel):
    """One word and where it stands: pixels of the page image, from its top left corner; x2 and y2 are outside."""

    text: str
    x1: int
    y1: int
    x2: int
    y2: int
    confidence: float | None = None  # 0 to 1; None where the engine says nothing
    line: int = 0  # of the page, from 0, in the order of reading
    block: int = 0  # of the page, from 0


class PageText(BaseModel):
    """What one page says. No words is a result too: the page is blank, or only a picture."""

    text: str  # NFC; a line break after each line, an empty line between blocks
    words: list[Word]  # in the order of reading
    width: int  # pixels of the page image
    height: int  # pixels of the page image
    engine: str  # "google" or "tesseract"
    model: str  # the engine's own name of it: "san+Devanagari", "builtin/stable"
    version: str  # of the engine
    milliseconds: float

    @property
    def confidence(self) -> float | None:
        """The mean over the words that have one, 0 to 1."""
        known = [word.confidence for word in self.words if word.confidence is not None]
        return sum(known) / len(known) if known else None

    @property
    def is_blank(self) -> bool:
        return not self.words


def text_of(words: Sequence[Word]) -> str:
    """What these words say: spaces between them, a line break after each line, an empty line between blocks."""
    if not words:
        return ""
    text = words[0].text
    for before, word in pairwise(words):
        text += "\n\n" if word.block != before.block else "\n" if word.line != before.line else " "
        text += word.text
    return text + "\n"
