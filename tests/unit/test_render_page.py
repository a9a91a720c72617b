"""Rendering pages with poppler, without it, and with one that fails."""

import io
import os
import shutil
import time
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Name
from PIL import Image

from ambuda_desktop.programs import poppler_folder
from ambuda_desktop.worker.pdf import render_page as module
from ambuda_desktop.worker.pdf.poppler import have_poppler
from ambuda_desktop.worker.pdf.preflight import Render, preflight
from ambuda_desktop.worker.pdf.render_page import render_page
from ambuda_desktop.worker.split.page import CannotMake, Made
from tests.support import pdfs

needs_poppler = pytest.mark.skipif(not have_poppler(), reason="poppler is not on this machine")


def render(folder: Path, pdf: pikepdf.Pdf, number: int = 1) -> Made:
    """Render a page as the split does."""
    pdf.save(folder / "book.pdf")
    with pikepdf.open(folder / "book.pdf") as saved:
        decision = preflight(saved.pages[number - 1])
    assert isinstance(decision, Render)
    return render_page(folder / "book.pdf", number, decision, folder)


def pixel(made: Made, x: float, y: float) -> tuple[int, ...]:
    """A colour, at a place given in shares of the size."""
    with Image.open(io.BytesIO(made.data)) as image:
        value = image.convert("RGB").getpixel((int(x * image.width), int(y * image.height)))
    assert isinstance(value, tuple)
    return value


@pytest.fixture(params=[pytest.param("poppler", marks=needs_poppler), "pdfium"])
def renderer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both renderers: without poppler on PATH it is PDFium."""
    name: str = request.param
    if name == "pdfium":
        monkeypatch.setenv("PATH", "/nonexistent")
    return name


@pytest.fixture
def fake_poppler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH; write the script `pdftocairo` into it."""
    programs = tmp_path / "programs"
    programs.mkdir()
    pdfinfo = shutil.which("pdfinfo")
    if pdfinfo:
        (programs / "pdfinfo").symlink_to(pdfinfo)
    monkeypatch.setenv("PATH", str(programs))
    return programs


def script(path: Path, body: str) -> None:
    path.unlink(missing_ok=True)
    path.write_text(f'#!/bin/sh\n[ "$1" = -v ] && exit 0\n{body}\n')
    path.chmod(0o755)


def test_scan_keeps_its_size_in_pixels(tmp_path: Path, renderer: str) -> None:
    # Given a scan that cannot be copied
    pdf = pikepdf.new()
    pdfs.add_page(pdf, pdfs.draw_image(), [pdfs.fax_image(pdf)])

    # When it is rendered
    made = render(tmp_path, pdf)

    # Then it has the pixels of the scan, and no temporary files are left
    assert (made.width, made.height) == (pdfs.WIDTH, pdfs.HEIGHT)
    assert made.warning is None
    assert [path.name for path in tmp_path.iterdir()] == ["book.pdf"]


def test_rotation_and_crop_are_applied(tmp_path: Path, renderer: str) -> None:
    # Given a second page that shows the lower half of a scan, turned to the right
    pdf = pikepdf.new()
    pdfs.add_text(pdf)
    half = Array([0, 0, pdfs.points(pdfs.WIDTH), pdfs.points(pdfs.HEIGHT / 2)])
    pdfs.add_scan(pdf, CropBox=half, Rotate=90)

    # When
    made = render(tmp_path, pdf, number=2)

    # Then
    assert (made.width, made.height) == (pdfs.HEIGHT // 2, pdfs.WIDTH)


def test_soft_mask_is_applied(tmp_path: Path, renderer: str) -> None:
    # Given a dark scan whose mask lets nothing through
    pdf = pikepdf.new()
    clear = pdfs.image(pdf, bytes(100), (10, 10), Name.DeviceGray, None)
    dark = pdfs.image(pdf, bytes(300), (10, 10), Name.DeviceRGB, None, SMask=clear)
    pdfs.add_page(pdf, pdfs.draw_image(), [dark])

    # When and then: the paper shows
    assert pixel(render(tmp_path, pdf), 0.5, 0.5) == (255, 255, 255)


def test_born_digital_page_has_300_dpi(tmp_path: Path, renderer: str) -> None:
    pdf = pikepdf.new()
    pdfs.add_text(pdf)
    made = render(tmp_path, pdf)
    assert (made.width, made.height) == (900, 600)


def test_page_beyond_the_last_fails_with_a_sentence(tmp_path: Path, renderer: str) -> None:
    # Given a PDF of one page, and a decision about a second
    pdf = pikepdf.new()
    pdfs.add_text(pdf)
    pdf.save(tmp_path / "book.pdf")

    # When and then
    with pytest.raises(CannotMake, match=r"\.$"):
        render_page(tmp_path / "book.pdf", 2, Render("a test"), tmp_path)


@needs_poppler
def test_page_that_poppler_complains_about_needs_a_look(tmp_path: Path) -> None:
    # Given a page that draws two images, one of which is damaged
    pdf = pikepdf.new()
    broken = pdfs.image(pdf, b"no zlib" * 9, (10, 10), Name.DeviceRGB, Name.FlateDecode)
    pdfs.add_page(pdf, b"q 50 0 0 50 0 0 cm /Im1 Do Q " + pdfs.draw_image(), [pdfs.fax_image(pdf), broken])

    # When
    made = render(tmp_path, pdf)

    # Then it is used, with poppler's words
    assert (
        made.warning
        == "This page is damaged and may be incomplete: Unknown compression method in flate stream."
    )


@needs_poppler
def test_page_that_comes_out_blank_has_failed(tmp_path: Path) -> None:
    # Given a page whose only image is damaged
    pdf = pikepdf.new()
    broken = pdfs.image(pdf, b"no zlib" * 9, (10, 10), Name.DeviceRGB, Name.FlateDecode)
    pdfs.add_page(pdf, pdfs.draw_image(), [broken])

    # When and then
    with pytest.raises(CannotMake, match="comes out blank: Unknown compression method"):
        render(tmp_path, pdf)


def test_empty_page_is_no_failure(tmp_path: Path, renderer: str) -> None:
    # Given a page with nothing on it: the back of a title page
    pdf = pikepdf.new()
    pdfs.add_page(pdf, b" ")

    # When and then
    assert render(tmp_path, pdf).warning is None


@needs_poppler
@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("exit 1", "Poppler made no image of this page."),
        ("kill -SEGV $$", "Poppler made no image of this page."),
        ("echo 'Syntax Error (7): Bad luck.' >&2; exit 1", "Poppler made no image of this page: Bad luck."),
        (
            'for last; do :; done; printf "\\377\\330half" > "$last.jpg"',
            "Poppler made only a part of this page's image.",
        ),
    ],
    ids=["fails", "crashes", "complains", "disk full"],
)
def test_poppler_failing_is_noticed(tmp_path: Path, fake_poppler: Path, body: str, sentence: str) -> None:
    # Given a poppler that fails
    script(fake_poppler / "pdftocairo", body)
    pdf = pikepdf.new()
    pdfs.add_text(pdf)

    # When
    with pytest.raises(CannotMake) as caught:
        render(tmp_path, pdf)

    # Then
    assert str(caught.value) == sentence


@needs_poppler
def test_poppler_hanging_is_ended(
    tmp_path: Path, fake_poppler: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a poppler program that never ends, and a short limit
    script(fake_poppler / "pdftocairo", "exec /bin/sleep 60")
    monkeypatch.setattr(module, "TIMEOUT", 0.3)
    pdf = pikepdf.new()
    pdfs.add_text(pdf)

    # When
    begin = time.monotonic()
    with pytest.raises(CannotMake, match=r"did not finish this page within 0\.3 seconds"):
        render(tmp_path, pdf)

    # Then
    assert time.monotonic() - begin < 10


@needs_poppler
def test_poppler_that_cannot_read_the_pdf_says_so(tmp_path: Path) -> None:
    # Given a file that only qpdf could mend
    (tmp_path / "book.pdf").write_bytes(b"%PDF-1.4 and nothing else")

    # When and then
    with pytest.raises(CannotMake, match=r"Poppler made no image of this page: .+\."):
        render_page(tmp_path / "book.pdf", 1, Render("a test"), tmp_path)


def test_poppler_of_the_packaged_program_is_preferred(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a packaged program with poppler in it, and none on PATH
    monkeypatch.setattr("sys._MEIPASS", str(tmp_path), raising=False)
    monkeypatch.setenv("PATH", "/nonexistent")
    assert poppler_folder() is None
    bundled = tmp_path / "poppler"
    bundled.mkdir()
    assert not have_poppler()
    for name in ("pdftocairo", "pdfinfo"):
        script(bundled / name, "exit 0")

    # When and then
    assert poppler_folder() == str(bundled)
    assert have_poppler()
    assert os.environ["PATH"] == "/nonexistent"


def test_a_page_of_no_size_on_earth_says_so(tmp_path: Path) -> None:
    with pytest.raises(CannotMake, match="many kilometres"):
        render_page(tmp_path / "book.pdf", 1, Render("a test", scale=0.0), tmp_path)


@needs_poppler
def test_a_full_disk_is_not_the_fault_of_the_page(
    tmp_path: Path, fake_poppler: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a poppler that can write nothing, because nothing is free
    script(fake_poppler / "pdftocairo", "exit 1")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 0))
    pdf = pikepdf.new()
    pdfs.add_text(pdf)
    with pytest.raises(OSError, match="No space left on device"):
        render(tmp_path, pdf)


@needs_poppler
def test_an_image_that_cairo_leaves_out_is_drawn(tmp_path: Path) -> None:
    # Given a black image of 32,767 pixels a line, which poppler's cairo leaves out without a word
    pdf = pikepdf.new()
    long = pdfs.image(pdf, bytes(4096 * 40), (32_767, 40), Name.DeviceGray, None, BitsPerComponent=1)
    pdfs.add_page(pdf, pdfs.draw_image(), [long])

    # When and then
    assert pixel(render(tmp_path, pdf), 0.5, 0.5) == (0, 0, 0)
