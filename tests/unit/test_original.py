"""worker/pdf/original.py: a PDF's pages with options, and PDFs on which two programs disagree."""

import io
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from ambuda_desktop.books import BookFolder
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.worker.pdf.original import open_pdf_original
from ambuda_desktop.worker.pdf.poppler import have_poppler
from ambuda_desktop.worker.split.page import CannotMake, Made
from tests.support import pdfs

needs_poppler = pytest.mark.skipif(not have_poppler(), reason="poppler is not on this machine")


def folder_with(tmp_path: Path, pdf: Path | pikepdf.Pdf) -> BookFolder:
    folder = pdfs.put_in_library(tmp_path / "library", pdf)
    folder.work.mkdir()
    return folder


def scan(tmp_path: Path, mode: str = "RGB") -> BookFolder:
    pdf = pikepdf.new()
    pdfs.add_scan(pdf, pdfs.jpeg(mode), mode)
    return folder_with(tmp_path, pdf)


def make(folder: BookFolder, options: PageOptions, number: int = 1) -> Made:
    with open_pdf_original(folder) as original:
        made = original.make(number, options, folder.work)
        assert original.is_copied(number, options) == (made.method == "copied")
    return made


def opened(made: Made) -> Image.Image:
    image = Image.open(io.BytesIO(made.data))
    image.load()
    return image


@pytest.mark.parametrize(
    ("mode", "options"),
    [
        ("RGB", PageOptions()),
        ("RGB", PageOptions(quality=50)),
        ("RGB", PageOptions(max_dpi=100)),
        ("L", PageOptions(grayscale=True)),
    ],
)
def test_a_scan_that_is_as_asked_is_copied(tmp_path: Path, mode: str, options: PageOptions) -> None:
    made = make(scan(tmp_path, mode), options)
    assert bytes(made.data) == pdfs.jpeg(mode)


@pytest.fixture(params=[pytest.param("poppler", marks=needs_poppler), "pdfium"])
def renderer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both renderers: without poppler on PATH it is PDFium."""
    name: str = request.param
    if name == "pdfium":
        monkeypatch.setenv("PATH", "/nonexistent")
    return name


def test_png_gray_and_smaller(tmp_path: Path, renderer: str) -> None:
    # Given a coloured scan of 100 dpi, when its page is made as PNG, gray, at 50 dpi
    options = PageOptions(format="png", grayscale=True, max_dpi=50)
    made = make(scan(tmp_path), options)

    # Then it is all of that
    image = opened(made)
    assert (made.suffix, image.format, image.mode) == (".png", "PNG", "L")
    assert image.size == (pdfs.WIDTH // 2, pdfs.HEIGHT // 2) == (made.width, made.height)
    assert made.dpi == 50


def test_a_gray_jpeg_of_a_coloured_scan(tmp_path: Path, renderer: str) -> None:
    image = opened(make(scan(tmp_path), PageOptions(grayscale=True)))
    assert (image.format, image.mode, image.size) == ("JPEG", "L", (pdfs.WIDTH, pdfs.HEIGHT))


def test_quality_is_that_of_jpegs_that_are_made(tmp_path: Path, renderer: str) -> None:
    pdf = pikepdf.new()
    pdfs.add_text(pdf)
    folder = folder_with(tmp_path, pdf)
    assert len(make(folder, PageOptions(quality=10)).data) < len(make(folder, PageOptions(quality=95)).data)


def test_a_scan_in_two_colours_is_a_png_of_two_colours(tmp_path: Path, renderer: str) -> None:
    pdf = pikepdf.new()
    pdfs.add_page(pdf, pdfs.draw_image(), [pdfs.fax_image(pdf)])
    image = opened(make(folder_with(tmp_path, pdf), PageOptions(format="png")))
    assert (image.mode, image.size) == ("1", (pdfs.WIDTH, pdfs.HEIGHT))


@needs_poppler
def test_a_pdf_that_lies_about_its_pages_is_doubted_and_its_pages_are_made(tmp_path: Path) -> None:
    # Given a PDF whose list says more pages than it has
    pdfs.scanned_book(tmp_path / "book.pdf", 4)
    folder = folder_with(tmp_path, pdfs.hide_pages(tmp_path / "book.pdf"))

    # Then both numbers are told, and no page is claimed that is not there
    with open_pdf_original(folder) as original:
        assert original.doubt is not None
        assert "finds 4 pages in it, another 7" in original.doubt
        assert original.count == 4


@needs_poppler
def test_a_page_that_only_poppler_sees_is_made_by_it(tmp_path: Path) -> None:
    # Given a PDF of two pages of which qpdf sees one
    pdf = pikepdf.new()
    pdfs.add_scan(pdf)
    pdfs.add_text(pdf)
    folder = folder_with(tmp_path, pdf)
    with open_pdf_original(folder) as original:
        original._seen = 1

        # Then both count, and the second is rendered
        assert original.count == 2
        assert original.doubt is not None
        made = original.make(2, PageOptions(), folder.work)
        assert (made.method, made.width, made.height) == ("rendered", 900, 600)


@needs_poppler
def test_a_pdf_that_qpdf_cannot_open_is_left_to_poppler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a PDF on which qpdf gives up
    folder = scan(tmp_path)

    def give_up(_path: Path) -> pikepdf.Pdf:
        raise pikepdf.PdfError("it is odd")

    monkeypatch.setattr(pikepdf, "open", give_up)

    # Then its pages are made, and it is said why they need a look
    with open_pdf_original(folder) as original:
        assert original.count == 1
        assert original.doubt is not None
        assert original.doubt.startswith("The PDF is damaged beyond repair: it is odd. Its pages were made")
        assert original.make(1, PageOptions(), folder.work).width > 100


def test_a_truncated_pdf_is_doubted_and_its_whole_pages_are_made(tmp_path: Path) -> None:
    # Given a PDF of which the last third was lost
    jpegs = pdfs.scanned_book(tmp_path / "whole.pdf", 6)
    data = (tmp_path / "whole.pdf").read_bytes()
    (tmp_path / "book.pdf").write_bytes(data[: len(data) * 2 // 3])
    folder = folder_with(tmp_path, tmp_path / "book.pdf")

    # Then what is there is copied, and the rest says so
    with open_pdf_original(folder) as original:
        assert original.count == 6
        assert original.doubt is not None
        assert bytes(original.make(1, PageOptions(), folder.work).data) == jpegs[0]
        with pytest.raises(CannotMake, match=r"\.$"):
            original.make(6, PageOptions(), folder.work)
