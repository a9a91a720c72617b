"""The invisible words over a page image, in a font without shapes.

Each character has a code of its own, an empty glyph, and an entry in the table that says which character it is: what is
copied and what a search looks through is the text as it was recognised, in its order. So do Tesseract and OCRmyPDF.

Shaped text (Pango and cairo) was tried beside it, with क्ष, र्म, हृ, निधि, कि॒म्, r̥ṣi. Readers have to put shaped
glyphs in order again, and not all can: PDFium ran words together and cut others in two, pdf.js gave “ िन�धश्र ीः” for
निधि श्रीः, and cairo leaves out what is wholly transparent. Of this layer poppler, PDFium and pdf.js gave back every
word in its place. It needs no shaper, no font of the script, and no library.

resources/glyphless.ttf has two empty glyphs, 0.5 em wide and 1 em high (resources/fonts/README.md).
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from ambuda_desktop.page_text import Word
from ambuda_desktop.paths import resources
from ambuda_desktop.worker.ocr.pdf_file import PdfFile

_NAME = "/AAAAAA+Glyphless"
_ADVANCE = 0.5  # em, of every glyph
_MOST_HIGH = 2  # times its highest word, for a line
_LAST_CODE = 0xFFFF  # of two bytes
_MOST_ENTRIES = 100  # of one section of a table of characters
_TO_UNICODE = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{sections}endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


class Glyphless:
    """The font of one PDF: it knows which characters were written with it."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    def layer(self, words: Sequence[Word], width: float, height: float, page: tuple[float, float]) -> bytes:
        """Page content that writes the words where they stand, as high as their line, with the font /F.

        `width` and `height` are those of the image in pixels, `page` those of the PDF's page in points.
        """
        across, down = page[0] / width, page[1] / height
        shown = [self._show(word, across, down, page[1]) for word in _on_lines(words) if word.text]
        return "\n".join(["BT 3 Tr", *shown, "ET\n"]).encode("ascii")

    def write(self, pdf: PdfFile, number: int) -> None:
        """Write the font as this object, after the last page."""
        data = (resources() / "glyphless.ttf").read_bytes()
        file = pdf.add_packed(f"/Length1 {len(data)}", data)
        # A descent of 0 would be taken for an unknown one.
        described = pdf.add(
            f"/Type /FontDescriptor /FontName {_NAME} /Flags 4 /FontBBox [0 0 500 1000] /ItalicAngle 0 "
            f"/Ascent 1000 /Descent -1 /CapHeight 1000 /StemV 80 /FontFile2 {file} 0 R"
        )
        # Whatever the code, the glyph is the second one.
        glyphs = pdf.add_packed("", b"\0\1" * (len(self._codes) + 1))
        font = pdf.add(
            f"/Type /Font /Subtype /CIDFontType2 /BaseFont {_NAME} /FontDescriptor {described} 0 R /DW 500 "
            f"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
            f"/CIDToGIDMap {glyphs} 0 R"
        )
        table = pdf.add_packed("", _TO_UNICODE.format(sections="".join(self._sections())).encode("ascii"))
        pdf.add(
            f"/Type /Font /Subtype /Type0 /BaseFont {_NAME} /Encoding /Identity-H "
            f"/DescendantFonts [{font} 0 R] /ToUnicode {table} 0 R",
            number,
        )

    def _show(self, word: Word, across: float, down: float, top: float) -> str:
        width, height = max(1, word.x2 - word.x1) * across, max(1, word.y2 - word.y1) * down
        stretch = 100 * width / (len(word.text) * _ADVANCE * height)  # percent
        # The space is for readers that look at no boxes; it lies between this word and the next.
        codes = "".join(f"{self._code(sign):04X}" for sign in word.text + " ")
        place = f"{word.x1 * across:.2f} {top - word.y1 * down - height:.2f}"
        return f"/F {height:.3f} Tf {stretch:.3f} Tz 1 0 0 1 {place} Tm <{codes}> Tj"

    def _code(self, sign: str) -> int:
        # No book has 65,535 different characters; one that had would lose the rest, not the page.
        return self._codes.setdefault(sign, min(len(self._codes) + 1, _LAST_CODE))

    def _sections(self) -> Iterator[str]:
        entries = [f"<{code:04X}> <{_utf16(sign)}>\n" for sign, code in self._codes.items()]
        for at in range(0, len(entries), _MOST_ENTRIES):
            some = entries[at : at + _MOST_ENTRIES]
            yield f"{len(some)} beginbfchar\n{''.join(some)}endbfchar\n"


def _on_lines(words: Sequence[Word]) -> Iterator[Word]:
    """The words with the top and bottom of their lines: PDFium takes words for lines of their own whose feet differ.

    Not where the line is far higher than its words, because it is skewed, or no line.
    """
    for _, line in groupby(words, key=lambda word: word.line):
        beside = list(line)
        y1, y2 = min(word.y1 for word in beside), max(word.y2 for word in beside)
        if y2 - y1 <= _MOST_HIGH * max(word.y2 - word.y1 for word in beside):
            beside = [word.model_copy(update={"y1": y1, "y2": y2}) for word in beside]
        yield from beside


def _utf16(sign: str) -> str:
    return sign.encode("utf-16-be", "replace").hex().upper()
