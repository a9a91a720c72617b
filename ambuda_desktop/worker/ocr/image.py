"""A page image as an engine of this machine takes it: gray, whole, and of a bounded size."""

import warnings
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from ambuda_desktop.files import printable
from ambuda_desktop.worker.ocr.engine import PageUnread

MOST_PIXELS = 40_000_000  # read as they are; a page of A3 at 400 dpi has 31 million
MOST_READABLE = 1_000_000_000  # beyond it only a file that lies about its size
LEAST_DPI, USUAL_DPI = 100, 300  # cameras and browsers write 72 or 96 and mean nothing by it


class Gray(NamedTuple):
    """An image of 8 bits a pixel, and what the original was."""

    image: Image.Image
    width: int  # pixels of the original
    height: int  # pixels of the original
    dpi: float  # of `image`


def read_gray(path: Path, scale: float = 1.0) -> Gray:
    """The image in gray, made smaller by `scale` and where it is too large. Raises PageUnread with the reason."""
    name = printable(path.name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # we look at the size ourselves
            image = Image.open(path)
        with image:
            width, height = image.size
            if width * height > MOST_READABLE:
                raise PageUnread(f"{name} says that it has {width} × {height} pixels, which no page has.")
            scale = min(scale, (MOST_PIXELS / (width * height)) ** 0.5)
            size = max(1, round(width * scale)), max(1, round(height * scale))
            dpi = dpi_of(image)
            # A JPEG that is far too large need not be unpacked whole.
            image.draft("L", size if scale < 1 else None)
            gray = _to_gray(image)
    except FileNotFoundError:
        raise PageUnread(f"{name} is no longer there.") from None
    except Image.DecompressionBombError:
        raise PageUnread(f"{name} has more pixels than any page.") from None
    except MemoryError:
        raise PageUnread(f"{name} needs more memory than a task may have.") from None
    except (OSError, SyntaxError, ValueError) as error:  # what Pillow raises for damaged files
        raise PageUnread(f"{name} is damaged or no image ({error}). Split the page again.") from error
    if gray.size != size:
        gray = gray.resize(size, Image.Resampling.LANCZOS if scale < 1 else Image.Resampling.BICUBIC)
    return Gray(gray, width, height, dpi * scale)


def _to_gray(image: Image.Image) -> Image.Image:
    """On white paper, with 8 bits a pixel; all of it is read here."""
    if image.mode.startswith("I"):  # 16 bits
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if "A" in image.getbands() or "transparency" in image.info:
        rgba = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("L")
    return image.convert("L")


def dpi_of(image: Image.Image) -> float:
    """Pixels per inch as the file says, where it can be meant."""
    try:
        dpi = float(image.info.get("dpi", (0, 0))[0])
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        return USUAL_DPI
    return dpi if LEAST_DPI <= dpi <= 2400 else USUAL_DPI
