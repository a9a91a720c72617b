"""A folder of pictures as the original of a book; a TIFF may hold several pages."""

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from PIL import Image, ImageOps, UnidentifiedImageError

from ambuda_desktop.errors import BadInput
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.worker.pdf import jpeg
from ambuda_desktop.worker.split.encode import encode
from ambuda_desktop.worker.split.page import CannotMake, Made

MAX_PIXELS = 200_000_000  # of a picture that has to be decoded: 600 MB in colour
ORIENTATION = 0x0112  # the EXIF tag
UPRIGHT = 1
_PNG_END = b"IEND\xaeB`\x82"

Image.MAX_IMAGE_PIXELS = MAX_PIXELS  # Pillow's own guard, for what asks before we do

#: What damaged pictures make Pillow raise.
FAULTS = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    LookupError,
    ArithmeticError,
    Image.DecompressionBombError,
)


class Frame(NamedTuple):
    """Where a page is: the file, and which of its images."""

    file: Path
    image: int


class PictureOriginal:
    """The pictures of a book in order."""

    doubt: str | None = None

    def __init__(self, folder: Path) -> None:
        self._frames = [Frame(file, i) for file in sorted(folder.iterdir()) for i in range(_images(file))]
        if not self._frames:
            raise BadInput("The book has no pictures.")

    @property
    def count(self) -> int:
        return len(self._frames)

    def is_copied(self, number: int, options: PageOptions) -> bool:
        """By its kind only: whether it is whole and upright is seen when it is made."""
        plain = not options.grayscale and options.max_dpi is None
        return plain and self._frames[number - 1].file.suffix in _kept(options)

    def make(self, number: int, options: PageOptions, work: Path) -> Made:  # noqa: ARG002 - for other originals
        """The picture itself where it can stay as it is, else a new one."""
        frame = self._frames[number - 1]
        try:
            return _make(frame, options)
        except FAULTS as error:
            words = str(error).replace(str(frame.file), "").strip(" .:'\"")
            raise CannotMake(f"The picture is damaged: {words or type(error).__name__}.") from error


def _make(frame: Frame, options: PageOptions) -> Made:
    with Image.open(frame.file) as image:
        if image.width * image.height > MAX_PIXELS:
            size = image.width * image.height // 1_000_000
            raise CannotMake(
                f"The picture has {size} megapixels; at most {MAX_PIXELS // 1_000_000} can be used."
            )
        image.seek(frame.image)
        dpi = _dpi(image)
        # Whoever reads the page later may not know of EXIF: what is turned is written upright.
        upright = image.getexif().get(ORIENTATION, UPRIGHT) == UPRIGHT
        gray = image.mode in ("1", "L") or not options.grayscale
        small = options.max_dpi is None or dpi <= options.max_dpi
        if upright and gray and small and frame.file.suffix in _kept(options) and image.mode != "CMYK":
            return _copied(frame.file, (image.width, image.height), dpi)
        image.load()
        return encode(image if upright else ImageOps.exif_transpose(image), dpi, options)


def _kept(options: PageOptions) -> Sequence[str]:
    """Files of these kinds may be copied; PNG loses nothing, so it always may."""
    return (".png",) if options.format == "png" else (".jpg", ".png")


def _copied(file: Path, size: tuple[int, int], dpi: float) -> Made:
    data = file.read_bytes()
    suffix: Literal[".jpg", ".png"] = ".jpg" if file.suffix == ".jpg" else ".png"
    whole = jpeg.is_complete(data) if suffix == ".jpg" else _PNG_END in data[-64:]
    warning = None if whole else "The picture is cut short: a part of it is missing."
    return Made(data, suffix, *size, round(dpi, 2), "copied", warning)


def _dpi(image: Image.Image) -> float:
    """Pixels per inch as the picture says, 0 where it does not."""
    try:
        found = float(image.info["dpi"][0])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return 0.0
    return found if 1 < found < 100_000 else 0.0


@functools.lru_cache(maxsize=4096)
def _images(file: Path) -> int:
    """How many images a file holds. A damaged one counts as one: that page will say why it cannot be made."""
    if file.suffix != ".tif":
        return 1
    try:
        with Image.open(file) as image:
            return getattr(image, "n_frames", 1)
    except (*FAULTS, UnidentifiedImageError):
        return 1
