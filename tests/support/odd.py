"""Books as people really have them: one for each way in which a PDF may be odd, with what must become of it."""

import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import Array, Name
from PIL import Image

from ambuda_desktop.worker.pdf.preflight import MAX_PIXELS
from tests.support import pdfs

RED, WHITE, BLACK = (255, 0, 0), (255, 255, 255), (0, 0, 0)
WHOLE = Array([0, 0, pdfs.points(pdfs.WIDTH), pdfs.points(pdfs.HEIGHT)])


@dataclass(frozen=True)
class Odd:
    """A PDF, and what becomes of it."""

    write: Callable[[Path], object]
    state: str = "done"
    #: What is said of the book as a whole: its error, or its doubt.
    says: str | None = None
    #: What is said of each page that is not there (1: ...), or that needs a look.
    pages: dict[int, str] | None = None
    size: tuple[int, int] | None = None  # pixels of page 1; None: any within the limit
    colour: tuple[int, int, int] | None = None  # of page 1, in the middle of its upper half


def saved(add: Callable[[pikepdf.Pdf], object]) -> Callable[[Path], None]:
    """A PDF to which `add` adds pages."""

    def write(path: Path) -> None:
        with pikepdf.new() as pdf:
            add(pdf)
            pdf.save(path)

    return write


def text(*box: float) -> Callable[[Path], None]:
    """A page of text in a box of this size, in points."""
    words = b"BT /F1 12 Tf 20 40 Td (dharmaksetre) Tj ET"
    return saved(lambda pdf: pdfs.add_page(pdf, words, box=box, resources=pdfs.font()))


def image(**keys: object) -> Callable[[pikepdf.Pdf], object]:
    """A page of one image of 2 × 2 pixels, packed without loss; `keys` replace what is in its dictionary."""
    data = keys.pop("data", b"\0" * 12)
    return lambda pdf: pdfs.add_page(
        pdf,
        pdfs.draw_image(),
        [pdfs.image(pdf, data, (2, 2), keys.pop("space", Name.DeviceRGB), None, **keys)],  # type: ignore[arg-type]
    )


def truncated(path: Path) -> None:
    """A book of six scans that lost its last third."""
    pdfs.scanned_book(path, 6)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])


def rotted(path: Path) -> None:
    """A book of four scans, of which qpdf and poppler count the pages differently."""
    pdfs.scanned_book(path, 4)
    pdfs.hide_pages(path)


def owned(path: Path) -> None:
    """A book that everybody may read, but only its owner change."""
    pdfs.scanned_book(path.with_suffix(".plain"), 2)
    pdfs.lock(path.with_suffix(".plain"), path, user="")


def turned(pdf: pikepdf.Pdf) -> None:
    """A page whose left half is black, turned to the right: so its upper half is."""
    pdfs.add_page(pdf, b"0 0 100 400 re f", box=[0, 0, 200, 400], Rotate=90)


def big_bilevel(pdf: pikepdf.Pdf) -> None:
    """A page of 35,000 × 35,000 pixels in black and white: black."""
    side = 35_000
    data = zlib.compress(bytes((side + 7) // 8 * side), 1)
    made = pdfs.image(
        pdf, data, (side, side), Name.DeviceGray, Name.FlateDecode, BitsPerComponent=1
    )  # fmt: skip
    pdfs.add_page(pdf, b"q 8400 0 0 8400 0 0 cm /Im0 Do Q", [made], box=[0, 0, 8400, 8400])


def long_lines(pdf: pikepdf.Pdf) -> None:
    """A page whose content is too long to be looked at, with an image of 32,767 pixels a line: black."""
    data = zlib.compress(bytes(4096 * 40))
    made = pdfs.image(pdf, data, (32_767, 40), Name.DeviceGray, Name.FlateDecode, BitsPerComponent=1)
    lines = b" 0 0 m 0 0 l S" * 100_000
    pdfs.add_page(pdf, b"q 400 0 0 200 0 0 cm /Im0 Do Q" + lines, [made], box=[0, 0, 400, 200])


def masked(pdf: pikepdf.Pdf) -> None:
    """A page whose black image is hidden by its mask."""
    mask = pdfs.image(pdf, bytes(4), (2, 2), Name.DeviceGray, None)
    image(SMask=mask)(pdf)


def jpeg2000(pdf: pikepdf.Pdf) -> None:
    """A page of one red JPEG 2000."""
    out = io.BytesIO()
    size = (pdfs.WIDTH, pdfs.HEIGHT)
    Image.new("RGB", size, RED).save(out, "JPEG2000")
    pdfs.add_page(
        pdf, pdfs.draw_image(), [pdfs.image(pdf, out.getvalue(), size, None, Name.JPXDecode)]
    )  # fmt: skip


def bomb(pdf: pikepdf.Pdf) -> None:
    """A page that unpacks to ten million operators, and a good one."""
    page = pdfs.add_page(pdf, b" ")
    page.obj.Contents = pdf.make_stream(zlib.compress(b"q " * 10_000_000), Filter=Name.FlateDecode)
    pdfs.add_scan(pdf)


ODD = {
    "zero pages": Odd(saved(lambda pdf: None), "failed", "The PDF has no pages."),
    "beyond repair": Odd(
        lambda path: path.write_bytes(b"%PDF-1.4\nnothing follows"), "failed", "damaged beyond repair"
    ),
    "truncated": Odd(
        truncated, "incomplete", "damaged and was repaired as far as possible", {4: ".", 5: ".", 6: "."}
    ),
    "bit rotted": Odd(rotted, "done", "finds 4 pages in it, another 7"),
    "owner password": Odd(owned, size=(pdfs.WIDTH, pdfs.HEIGHT)),
    "no box": Odd(text(0, 0, 0, 0)),
    "box of negative size": Odd(text(0, 0, -216, -144), size=(900, 600)),
    "box of 20000 points": Odd(text(0, 0, 20_000, 15_000)),
    "box of a million points": Odd(text(0, 0, 1e6, 1e6)),
    "box of a billion points": Odd(text(0, 0, 1e9, 1e9), "incomplete", pages={1: "many kilometres"}),
    "35000 pixels": Odd(saved(big_bilevel), colour=BLACK),
    "long lines": Odd(saved(long_lines), colour=BLACK),
    "rotated": Odd(saved(turned), size=(1667, 834), colour=BLACK),
    "cmyk": Odd(saved(image(space=Name.DeviceCMYK, data=b"\0\xff\xff\0" * 4)), colour=RED),
    "masks": Odd(saved(masked), colour=WHITE),
    "jpeg 2000": Odd(saved(jpeg2000), size=(pdfs.WIDTH, pdfs.HEIGHT), colour=RED),
    "content without end": Odd(saved(bomb), "incomplete", pages={1: "more memory"}),
}


def look(name: str, page: Path) -> None:
    """Whether page 1 of an odd book is as it must be."""
    odd = ODD[name]
    with Image.open(page) as opened:
        assert opened.width * opened.height <= MAX_PIXELS * 1.01, name
        if odd.size:
            assert opened.size == odd.size, name
        if odd.colour:
            found = opened.convert("RGB").getpixel((opened.width // 2, opened.height // 4))
            assert isinstance(found, tuple)
            assert all(abs(a - b) < 50 for a, b in zip(found, odd.colour, strict=True)), (name, found)
