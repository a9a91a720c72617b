"""PDFs made on the spot: whole scans, and every oddity that a split has to get right."""

import io
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageDraw

from ambuda_desktop.books import BookFolder
from ambuda_desktop.manifest import Manifest

WIDTH, HEIGHT = 240, 320  # pixels of a made scan
DPI = 100.0  # of a made scan, so that its page is 172.8 × 230.4 points
SPACES = {"L": Name.DeviceGray, "RGB": Name.DeviceRGB, "CMYK": Name.DeviceCMYK}


def picture(mode: str = "RGB", size: tuple[int, int] = (WIDTH, HEIGHT), shade: int = 40) -> Image.Image:
    """An image of lines on paper, different for each `shade`."""
    image = Image.new("RGB", size, (245, 235, 215))
    draw = ImageDraw.Draw(image)
    for y in range(20, size[1] - 20, 20):
        draw.rectangle((20, y, size[0] - 20 - (y * shade) % 60, y + 8), fill=(shade, 30, 20))
    return image.convert(mode)


def jpeg(
    mode: str = "RGB", size: tuple[int, int] = (WIDTH, HEIGHT), shade: int = 40, **options: Any
) -> bytes:
    """The bytes of a JPEG; `options` are Pillow's."""
    out = io.BytesIO()
    picture(mode, size, shade).save(out, "JPEG", quality=85, **options)
    return out.getvalue()


def image(
    pdf: pikepdf.Pdf, data: bytes, size: tuple[int, int], space: Any, packing: Name | None, **keys: Any
) -> pikepdf.Object:
    """An image object; `keys` go into its dictionary, and replace what is there."""
    stream = pdf.make_stream(data)
    entries = {"Type": Name.XObject, "Subtype": Name.Image, "Width": size[0], "Height": size[1],
               "ColorSpace": space, "BitsPerComponent": 8, "Filter": packing} | keys  # fmt: skip
    for key, value in entries.items():
        if value is not None:
            stream[f"/{key}"] = value
    return stream


def jpeg_image(pdf: pikepdf.Pdf, data: bytes, mode: str = "RGB", **keys: Any) -> pikepdf.Object:
    """A JPEG as an image object."""
    size = keys.pop("size", (WIDTH, HEIGHT))
    return image(pdf, data, size, keys.pop("space", SPACES[mode]), Name.DCTDecode, **keys)


def flate_image(pdf: pikepdf.Pdf, mode: str = "RGB", **keys: Any) -> pikepdf.Object:
    """An image object packed without loss."""
    pixels = picture(mode).tobytes()
    return image(pdf, zlib.compress(pixels), (WIDTH, HEIGHT), SPACES[mode], Name.FlateDecode, **keys)


def fax_image(pdf: pikepdf.Pdf) -> pikepdf.Object:
    """A black and white image packed as faxes are (CCITT group 4)."""
    out = io.BytesIO()
    picture("1").save(out, "TIFF", compression="group4", strip_size=1 << 20)
    with Image.open(out) as tiff:
        at, count = tiff.tag_v2[273][0], tiff.tag_v2[279][0]  # type: ignore[attr-defined]
        black_is_zero = tiff.tag_v2[262] == 1  # type: ignore[attr-defined]
    parameters = Dictionary(K=-1, Columns=WIDTH, Rows=HEIGHT, BlackIs1=not black_is_zero)
    return image(
        pdf, out.getvalue()[at : at + count], (WIDTH, HEIGHT), Name.DeviceGray, Name.CCITTFaxDecode,
        BitsPerComponent=1, DecodeParms=parameters,
    )  # fmt: skip


def points(pixels: float, dpi: float = DPI) -> float:
    """The length on paper of so many pixels."""
    return pixels * 72 / dpi


def draw_image(name: str = "Im0", dpi: float = DPI, x: float = 0, y: float = 0) -> bytes:
    """Content that draws a made scan."""
    return b"q %.4f 0 0 %.4f %.4f %.4f cm /%s Do Q" % (
        points(WIDTH, dpi), points(HEIGHT, dpi), x, y, name.encode(),
    )  # fmt: skip


def add_page(
    pdf: pikepdf.Pdf, content: bytes, images: Sequence[pikepdf.Object] = (), *,
    box: Sequence[float] | None = None, resources: dict[str, Any] | None = None, **keys: Any,
) -> pikepdf.Page:  # fmt: skip
    """Append a page with images Im0, Im1, ...; `keys` go into its dictionary."""
    xobjects = Dictionary({f"/Im{i}": made for i, made in enumerate(images)})
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array(box or [0, 0, points(WIDTH), points(HEIGHT)]),
        Resources=Dictionary(XObject=xobjects, **(resources or {})),
        Contents=pdf.make_stream(content),
        **keys,
    )
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
    return pdf.pages[-1]


def add_scan(
    pdf: pikepdf.Pdf, data: bytes | None = None, mode: str = "RGB", size: tuple[int, int] = (WIDTH, HEIGHT),
    **keys: Any,
) -> pikepdf.Page:  # fmt: skip
    """Append a page that is one JPEG of this size; `keys` go into the page's dictionary."""
    made = jpeg_image(pdf, jpeg(mode) if data is None else data, mode, size=size)
    return add_page(pdf, draw_image(), [made], **keys)


def font(kind: Name = Name.Type1) -> dict[str, Any]:
    """Resources with a font F1."""
    return {"Font": Dictionary(F1=Dictionary(Type=Name.Font, Subtype=kind, BaseFont=Name.Helvetica))}


def add_text(pdf: pikepdf.Pdf, words: str = "dharmaksetre kuruksetre", **keys: Any) -> pikepdf.Page:
    """Append a born-digital page of 3 × 2 inches."""
    content = b"BT /F1 12 Tf 20 100 Td (%s) Tj ET" % words.encode()
    return add_page(pdf, content, box=[0, 0, 216, 144], resources=font(), **keys)


def scanned_jpegs(
    pages: int, size: tuple[int, int] = (WIDTH, HEIGHT), label: str = "page"
) -> Iterable[bytes]:
    """JPEGs, no two of the same bytes, nor any of another `label`; made in no time by a comment in each."""
    base = [jpeg(size=size, shade=shade) for shade in (20, 60, 100, 140)]
    for number in range(pages):
        comment = b"%s %d" % (label.encode(), number + 1)
        one = base[number % len(base)]
        yield one[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + one[2:]


def scanned_book(path: Path, pages: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> list[bytes]:
    """Save a book of JPEG scans; returns their bytes. 1,000 small pages take half a second."""
    pdf = pikepdf.new()
    made = list(scanned_jpegs(pages, size))
    for data in made:
        add_scan(pdf, data, size=size)
    pdf.save(path)
    return made


def put_in_library(library: Path, pdf: Path | pikepdf.Pdf, slug: str = "book") -> BookFolder:
    """A book's folder as `library.add_book` leaves it, without a store."""
    folder = BookFolder(library / slug)
    folder.path.mkdir(parents=True)
    if isinstance(pdf, pikepdf.Pdf):
        pdf.save(folder.original)
    else:
        folder.original.write_bytes(pdf.read_bytes())
    Manifest(title=slug, slug=slug, source_name=f"{slug}.pdf", source_sha256="0" * 64).save(folder.manifest)
    return folder


def lock(source: Path, target: Path, user: str, owner: str = "owner") -> Path:
    """The same PDF with passwords."""
    with pikepdf.open(source) as pdf:
        pdf.save(target, encryption=pikepdf.Encryption(user=user, owner=owner))
    return target


def hide_pages(path: Path) -> Path:
    """Damage a PDF so that qpdf finds fewer pages in it than poppler: its list of pages says one thing and does
    another."""
    with pikepdf.open(path) as pdf:
        count = len(pdf.pages)
        pdf.save(path.with_suffix(".plain"), object_stream_mode=pikepdf.ObjectStreamMode.disable)
    data = path.with_suffix(".plain").read_bytes()
    path.with_suffix(".plain").unlink()
    before = b"/Count %d" % count
    assert data.count(before) == 1
    path.write_bytes(data.replace(before, b"/Count %d" % (count + 3)))
    return path
