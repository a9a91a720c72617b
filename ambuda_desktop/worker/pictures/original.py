"""A folder of pictures as the original of a book; a TIFF may hold several pages."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from PIL import Image, ImageFile, ImageOps

from ambuda_desktop.errors import BadInput
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.sources import PICTURE_SUFFIXES
from ambuda_desktop.worker.pdf import jpeg
from ambuda_desktop.worker.pictures import png
from ambuda_desktop.worker.pictures.frames import FAULTS, frames
from ambuda_desktop.worker.split.encode import encode
from ambuda_desktop.worker.split.page import CannotMake, Made

MAX_PIXELS = 200_000_000  # of a picture that has to be decoded: Pillow takes 800 MB for it in colour
ORIENTATION = 0x0112  # the EXIF tag
UPRIGHT = 1
SHORT = "The picture is cut short: a part of it is missing."
DAMAGED = "The picture is damaged: a part of it cannot be read. Compare the page with the book."


class Frame(NamedTuple):
    """Where a page is: the file, and which of its images."""

    file: Path
    image: int


class PictureOriginal:
    """The pictures of a book in order. `names`: what they were called when they were added."""

    def __init__(self, folder: Path, names: Sequence[str] = ()) -> None:
        files = sorted(p for p in folder.iterdir() if p.suffix in PICTURE_SUFFIXES and p.stem.isdecimal())
        if not files:
            raise BadInput("The book has no pictures.")
        self._frames = [Frame(file, image) for file in files for image in frames(file).images]
        torn = [file for file in files if frames(file).torn]
        self.doubt = _doubt(torn[0], names) if torn else None

    @property
    def count(self) -> int:
        return len(self._frames)

    def is_copied(self, number: int, options: PageOptions) -> bool:
        """By its kind only: whether it is whole and upright is seen when it is made."""
        plain = not options.grayscale and options.max_dpi is None
        return plain and self._frames[number - 1].file.suffix in _kept(options)

    def make(self, number: int, options: PageOptions, work: Path) -> Made:  # noqa: ARG002 - for other originals
        """The picture itself where it can stay as it is, else a new one."""
        if number > self.count:
            raise CannotMake("The picture is no longer there.")
        frame = self._frames[number - 1]
        try:
            with warnings.catch_warnings(action="ignore"):  # of odd tags, which change no image
                return _make(frame, options)
        except MemoryError:
            raise CannotMake("The picture needs more memory than it may have.") from None
        except FAULTS as error:
            words = str(error).replace(str(frame.file), "").strip(" .:'\"")
            raise CannotMake(f"The picture is damaged: {words or type(error).__name__}.") from error


def _doubt(file: Path, names: Sequence[str]) -> str:
    place = int(file.stem) - 1
    name = names[place] if place < len(names) else file.name
    return f"{name} is damaged: pages may be missing from its end. Compare the pages with the book."


def _make(frame: Frame, options: PageOptions) -> Made:
    with Image.open(frame.file) as image:
        image.seek(frame.image)
        dpi = _dpi(image)
        # Whoever reads the page later may not know of EXIF: what is turned is written upright.
        upright = _orientation(image) == UPRIGHT
        gray = image.mode in ("1", "L") or not options.grayscale
        small = options.max_dpi is None or dpi <= options.max_dpi
        if upright and gray and small and frame.file.suffix in _kept(options) and image.mode != "CMYK":
            return _copied(frame.file, (image.width, image.height), dpi)
        if image.width * image.height > MAX_PIXELS:
            size = image.width * image.height // 1_000_000
            raise CannotMake(
                f"The picture has {size} megapixels; at most {MAX_PIXELS // 1_000_000} can be used."
            )
        try:
            image.load()
        except OSError as error:
            part = _what_can_be_had(frame, error)
            return encode(part if upright else ImageOps.exif_transpose(part), dpi, options, DAMAGED)
        return encode(image if upright else ImageOps.exif_transpose(image), dpi, options)


def _what_can_be_had(frame: Frame, error: OSError) -> Image.Image:
    """The part of a damaged picture that can be decoded. Raises `error` where there is none."""
    with Image.open(frame.file) as image:
        image.seek(frame.image)
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        try:
            part = image.copy()
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = False
    if all(low == high for low, high in part.convert("RGB").getextrema()):  # type: ignore[misc]
        raise error
    return part


def _orientation(image: Image.Image) -> int:
    if image.format == "PNG" and "exif" not in image.info:
        return UPRIGHT  # Pillow would decode the whole picture, to search behind it
    found = image.getexif().get(ORIENTATION, UPRIGHT)
    return found if isinstance(found, int) else UPRIGHT


def _kept(options: PageOptions) -> Sequence[str]:
    """Files of these kinds may be copied; PNG loses nothing, so it always may."""
    return (".png",) if options.format == "png" else (".jpg", ".png")


def _copied(file: Path, size: tuple[int, int], dpi: float) -> Made:
    data = file.read_bytes()
    suffix: Literal[".jpg", ".png"] = ".jpg" if file.suffix == ".jpg" else ".png"
    whole = jpeg.is_complete(data) if suffix == ".jpg" else png.is_complete(data)
    return Made(data, suffix, *size, round(dpi, 2), "copied", None if whole else SHORT)


def _dpi(image: Image.Image) -> float:
    """Pixels per inch as the picture says, 0 where it does not."""
    try:
        found = float(image.info["dpi"][0])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return 0.0
    return found if 1 < found < 100_000 else 0.0
