"""A page image as Google takes it: its own bytes wherever they are few enough."""

import io
import warnings
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from ambuda_desktop.files import printable
from ambuda_desktop.worker.ocr.engine import PageUnread
from ambuda_desktop.worker.ocr.google_text import Place
from ambuda_desktop.worker.ocr.image import read_gray

MOST_BYTES = (
    7_000_000  # of all images of a request: it may have 10 MB, and 4 of 3 in JSON somewhere behind it
)
MOST_PIXELS = 75_000_000  # Google makes larger ones smaller, and tells boxes of that
QUALITY = 85  # of what has to be made smaller
SMALLER = 0.7  # at each step


class Sent(NamedTuple):
    """What is sent of an image, and how it lies in the page."""

    data: bytes
    place: Place


def to_send(path: Path) -> Sent | PageUnread:
    """The image as it is, or in gray and smaller where it is too large; why not, where it is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                width, height = image.size
        data = path.read_bytes()
    except FileNotFoundError:
        return PageUnread(f"{printable(path.name)} is no longer there.")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        return PageUnread(
            f"{printable(path.name)} is damaged or no image ({type(error).__name__}). Split the page again."
        )
    if len(data) <= MOST_BYTES and width * height <= MOST_PIXELS:
        return Sent(data, Place(width, height))
    try:
        return _smaller(path)
    except PageUnread as unread:
        return unread


def _smaller(path: Path) -> Sent:
    scale = 1.0
    while True:
        gray = read_gray(path, scale)
        out = io.BytesIO()
        gray.image.save(out, "JPEG", quality=QUALITY)
        if out.tell() <= MOST_BYTES:
            return Sent(out.getvalue(), Place(gray.width, gray.height, gray.width / gray.image.width))
        scale *= SMALLER
