"""A page image as a PDF takes it: the bytes of the JPEG or PNG as they are wherever PDFs know that kind.

Colour profiles are left out: scans are shown in the colours of the device, as most programs show the files.
"""

import io
import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from ambuda_desktop.worker.ocr.image import dpi_of
from ambuda_desktop.worker.pdf import jpeg
from ambuda_desktop.worker.pictures import png

_CHANNELS = {0: 1, 2: 3, 3: 1}  # by PNG's number for the kind of colours: gray, RGB, a palette
_SPACES = {1: "/DeviceGray", 3: "/DeviceRGB"}


class BadImage(Exception):
    """The file is no whole image."""


@dataclass(frozen=True)
class PageImage:
    """An image, packed."""

    width: int  # pixels
    height: int  # pixels
    entries: str  # of its PDF dictionary, but the length
    data: bytes
    dpi: float


def read_page_image(path: Path) -> PageImage:
    """The image of a page. Raises BadImage where it is torn; OSError where it cannot be read."""
    data = path.read_bytes()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", Image.DecompressionBombWarning
            )  # its pixels are not unpacked here
            image = Image.open(io.BytesIO(data))
        dpi = dpi_of(image)
        if image.format == "JPEG" and (as_it_is := _jpeg(data, dpi)):
            return as_it_is
        if image.format == "PNG" and (as_it_is := _png(data, dpi)):
            return as_it_is
        packed = _png(_plain_png(image), dpi)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:  # Pillow's, for damage
        raise BadImage(str(error)) from error
    assert packed is not None
    return packed


def _jpeg(data: bytes, dpi: float) -> PageImage | None:
    """None where not every reader of PDFs would show it alike: CMYK, 12 bits, arithmetic coding."""
    frame = jpeg.read_frame(data)
    if not jpeg.is_complete(data):
        raise BadImage("its end is missing")
    if frame is None or not frame.common or frame.components not in _SPACES:
        return None
    entries = _entries(frame.width, frame.height, _SPACES[frame.components], 8, "/DCTDecode")
    return PageImage(frame.width, frame.height, entries, data, dpi)


def _png(data: bytes, dpi: float) -> PageImage | None:
    """None where PDFs have nothing like it: transparency, interlacing."""
    if not png.is_complete(data):
        raise BadImage("its end is missing")
    chunks = list(_chunks(data))
    width, height, bits, colours, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    palette = next((body for kind, body in chunks if kind == b"PLTE"), b"")
    odd = interlaced or colours not in _CHANNELS or (colours == 3 and not palette)
    if odd or any(kind == b"tRNS" for kind, _ in chunks):
        return None
    channels = _CHANNELS[colours]
    space = _SPACES[channels]
    if colours == 3:
        space = f"[/Indexed /DeviceRGB {len(palette) // 3 - 1} <{palette.hex()}>]"
    parameters = f"<< /Predictor 15 /Colors {channels} /BitsPerComponent {bits} /Columns {width} >>"
    entries = f"{_entries(width, height, space, bits, '/FlateDecode')} /DecodeParms {parameters}"
    return PageImage(width, height, entries, b"".join(body for kind, body in chunks if kind == b"IDAT"), dpi)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The parts of a PNG: their kinds and what is in them."""
    at = 8
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at += 12 + length


def _plain_png(image: Image.Image) -> bytes:
    """On white paper, in gray or RGB."""
    if "A" in image.getbands() or "transparency" in image.info:
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    plain = image if image.mode in ("1", "L", "I;16") else image.convert("RGB")
    plain.info.pop("transparency", None)
    out = io.BytesIO()
    plain.save(out, "PNG")
    return out.getvalue()


def _entries(width: int, height: int, space: str, bits: int, packing: str) -> str:
    return (
        f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace {space} "
        f"/BitsPerComponent {bits} /Filter {packing}"
    )
