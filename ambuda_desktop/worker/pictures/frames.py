"""Which pages a picture holds: a TIFF may have several, and images that are none."""

import functools
import struct
import warnings
import zlib
from pathlib import Path
from typing import NamedTuple

from PIL import Image

# Ours are the limits, where a picture is decoded; Pillow's own would speak of attacks.
Image.MAX_IMAGE_PIXELS = None

#: What damaged pictures make Pillow raise.
FAULTS = (
    OSError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RuntimeError, SyntaxError, EOFError,
    MemoryError, struct.error, zlib.error,
)  # fmt: skip

SUBFILE = 254  # the TIFF tag that says what an image is for
NO_PAGE = 1 | 4  # a smaller copy of another image, a mask of one
MOST = 100_000  # images that are looked for in one file


class Frames(NamedTuple):
    """The images of a file that are pages, and whether there may be more that cannot be found."""

    images: tuple[int, ...]
    torn: bool = False


@functools.lru_cache(maxsize=4096)
def frames(file: Path) -> Frames:
    """The pages in a file. One in which none can be found counts as one, which will say why it cannot be made."""
    if file.suffix != ".tif":
        return Frames((0,))
    pages: list[int] = []
    number = 0
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(file) as image:
            for number in range(MOST):
                image.seek(number)
                if not int(image.tag_v2.get(SUBFILE, 0)) & NO_PAGE:  # type: ignore[attr-defined]
                    pages.append(number)
    except EOFError:  # the last has been seen
        return Frames(tuple(pages) or (0,))
    except FAULTS:
        # The chain of images is torn here: what comes after has no place any more.
        return Frames((*pages, number), torn=True)
    return Frames(tuple(pages))
