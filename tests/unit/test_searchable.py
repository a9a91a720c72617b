"""worker/ocr/searchable.py and what it is made of: the PDF is read back by two readers of PDFs, poppler and PDFium."""

import html
import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pikepdf
import pypdfium2  # type: ignore[import-untyped]
import pytest
from PIL import Image

from ambuda_desktop.books import BookFolder
from ambuda_desktop.errors import BadInput
from ambuda_desktop.manifest import Manifest, PageRecord
from ambuda_desktop.page_text import PageText, Word, text_of
from ambuda_desktop.recognised import save_reading, text_file
from ambuda_desktop.worker.ocr.searchable import searchable_file, write_searchable
from tests.support import pdfs
from tests.support.splitting import Stop, ignore, stop_after

DPI = 200.0
SIZE = (1000, 800)  # pixels
#: What shapers move about and join: pre-base vowels, repha, conjuncts, Vedic accents, a character beyond 16 bits.
LINES = (
    "धर्मक्षेत्रे कुरुक्षेत्रे हृदयं कर्म ।",
    "निधि श्रीः दृष्ट्वा ङ्क्त्वा ॥ १२ ॥",
    "अ॑ग्निमी॑ळे पु॒रोहि॑तं क़लम ॐ 𑬀",
    "rāmo vanaṃ kr̥ṣṇaḥ … “iti”",
)


def words_on(lines: Sequence[str] = LINES) -> list[Word]:
    """Words side by side, as an engine would find them."""
    words = []
    for number, line in enumerate(lines):
        x = 40
        for text in line.split():
            width = 18 * len(text)
            words.append(
                Word(text=text, x1=x, y1=50 + 90 * number, x2=x + width, y2=110 + 90 * number, line=number)
            )
            x += width + 25
    return words


def read(folder: BookFolder, number: int, words: Sequence[Word], size: tuple[int, int] = SIZE) -> None:
    """An engine has read the page."""
    text = PageText(
        text=text_of(words), words=list(words), width=size[0], height=size[1], engine="tesseract",
        model="Devanagari", version="5", milliseconds=1,
    )  # fmt: skip
    save_reading(folder, number, text, "key", "0" * 64)


@pytest.fixture
def folder(tmp_path: Path) -> BookFolder:
    """A book of three JPEG pages, the first two read."""
    folder = pdfs.put_in_library(tmp_path / "library", pikepdf.new())
    folder.pages.mkdir()
    manifest = Manifest.load(folder.manifest)
    manifest.title = "मेघदूतम्"
    for number in (1, 2, 3):
        (folder.pages / f"{number}.jpg").write_bytes(pdfs.jpeg(size=SIZE, shade=20 * number))
        manifest.pages.append(PageRecord(number=number, method="copied", dpi=DPI))
    manifest.save(folder.manifest)
    read(folder, 1, words_on())
    read(folder, 2, words_on(LINES[:1]))
    return folder


@pytest.fixture
def target(folder: BookFolder) -> Path:
    return folder.path / "book.pdf"


def by_poppler(path: Path, page: int = 1) -> list[tuple[str, list[float]]]:
    """The words that poppler finds, and their boxes in pixels."""
    command = ["pdftotext", "-bbox", "-f", str(page), "-l", str(page), str(path), "-"]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert found.stderr in ("", "no word list\n")  # of a page without words
    word = r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>'
    return [
        (html.unescape(text), [float(value) * DPI / 72 for value in box])
        for *box, text in re.findall(word, found.stdout)
    ]


def by_pdfium(path: Path, page: int = 1) -> str:
    with pypdfium2.PdfDocument(path) as pdf:
        text: str = pdf[page - 1].get_textpage().get_text_range()
    return text


def image_of(page: pikepdf.Page) -> Image.Image:
    image = page.obj.Resources.XObject.Page
    assert isinstance(image, pikepdf.Stream)
    return pikepdf.PdfImage(image).as_pil_image()


def assert_says(path: Path, words: Sequence[Word], page: int = 1, *, within: float = 1.0) -> None:
    """Both readers find these words in this order; poppler finds them in their places."""
    found = by_poppler(path, page)
    assert [text for text, _ in found] == [word.text for word in words]
    for (text, box), word in zip(found, words, strict=True):
        assert box == pytest.approx([word.x1, word.y1, word.x2, word.y2], abs=within), text
    assert by_pdfium(path, page).split() == [word.text for word in words]


def test_every_reader_finds_the_words_in_their_order_and_places(folder: BookFolder, target: Path) -> None:
    # When the PDF of a book is written
    made = write_searchable(folder, target, ignore)

    # Then two readers give back what was recognised on each page, and qpdf has nothing to complain of
    assert (made.pages, made.left_out) == ([1, 2, 3], [])
    assert_says(target, words_on())
    assert_says(target, words_on(LINES[:1]), page=2)
    with pikepdf.open(target) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert pdf.docinfo.Title == "मेघदूतम्"
        assert [float(value) for value in pdf.pages[0].mediabox] == [0, 0, 360, 288]


def test_words_of_different_heights_are_copied_as_one_line(folder: BookFolder, target: Path) -> None:
    # Given lines whose words have their vowel signs above, below, or none, and one that a scanner has skewed too far
    uneven = [
        word.model_copy(update={"y1": word.y1 + 12 * (n % 3), "y2": word.y2 - 20 * (n % 2)})
        for n, word in enumerate(words_on())
    ]
    skewed = [
        word.model_copy(update={"y1": word.y1 + 30 * n, "y2": word.y2 + 30 * n, "line": 9})
        for n, word in enumerate(words_on(LINES[:1]))
    ]
    read(folder, 1, uneven)
    read(folder, 2, skewed)

    # When the PDF is written
    write_searchable(folder, target, ignore)

    # Then whoever copies the page gets its lines, and the words that are too far from one another stay in their places
    copied = by_pdfium(target).splitlines()
    assert [" ".join(line.split()) for line in copied] == list(LINES)
    for (_, box), word in zip(by_poppler(target, 2), skewed, strict=True):
        assert box == pytest.approx([word.x1, word.y1, word.x2, word.y2], abs=1)


@pytest.mark.parametrize("wanted", ["क्षेत्र", "हृदयं", "निधि", "दृष्ट्वा", "kr̥ṣṇaḥ"])
def test_a_search_finds_the_place(folder: BookFolder, target: Path, wanted: str) -> None:
    # Given a searchable PDF
    write_searchable(folder, target, ignore)

    # When a part of its text is searched for
    with pypdfium2.PdfDocument(target) as pdf:
        page = pdf[0].get_textpage()
        place = page.search(wanted).get_next()
        assert place is not None
        assert page.count_rects(*place) == 1
        left, bottom, right, top = (value * DPI / 72 for value in page.get_rect(0))

    # Then what is marked lies within the word
    word = next(word for word in words_on() if wanted in word.text)
    assert word.x1 - 1 <= left < right <= word.x2 + 1
    assert word.y1 - 1 <= SIZE[1] - top < SIZE[1] - bottom <= word.y2 + 1


def test_the_words_are_not_seen(folder: BookFolder, target: Path) -> None:
    # When the PDF is written and drawn
    write_searchable(folder, target, ignore)
    with pypdfium2.PdfDocument(target) as pdf:
        drawn = [pdf[index].render(scale=1).to_pil() for index in range(3)]

    # Then a page with words looks as the same image without
    (folder.path / "text" / "1.txt").unlink()
    (folder.path / "ocr" / "1.json").unlink()
    write_searchable(folder, target, ignore)
    assert by_pdfium(target) == ""
    with pypdfium2.PdfDocument(target) as pdf:
        assert pdf[0].render(scale=1).to_pil() == drawn[0]
    assert len({image.tobytes() for image in drawn}) == 3


def test_jpegs_are_in_it_byte_for_byte(folder: BookFolder, target: Path) -> None:
    # Given a gray page among coloured ones
    (folder.pages / "2.jpg").write_bytes(pdfs.jpeg("L", SIZE))

    # When the PDF is written
    write_searchable(folder, target, ignore)

    # Then each page has the bytes of its file
    with pikepdf.open(target) as pdf:
        for number, page in enumerate(pdf.pages, 1):
            image = page.obj.Resources.XObject.Page
            assert image.read_raw_bytes() == (folder.pages / f"{number}.jpg").read_bytes()
            assert image.ColorSpace == ("/DeviceGray" if number == 2 else "/DeviceRGB")


def _transparent() -> Image.Image:
    image = pdfs.picture("RGBA", SIZE)
    image.putpixel((0, 0), (0, 0, 0, 0))
    return image


@pytest.mark.parametrize(
    "image",
    [pdfs.picture(mode, SIZE) for mode in ("1", "L", "RGB", "P")] + [_transparent()],
    ids=lambda image: image.mode,
)
def test_a_png_page_looks_the_same(folder: BookFolder, target: Path, image: Image.Image) -> None:
    # Given a page that is a PNG
    (folder.pages / "1.jpg").unlink()
    image.save(folder.pages / "1.png")

    # When the PDF is written
    write_searchable(folder, target, ignore)

    # Then it has the same pixels, on white where it was transparent, and its words
    seen = Image.new("RGBA", SIZE, "white")
    seen.alpha_composite(image.convert("RGBA"))
    with pikepdf.open(target) as pdf:
        found = image_of(pdf.pages[0])
        assert found.convert("RGB").tobytes() == seen.convert("RGB").tobytes()
    assert_says(target, words_on())


def test_a_jpeg_of_printers_colours_is_made_one_of_screens(folder: BookFolder, target: Path) -> None:
    # Given a page in CMYK, which readers of PDFs show in more than one way
    pdfs.picture("CMYK", SIZE).save(folder.pages / "1.jpg", quality=95)

    # When the PDF is written
    write_searchable(folder, target, ignore)

    # Then its image is in RGB, with the colours of the file
    with pikepdf.open(target) as pdf, Image.open(folder.pages / "1.jpg") as image:
        found = image_of(pdf.pages[0])
        assert found.tobytes() == image.convert("RGB").tobytes()


def test_pages_without_an_image_are_left_out_and_the_others_keep_their_numbers(
    folder: BookFolder, target: Path
) -> None:
    # Given a page whose image is missing
    (folder.pages / "2.jpg").unlink()

    # When the PDF is written
    made = write_searchable(folder, target, ignore)

    # Then it has the other two, and readers call them 1 and 3
    assert (made.pages, made.left_out) == ([1, 3], [2])
    with pikepdf.open(target) as pdf:
        assert [str(page.label) for page in pdf.pages] == ["1", "3"]


@pytest.mark.parametrize("data", [pdfs.jpeg(size=SIZE)[:-400], b"", b"GIF"])
def test_a_torn_image_is_left_out(folder: BookFolder, target: Path, data: bytes) -> None:
    # Given a page whose image is torn
    (folder.pages / "2.jpg").write_bytes(data)

    # When the PDF is written, then the rest is in it
    assert write_searchable(folder, target, ignore).left_out == [2]
    assert_says(target, words_on())


def test_a_book_without_images_has_no_such_pdf(folder: BookFolder, target: Path) -> None:
    # Given a book that was not split
    for path in folder.pages.iterdir():
        path.unlink()

    # When the PDF is asked for, then it says what to do and leaves nothing
    with pytest.raises(BadInput, match="has no page images"):
        write_searchable(folder, target, ignore)
    assert not list(folder.path.glob("*book.pdf*"))


def test_stopped_in_the_middle_it_leaves_what_was_there(folder: BookFolder, target: Path) -> None:
    # Given an earlier PDF
    target.write_bytes(b"earlier")

    # When the next is stopped after a page
    with pytest.raises(Stop):
        write_searchable(folder, target, stop_after(1))

    # Then the earlier one is there, and nothing else
    assert target.read_bytes() == b"earlier"
    assert [path.name for path in folder.path.glob("*book.pdf*")] == ["book.pdf"]


def test_twice_it_is_the_same(folder: BookFolder, target: Path) -> None:
    # Given a PDF of a book
    write_searchable(folder, target, ignore)
    before = target.read_bytes()

    # When it is written again, then no byte differs
    write_searchable(folder, target, ignore)
    assert target.read_bytes() == before


def test_words_fit_an_image_that_was_made_smaller_since(folder: BookFolder, target: Path) -> None:
    # Given a page that was read on an image of twice the size
    double = [
        word.model_copy(update={side: 2 * getattr(word, side) for side in ("x1", "y1", "x2", "y2")})
        for word in words_on()
    ]
    read(folder, 1, double, (2 * SIZE[0], 2 * SIZE[1]))

    # When the PDF is written, then the words stand where they are on the image of today
    write_searchable(folder, target, ignore)
    assert_says(target, words_on())


# --- what a person corrected ---------------------------------------------------------------------------------


def test_a_corrected_word_takes_the_place_of_the_wrong_one(folder: BookFolder, target: Path) -> None:
    # Given a page on which a person corrected one word
    text_file(folder, 1).write_text(text_of(words_on()).replace("हृदयं", "हृद्यं"), encoding="utf-8")

    # When the PDF is written, then that word is found in its place
    write_searchable(folder, target, ignore)
    assert_says(target, [w.model_copy(update={"text": w.text.replace("हृदयं", "हृद्यं")}) for w in words_on()])


def test_a_line_with_another_number_of_words_fills_the_line(folder: BookFolder, target: Path) -> None:
    # Given a line of which a person joined two words; a blank line more changes nothing
    lines = ["धर्मक्षेत्रेकुरुक्षेत्रे हृदयं कर्म ।", "", *LINES[1:]]
    text_file(folder, 1).write_text("\n".join(lines), encoding="utf-8")

    # When the PDF is written
    write_searchable(folder, target, ignore)

    # Then the words of this line lie between its ends, and the other lines are where they were
    found = by_poppler(target)
    assert [text for text, _ in found] == " ".join(lines).split()
    engine = words_on()
    assert found[0][1][0] == pytest.approx(engine[0].x1, abs=1)
    assert found[3][1][2] == pytest.approx(engine[4].x2, abs=1)
    for (_, box), word in zip(found[4:], engine[5:], strict=True):
        assert box == pytest.approx([word.x1, word.y1, word.x2, word.y2], abs=1)


def test_a_text_of_other_lines_is_spread_over_the_place_of_the_text(folder: BookFolder, target: Path) -> None:
    # Given a page of which a person took away the last line, and one that was never read and has a person's text
    text_file(folder, 1).write_text("\n".join(LINES[:3]), encoding="utf-8")
    text_file(folder, 3).write_text("रामो वनं\nगच्छति\n", encoding="utf-8")

    # When the PDF is written
    write_searchable(folder, target, ignore)

    # Then the words of the person are found, in their order and within the text's place
    found = by_poppler(target)
    assert [text for text, _ in found] == " ".join(LINES[:3]).split()
    assert min(box[1] for _, box in found) == pytest.approx(50, abs=1)
    assert max(box[3] for _, box in found) <= 110 + 90 * 3 + 1
    assert by_pdfium(target, 3).split() == ["रामो", "वनं", "गच्छति"]


def test_a_page_that_a_person_emptied_has_no_words(folder: BookFolder, target: Path) -> None:
    # Given a page whose text a person removed
    text_file(folder, 1).write_bytes(b"\n")

    # When the PDF is written, then the engine's words are not in it
    write_searchable(folder, target, ignore)
    assert by_poppler(target) == []


def test_it_is_written_with_the_rights_of_other_files(folder: BookFolder, target: Path) -> None:
    # When the PDF is written, then others may read it as they may the book's other files
    write_searchable(folder, target, ignore)
    assert target.stat().st_mode == (folder.path / "text" / "1.txt").stat().st_mode
    assert os.access(target, os.R_OK)


@pytest.mark.parametrize(
    ("name", "file"), [("meghaduta", "meghaduta.pdf"), ("original", "original-text.pdf")]
)
def test_the_searchable_pdf_never_takes_the_place_of_what_was_added(
    tmp_path: Path, name: str, file: str
) -> None:
    folder = BookFolder(tmp_path / name)
    assert searchable_file(folder) == tmp_path / name / file
    assert searchable_file(folder) != folder.original
