"""Makes resources/sample/sample.pdf: a small book that looks scanned, for the first run and for the tests.

Most pages are what a scanner writes, one upright JPEG filling the page; three are of kinds that must be
rendered: a bilevel Flate image, a page stored sideways, a page of real text. The same input gives the same
bytes on one machine; another version of Qt or libjpeg may move a pixel.
"""

import io
import os
import random
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf
from PIL import Image, ImageChops, ImageFilter, ImageOps
from PySide6.QtCore import QMarginsF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication, QImage, QPageSize, QPainter, QPdfWriter, QPen

RESOURCES = Path(__file__).resolve().parent.parent / "resources"

DPI = 150
PAGE = (825, 1275)  # 5.5 x 8.5 inches
INK_SCALE = 2  # letters are set at twice the size and scaled down, as a lens would
BILEVEL_PAGE = 5
SIDEWAYS_PAGE = 8
GREY_PAGES = (9, 10)

DEVANAGARI = "Lohit Devanagari"
LATIN = "Noto Serif"
DIGITS = str.maketrans("0123456789", "०१२३४५६७८९")


class Sheet:
    """One page being set: a painter in page pixels, drawing black on white at INK_SCALE."""

    def __init__(self, skew: float) -> None:
        width, height = (side * INK_SCALE for side in PAGE)
        self.image = QImage(width, height, QImage.Format.Format_Grayscale8)
        self.image.fill(Qt.GlobalColor.white)
        self.painter = QPainter(self.image)
        self.painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.painter.scale(INK_SCALE, INK_SCALE)
        self.painter.translate(PAGE[0] / 2, PAGE[1] / 2)
        self.painter.rotate(skew)
        self.painter.translate(-PAGE[0] / 2, -PAGE[1] / 2)

    def text(self, y: float, text: str, family: str, size: int, *, dx: float = 0, spacing: float = 0) -> None:
        """Sets one centred line around the height y."""
        font = QFont(family)
        font.setPixelSize(size)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, spacing)
        self.painter.setFont(font)
        box = QRectF(dx, y - size, PAGE[0], 2 * size)
        self.painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)

    def rule(self, y: float, half: float, thickness: float = 1.2) -> None:
        """Draws a horizontal rule of half-length `half` around the middle of the page."""
        self.painter.setPen(QPen(Qt.GlobalColor.black, thickness))
        self.painter.drawLine(QPointF(PAGE[0] / 2 - half, y), QPointF(PAGE[0] / 2 + half, y))

    def ornament(self, y: float) -> None:
        """Draws a lozenge between two short rules."""
        middle = PAGE[0] / 2
        self.painter.save()
        self.painter.translate(middle, y)
        self.painter.rotate(45)
        self.painter.fillRect(QRectF(-5, -5, 10, 10), Qt.GlobalColor.black)
        self.painter.restore()
        self.painter.setPen(QPen(Qt.GlobalColor.black, 1.2))
        for side in (-1, 1):
            self.painter.drawLine(QPointF(middle + side * 18, y), QPointF(middle + side * 90, y))

    def frame(self) -> None:
        """Draws the double frame of a title page."""
        for inset, thickness in ((78, 4.0), (90, 1.2)):
            self.painter.setPen(QPen(Qt.GlobalColor.black, thickness))
            self.painter.drawRect(QRectF(inset, inset, PAGE[0] - 2 * inset, PAGE[1] - 2 * inset))

    def ink(self) -> Image.Image:
        """Ends the painting and returns the ink as a mask: 255 where the paper is black."""
        self.painter.end()
        width, height = self.image.width(), self.image.height()
        stride = self.image.bytesPerLine()
        letters = Image.frombuffer("L", (width, height), bytes(self.image.constBits()), "raw", "L", stride, 1)
        return ImageOps.invert(letters)


def title_page(sheet: Sheet) -> None:
    """Sets the title in both scripts."""
    sheet.frame()
    sheet.text(250, "महाकविश्रीकालिदासविरचितं", DEVANAGARI, 38)
    sheet.text(365, "मेघदूतम्", DEVANAGARI, 104)
    sheet.ornament(480)
    sheet.text(560, "MEGHADŪTA", LATIN, 44, spacing=7)
    sheet.text(622, "the Cloud Messenger of Kālidāsa", LATIN, 27)
    sheet.text(730, "verses 1–18", LATIN, 24)
    sheet.text(772, "and three subhāṣitas", LATIN, 24)
    sheet.ornament(960)
    sheet.text(1060, "आदर्शपुस्तकम्", DEVANAGARI, 34)
    sheet.text(1108, "a sample book for Ambuda Desktop", LATIN, 22)


def verse_page(sheet: Sheet, number: int, heading: str, verses: list[list[str]]) -> None:
    """Sets verses between a running title and the page number."""
    sheet.text(122, heading, DEVANAGARI, 30)
    outer = 1 if number % 2 else -1
    sheet.text(122, str(number).translate(DIGITS), DEVANAGARI, 30, dx=outer * 290)
    sheet.rule(158, 312)
    lines = sum(len(verse) for verse in verses)
    step = min(92.0, 880 / (lines + len(verses)))
    y = 270.0
    for verse in verses:
        for line in verse:
            sheet.text(y, line, DEVANAGARI, 39)
            y += step
        y += step * 0.8
    sheet.ornament(1160)


def noise(seed: int, size: tuple[int, int], grain: int) -> Image.Image:
    """Returns grey noise with mean 128, in clouds about `grain` pixels wide."""
    width, height = size[0] // grain + 2, size[1] // grain + 2
    raw = Image.frombytes("L", (width, height), random.Random(seed).randbytes(width * height))
    return raw.resize((width * grain, height * grain), Image.Resampling.BICUBIC).crop((0, 0, *size))


def around(value: float, image: Image.Image, swing: float) -> Image.Image:
    """Maps noise around 128 to `value` plus or minus `swing`."""
    return image.point([round(max(0, min(255, value + (level - 128) / 128 * swing))) for level in range(256)])


def paper(seed: int, number: int) -> Image.Image:
    """Returns an empty sheet: stains, fibres, and the shadow of the binding at its inner edge."""
    sheet = around(226, noise(seed, PAGE, 150), 7)
    sheet = ImageChops.add(sheet, around(128, noise(seed + 1, PAGE, 24), 5), offset=-128)
    sheet = ImageChops.add(sheet, around(128, noise(seed + 2, PAGE, 2), 4), offset=-128)
    depth = 64
    shadow = Image.new("L", PAGE, 255)
    for x in range(depth):
        column = PAGE[0] - 1 - x if number % 2 == 0 else x
        shadow.paste(round(255 - 105 * (1 - x / depth) ** 2), (column, 0, column + 1, PAGE[1]))
    return ImageChops.multiply(sheet, shadow)


def scan(ink: Image.Image, number: int) -> Image.Image:
    """Returns the page as a scanner sees it, in grey."""
    seed = 1000 * number
    ink = ink.filter(ImageFilter.GaussianBlur(1.6))
    # Metal type leaves uneven edges: the limit between ink and paper wanders with the noise.
    ink = ImageChops.add(ink, around(128, noise(seed + 3, ink.size, 5), 34), offset=-128)
    ink = ink.point([max(0, min(235, (level - 70) * 4)) for level in range(256)])
    ink = ink.resize(PAGE, Image.Resampling.LANCZOS)
    return Image.composite(Image.new("L", PAGE, 38), paper(seed + 4, number), ink)


def jpeg(page: Image.Image) -> bytes:
    """Encodes a page the way cheap scanners do."""
    out = io.BytesIO()
    page.save(out, "JPEG", quality=62, dpi=(DPI, DPI), optimize=True)
    return out.getvalue()


def tinted(grey: Image.Image) -> Image.Image:
    """Gives a grey page the colour of old paper."""
    return ImageOps.colorize(grey, black=(28, 20, 14), white=(255, 247, 226))


def add_image_page(
    pdf: pikepdf.Pdf, data: bytes, size: tuple[int, int], dpi: int, **image: object
) -> pikepdf.Page:
    """Adds a page that one image covers."""
    width, height = (side * 72 / dpi for side in size)
    entries = {
        "Type": pikepdf.Name.XObject,
        "Subtype": pikepdf.Name.Image,
        "Width": size[0],
        "Height": size[1],
    }
    stream = pikepdf.Stream(pdf, data, {f"/{key}": value for key, value in {**entries, **image}.items()})
    page = pdf.add_blank_page(page_size=(width, height))
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=stream))
    page.Contents = pikepdf.Stream(pdf, f"q {width:g} 0 0 {height:g} 0 0 cm /Im0 Do Q".encode())
    return page


def add_jpeg_page(pdf: pikepdf.Pdf, picture: Image.Image) -> pikepdf.Page:
    """Adds a page of one JPEG, the form that is copied and not rendered."""
    space = pikepdf.Name.DeviceGray if picture.mode == "L" else pikepdf.Name.DeviceRGB
    return add_image_page(
        pdf, jpeg(picture), picture.size, DPI,
        ColorSpace=space, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode,
    )  # fmt: skip


def add_scanned_page(pdf: pikepdf.Pdf, ink: Image.Image, number: int) -> None:
    """Adds one page in the form that its number asks for."""
    if number == BILEVEL_PAGE:
        bits = ink.point([0 if level > 110 else 255 for level in range(256)]).convert("1")
        bilevel = {"ColorSpace": pikepdf.Name.DeviceGray, "BitsPerComponent": 1}
        add_image_page(pdf, bits.tobytes(), ink.size, DPI * INK_SCALE, **bilevel)  # saving compresses it
        return
    picture = scan(ink, number)
    if number not in GREY_PAGES:
        picture = tinted(picture)
    if number == SIDEWAYS_PAGE:
        add_jpeg_page(pdf, picture.transpose(Image.Transpose.ROTATE_90)).rotate(90, relative=False)
    else:
        add_jpeg_page(pdf, picture)


COLOPHON = (
    (150, "इति", DEVANAGARI, 26),
    (230, "About this book", LATIN, 18),
    (270, "The verses are the opening of Kālidāsa’s Meghadūta and three", LATIN, 10),
    (288, "subhāṣitas, all in the public domain. The pages were set and made to", LATIN, 10),
    (306, "look scanned by packaging/make_sample.py.", LATIN, 10),
    (342, "Nine of the twelve pages are plain JPEGs and are copied out as they", LATIN, 10),
    (360, "are. Page 5 is a bilevel image, page 8 is stored sideways, and this", LATIN, 10),
    (378, "page is real text: these three are rendered.", LATIN, 10),
)


def add_text_page(pdf: pikepdf.Pdf, folder: Path) -> None:
    """Adds the last page as text and lines, with no image in it."""
    path = folder / "colophon.pdf"
    writer = QPdfWriter(str(path))
    writer.setResolution(72)
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setPageSize(QPageSize(QSizeF(396, 612), QPageSize.Unit.Point))
    painter = QPainter(writer)
    for y, text, family, size in COLOPHON:
        font = QFont(family)
        font.setPixelSize(size)
        painter.setFont(font)
        painter.drawText(QRectF(0, y - size, 396, 2 * size), int(Qt.AlignmentFlag.AlignCenter), text)
    painter.setPen(QPen(Qt.GlobalColor.black, 0.6))
    painter.drawLine(QPointF(138, 185), QPointF(258, 185))
    painter.end()
    with pikepdf.open(path) as colophon:
        for item in colophon.objects:
            for key in ("/FontName", "/BaseFont"):
                # Qt tags a subset with a letter that changes from run to run.
                if isinstance(item, pikepdf.Dictionary) and key in item:
                    item[key] = pikepdf.Name("/AAAAAA+" + str(item[key]).strip("/").rpartition("+")[2])
        pdf.pages.extend(colophon.pages)


def verses_of(path: Path) -> list[list[str]]:
    """Reads verses that stand apart by an empty line."""
    return [verse.split("\n") for verse in path.read_text(encoding="utf-8").strip().split("\n\n")]


def make(target: Path) -> None:
    """Writes the sample book."""
    for font in sorted((RESOURCES / "fonts").glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(font))
    verses = verses_of(RESOURCES / "sample" / "sample.txt")
    pairs = [verses[at : at + 2] for at in range(0, 18, 2)]
    contents = [("मेघदूतम्", pair) for pair in pairs] + [("सुभाषितानि", verses[18:])]
    skews = random.Random(7)
    with pikepdf.new() as pdf, TemporaryDirectory() as folder:
        sheet = Sheet(skews.uniform(-0.3, 0.3))
        title_page(sheet)
        add_scanned_page(pdf, sheet.ink(), 1)
        for number, (heading, page_verses) in enumerate(contents, start=2):
            sheet = Sheet(skews.uniform(-0.7, 0.7))
            verse_page(sheet, number, heading, page_verses)
            add_scanned_page(pdf, sheet.ink(), number)
        add_text_page(pdf, Path(folder))
        pdf.docinfo["/Title"] = "Meghadūta: a sample book"
        pdf.docinfo["/Author"] = "Kālidāsa"
        pdf.save(target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def main() -> None:
    """Writes to the path given, or over the sample in this checkout."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication(sys.argv)
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else RESOURCES / "sample" / "sample.pdf"
    make(target)
    print(f"{target}: {target.stat().st_size / 1024:.0f} KB")  # noqa: T201
    application.quit()


if __name__ == "__main__":
    main()
