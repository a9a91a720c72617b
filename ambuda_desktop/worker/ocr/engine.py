"""What every OCR engine is to the task that uses it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.page_text import PageText


class PageUnread(Exception):
    """One page could not be read, which says nothing of the others; `str()` is a sentence for the user."""


class MustWait(AmbudaError):
    """Nothing can be read just now, and nothing is wrong with the pages: no network, no quota.

    `waiting_for`: what for, in words. `pause`: seconds until it is worth another look.
    """

    def __init__(self, sentence: str, waiting_for: str = "", pause: float = 60.0) -> None:
        super().__init__(sentence)
        self.waiting_for = waiting_for
        self.pause = pause


class OcrEngine(Protocol):
    """Page images in, their text out. Made in the pool process that uses it, after the fork."""

    def read(self, images: Sequence[Path]) -> Sequence[PageText | PageUnread | None]:
        """The text of each image (JPEG or PNG), in their order; None: it had to wait, and is to be asked for again
        once the others are kept. That is never so of all of them.

        Raises AmbudaError where none can be read: wrong credentials, missing language data; MustWait where the work
        has to wait: no network, no quota.
        """
        ...

    def take(self, images: Sequence[Path]) -> int:
        """How many of these images, from the first, fit into one `read`: at least 1."""
        ...
