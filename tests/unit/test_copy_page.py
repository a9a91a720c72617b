"""Taking JPEGs out of a PDF: the same bytes, or none."""

import pikepdf
import pytest

from ambuda_desktop.worker.pdf.copy_page import BadJpeg, embedded_jpeg
from ambuda_desktop.worker.pdf.preflight import Copy, preflight
from tests.support import pdfs

JPEG = pdfs.jpeg()


@pytest.fixture
def pdf() -> pikepdf.Pdf:
    """An empty PDF, alive as long as its pages are looked at."""
    return pikepdf.new()


def copy_of(pdf: pikepdf.Pdf, data: bytes, mode: str = "RGB") -> Copy:
    decision = preflight(pdfs.add_scan(pdf, data, mode))
    assert isinstance(decision, Copy)
    return decision


@pytest.mark.parametrize(
    "data",
    [
        JPEG,
        pdfs.jpeg("L"),
        pdfs.jpeg(progressive=True),
        JPEG[:2] + b"\xff" + JPEG[2:],  # a fill byte
        JPEG + b"\0\0\r\n",
    ],
    ids=["colour", "gray", "progressive", "fill byte", "padding"],
)
def test_copy_has_the_same_bytes(pdf: pikepdf.Pdf, data: bytes) -> None:
    # Given a page that is this JPEG
    page = copy_of(pdf, data, "L" if data == pdfs.jpeg("L") else "RGB")

    # When it is taken out
    copied, frame = embedded_jpeg(page)

    # Then no bit is changed
    assert bytes(copied) == data
    assert (frame.width, frame.height) == (pdfs.WIDTH, pdfs.HEIGHT)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a JPEG"),
        (b"not a JPEG at all" * 20, "not a JPEG"),
        (JPEG[:20], "not a JPEG"),
        (JPEG[:2] + b"\xff\xd9" + JPEG[2:], "not a JPEG"),
        (JPEG[: len(JPEG) // 2], "cut short"),
        (pdfs.jpeg(size=(120, 160)), "says 240 × 320 pixels of this page, its image has 120 × 160"),
        (pdfs.jpeg("L"), "unusual kind"),
        (JPEG.replace(b"\xff\xc0", b"\xff\xc9", 1), "unusual kind"),
    ],
    ids=[
        "empty",
        "no JPEG",
        "header only",
        "ends at once",
        "cut",
        "other size",
        "other colours",
        "arithmetic",
    ],
)
def test_damaged_jpeg_is_not_copied(pdf: pikepdf.Pdf, data: bytes, reason: str) -> None:
    # Given a page whose JPEG is not what the PDF says
    page = copy_of(pdf, data)

    # When and then
    with pytest.raises(BadJpeg, match=reason):
        embedded_jpeg(page)
