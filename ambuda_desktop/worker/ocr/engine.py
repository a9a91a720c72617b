"""What every OCR engine is to the task that uses it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from ambuda_desktop.page_text import PageText


class PageUnread(Exception):
    """One page could not be read, which says nothing of the others; `str()` is a sentence for the user."""


class OcrEngine(Protocol):
    """Page images in, their text out. Made in the pool process that uses it, after the fork."""

    def read(self, images: Sequence[Path]) -> Sequence[PageText | PageUnread]:
        """The text of each image (JPEG or PNG), in their order.

        Raises AmbudaError where none can be read: wrong credentials, missing language data; Park where the work
        has to wait: no network, no quota.
        """
        ...

    def take(self, images: Sequence[Path]) -> int:
        """How many of these images, from the first, fit into one `read`: at least 1."""
        ...
