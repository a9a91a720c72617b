"""Which pages are copied, which are rendered, and at which resolution."""

import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from ambuda_desktop.worker.pdf.preflight import MAX_PIXELS, Copy, Render, preflight
from tests.support import pdfs
from tests.support.pdfs import DPI, HEIGHT, WIDTH, points

Maker = Callable[[pikepdf.Pdf], pikepdf.Page]
FULL = pdfs.draw_image()


def scan(content: bytes = FULL, resources: dict[str, Any] | None = None, **keys: Any) -> Maker:
    """A page with one JPEG; `keys` go into the page's dictionary."""
    return lambda pdf: pdfs.add_page(
        pdf, content, [pdfs.jpeg_image(pdf, pdfs.jpeg())], resources=resources, **keys
    )


def scan_of(mode: str = "RGB", **keys: Any) -> Maker:
    """A page with one JPEG; `keys` go into the image's dictionary."""
    return lambda pdf: pdfs.add_page(pdf, FULL, [pdfs.jpeg_image(pdf, pdfs.jpeg(mode), mode, **keys)])


def icc(pdf: pikepdf.Pdf, components: int) -> Array:
    return Array([Name.ICCBased, pdf.make_indirect(pikepdf.Stream(pdf, b"profile", N=components))])


def graphics_state(**keys: Any) -> dict[str, Any]:
    return {"ExtGState": Dictionary(G0=Dictionary(**keys))}


def annotation(**keys: Any) -> Array:
    return Array([Dictionary(Type=Name.Annot, Rect=Array([0, 0, 9, 9]), **keys)])


HIDDEN_TEXT = b" BT 3 Tr /F1 12 Tf 20 100 Td (dharma S f Do (kshetre) \\) ) Tj ET"


@pytest.fixture
def pdf() -> pikepdf.Pdf:
    """An empty PDF, alive as long as its pages are looked at."""
    return pikepdf.new()


COPIED: dict[str, Maker] = {
    "RGB": scan_of(),
    "gray": scan_of("L"),
    "ICC, RGB": lambda pdf: scan_of(space=icc(pdf, 3))(pdf),
    "ICC, gray": lambda pdf: scan_of("L", space=icc(pdf, 1))(pdf),
    "calibrated RGB": scan_of(space=Array([Name.CalRGB, Dictionary()])),
    "filter in an array": scan_of(Filter=Array([Name.DCTDecode])),
    "decode that changes nothing": scan_of(Decode=Array([0, 1, 0, 1, 0, 1])),
    "offset within 1 %": scan(pdfs.draw_image(x=1, y=1)),
    "clipped to the page": scan(b"0 0 173 231 re W n " + FULL),
    "nested matrices": scan(b"q 0.5 0 0 0.5 0 0 cm q 345.6 0 0 460.8 0 0 cm /Im0 Do Q Q"),
    "hidden text": scan(FULL + HIDDEN_TEXT, pdfs.font()),
    "long hidden text": scan(FULL + HIDDEN_TEXT * 500, pdfs.font()),
    "marked content": scan(b"/P BMC " + FULL + b" EMC"),
    "harmless graphics state": scan(b"/G0 gs " + FULL, graphics_state(SA=True, BM=Name.Normal, ca=1)),
    "turned all the way round": scan(Rotate=360),
    "UserUnit": scan(UserUnit=2),
    "a link": scan(Annots=annotation(Subtype=Name.Link)),
    "a hidden stamp": scan(Annots=annotation(Subtype=Name.Stamp, F=2, AP=Dictionary())),
    "MediaBox larger than CropBox": scan(
        box=[-50, -50, 400, 400], CropBox=Array([0, 0, points(WIDTH), points(HEIGHT)])
    ),
}

RENDERED: dict[str, tuple[Maker, str]] = {
    "CMYK": (scan_of("CMYK"), "its colours are not gray or RGB"),
    "ICC, CMYK": (lambda pdf: scan_of("CMYK", space=icc(pdf, 4))(pdf), "its colours are not gray or RGB"),
    "palette": (scan_of("L", space=Array([Name.Indexed])), "its colours are not gray or RGB"),
    "soft mask": (lambda pdf: scan_of(SMask=pdfs.flate_image(pdf, "L"))(pdf), "its image is masked"),
    "colour key": (scan_of(Mask=Array([0, 9, 0, 9, 0, 9])), "its image is masked"),
    "inverted": (scan_of("L", Decode=Array([1, 0])), "its colours are inverted"),
    "unusual colours": (
        scan_of(DecodeParms=Dictionary(ColorTransform=0)),
        "its colours are stored in an unusual way",
    ),
    "packed twice": (
        scan_of(Filter=Array([Name.FlateDecode, Name.DCTDecode])),
        "its image is no JPEG",
    ),
    "flate": (
        lambda pdf: pdfs.add_page(pdf, FULL, [pdfs.flate_image(pdf)]),
        "its image is no JPEG",
    ),
    "fax": (lambda pdf: pdfs.add_page(pdf, FULL, [pdfs.fax_image(pdf)]), "its image is no JPEG"),
    "rotated": (scan(Rotate=90), "it is rotated"),
    "rotated backwards": (scan(Rotate=-90), "it is rotated"),
    "upside down": (scan(b"q -172.8 0 0 -230.4 172.8 230.4 cm /Im0 Do Q"), "its image is turned"),
    "mirrored": (scan(b"q -172.8 0 0 230.4 172.8 0 cm /Im0 Do Q"), "its image is turned"),
    "skewed": (scan(b"q 172.8 5 -5 230.4 0 0 cm /Im0 Do Q"), "its image is turned"),
    "too small": (scan(pdfs.draw_image(dpi=DPI * 1.03)), "its image does not fill it"),
    "cropped": (scan(CropBox=Array([20, 20, 150, 200])), "its image is cropped"),
    "squeezed": (scan(b"q 120 0 0 230.4 0 0 cm /Im0 Do Q", box=[0, 0, 120, 230.4]), "its pixels are not square"),
    "drawn twice": (scan(FULL + b" " + FULL), "more than one image is drawn"),
    "text": (scan(FULL + b" BT /F1 12 Tf (om) Tj ET", pdfs.font()), "text is shown"),
    "Type 3 text is never hidden": (scan(FULL + HIDDEN_TEXT, pdfs.font(Name.Type3)), "text is shown"),
    "text mode ends with Q": (scan(FULL + b" q 3 Tr Q BT (om) Tj ET", pdfs.font()), "text is shown"),
    "a line": (scan(FULL + b" 0 0 m 9 9 l S"), "something is painted"),
    "a filled box": (scan(FULL + b" 0 0 9 9 re f"), "something is painted"),
    "inline image": (scan(FULL + b" BI /W 1 /H 1 /BPC 8 /CS /G ID x EI"), "something is painted"),
    "shading": (scan(FULL + b" /S0 sh"), "something is painted"),
    "clipped": (scan(b"20 20 50 50 re W n " + FULL), "it is clipped"),
    "clipped to a shape": (scan(b"0 0 m 9 0 l 9 9 l h W n " + FULL), "it is clipped"),
    "transparent": (scan(b"/G0 gs " + FULL, graphics_state(ca=0.5)), "it is blended"),
    "multiplied": (scan(b"/G0 gs " + FULL, graphics_state(BM=Name.Multiply)), "it is blended"),
    "layers": (scan(b"/OC /L0 BDC " + FULL + b" EMC"), "it has layers"),
    "a stamp": (scan(Annots=annotation(Subtype=Name.Stamp, AP=Dictionary())), "it has annotations"),
    "an image that is not there": (scan(pdfs.draw_image("Im9")), "/Im9 is missing"),
    "nothing": (scan(b""), "nothing is drawn"),
    "unknown operator": (scan(FULL + b" 1 frob"), "it uses “frob”"),
    "much content": (scan(FULL + b" 0 0 m 9 9 l S" * 1000), "more than one image is drawn"),
}  # fmt: skip


@pytest.mark.parametrize("case", COPIED)
def test_page_that_is_one_upright_jpeg_is_copied(pdf: pikepdf.Pdf, case: str) -> None:
    # Given a page that shows its one JPEG as it is
    page = COPIED[case](pdf)

    # When we look at it
    decision = preflight(page)

    # Then it is copied, and its resolution is known
    assert isinstance(decision, Copy), decision
    assert decision.dpi == pytest.approx(DPI / (2 if case == "UserUnit" else 1), abs=0.1)


@pytest.mark.parametrize("case", RENDERED)
def test_any_other_page_is_rendered(pdf: pikepdf.Pdf, case: str) -> None:
    # Given a page whose JPEG alone is not what the page shows
    make, why = RENDERED[case]
    page = make(pdf)

    # When we look at it
    decision = preflight(page)

    # Then it is rendered, and we know why
    assert isinstance(decision, Render), decision
    assert decision.why == why


def scale_of(page: pikepdf.Page) -> float:
    decision = preflight(page)
    return decision.scale if isinstance(decision, Render) else decision.instead.scale


def test_scan_is_rendered_at_its_own_resolution(pdf: pikepdf.Pdf) -> None:
    page = pdfs.add_page(pdf, FULL, [pdfs.fax_image(pdf)])
    assert scale_of(page) == DPI


def test_page_box_equal_to_the_pixels_is_no_trap(pdf: pikepdf.Pdf) -> None:
    # Given a scan of 240 x 320 pixels on a page of 240 x 320 points, rotated so that it is rendered
    content = b"q 240 0 0 320 0 0 cm /Im0 Do Q"
    page = scan(content, box=[0, 0, 240, 320], Rotate=90)(pdf)

    # When and then: it gets its own pixels, not four times as many
    assert scale_of(page) == 72


def test_resolution_of_a_scan_in_strips_is_that_of_the_strips(pdf: pikepdf.Pdf) -> None:
    # Given a page whose scan is cut into two halves
    halves = [pdfs.jpeg_image(pdf, pdfs.jpeg(size=(240, 160)), size=(240, 160)) for _ in range(2)]
    content = b"q 172.8 0 0 115.2 0 0 cm /Im0 Do Q q 172.8 0 0 115.2 0 115.2 cm /Im1 Do Q"

    # When and then
    assert scale_of(pdfs.add_page(pdf, content, halves)) == DPI


def test_resolution_of_a_scan_inside_a_form_is_found(pdf: pikepdf.Pdf) -> None:
    # Given a page that draws a form, which draws the scan at half size, twice as large as the form says
    form = pdf.make_stream(b"q 345.6 0 0 460.8 0 0 cm /Im0 Do Q", Dictionary(
        Type=Name.XObject, Subtype=Name.Form, Matrix=Array([0.5, 0, 0, 0.5, 0, 0]),
        Resources=Dictionary(XObject=Dictionary(Im0=pdfs.jpeg_image(pdf, pdfs.jpeg()))),
    ))  # fmt: skip

    # When and then
    assert scale_of(pdfs.add_page(pdf, b"/Im0 Do", [form])) == DPI


def test_born_digital_page_is_rendered_at_300_dpi(pdf: pikepdf.Pdf) -> None:
    assert scale_of(pdfs.add_text(pdf)) == 300


def test_user_unit_counts_in_inches_but_not_for_the_renderer(pdf: pikepdf.Pdf) -> None:
    # Given a born-digital page whose unit is two points
    decision = preflight(pdfs.add_text(pdf, UserUnit=2))

    # When and then: renderers ignore the unit, so they are told 600 to get 300
    assert isinstance(decision, Render)
    assert (decision.scale, decision.dpi) == (600, 300)


def test_huge_page_stays_below_40_megapixels(pdf: pikepdf.Pdf) -> None:
    # Given a page of 200 x 200 inches
    scale = scale_of(pdfs.add_page(pdf, b"0 0 9 9 re f", box=[0, 0, 14_400, 14_400]))

    # When and then
    assert (14_400 * scale / 72) ** 2 <= MAX_PIXELS


def test_long_narrow_page_fits_the_renderer(pdf: pikepdf.Pdf) -> None:
    scale = scale_of(pdfs.add_page(pdf, b"0 0 9 9 re f", box=[0, 0, 72, 14_400]))
    assert 14_400 * scale / 72 <= 30_000


def test_coarse_background_does_not_blur_the_text_on_it(pdf: pikepdf.Pdf) -> None:
    # Given text on an image of 10 x 10 pixels that fills the page
    background = pdfs.jpeg_image(pdf, pdfs.jpeg(size=(10, 10)), size=(10, 10))
    page = pdfs.add_page(pdf, FULL + b" BT /F1 12 Tf (om) Tj ET", [background], resources=pdfs.font())

    # When and then
    assert scale_of(page) == 300


def test_attributes_are_inherited_from_the_page_tree(pdf: pikepdf.Pdf, tmp_path: Path) -> None:
    # Given a scan whose size, resources and rotation stand in the page tree above it
    page = pdfs.add_scan(pdf).obj
    for key in ("/MediaBox", "/Resources"):
        pdf.Root.Pages[key] = page[key]
        del page[key]
    pdf.save(tmp_path / "upright.pdf")
    pdf.Root.Pages.Rotate = 180
    pdf.save(tmp_path / "turned.pdf")

    # When we look at both
    with pikepdf.open(tmp_path / "upright.pdf") as upright, pikepdf.open(tmp_path / "turned.pdf") as turned:
        decisions = preflight(upright.pages[0]), preflight(turned.pages[0])

        # Then
        assert isinstance(decisions[0], Copy)
        assert isinstance(decisions[1], Render)
        assert decisions[1].why == "it is rotated"


@pytest.mark.parametrize("box", [[0, 0, 0, 0], ["/a", 0, 1, 1], [0, 0]])
def test_damaged_page_is_left_to_the_renderer(pdf: pikepdf.Pdf, box: list[Any]) -> None:
    # Given a page without a usable size
    page = scan()(pdf)
    page.obj.MediaBox = Array([Name(v) if isinstance(v, str) else v for v in box])

    # When and then
    assert preflight(page) == Render("it is damaged: The page has no size.")


def test_1000_pages_are_looked_at_in_about_a_second(tmp_path: Path) -> None:
    # Given a scan of 1,000 pages
    pdfs.scanned_book(tmp_path / "book.pdf", 1000)

    # When we look at all of them
    begin = time.process_time()
    with pikepdf.open(tmp_path / "book.pdf") as pdf:
        copied = sum(isinstance(preflight(page), Copy) for page in pdf.pages)

    # Then (0.6 s where this was written)
    assert copied == 1000
    assert time.process_time() - begin < 5


def test_page_with_endless_content_is_given_up_early(pdf: pikepdf.Pdf) -> None:
    # Given a page with 100 MB of content
    page = scan(FULL + b" 0 0 m 9 9 l S" * 7_000_000)(pdf)

    # When we look at it
    begin = time.process_time()
    decision = preflight(page)

    # Then
    assert isinstance(decision, Render)
    assert decision.why == "its content is long"
    assert time.process_time() - begin < 0.2


def packed(pdf: pikepdf.Pdf, data: bytes, times: int, **keys: Any) -> pikepdf.Stream:
    """A stream that unpacks to far more than it is."""
    for _ in range(times):
        data = zlib.compress(data, 1)
    stream = pdf.make_stream(data, **keys)
    stream.Filter = Array([Name.FlateDecode] * times)
    return stream


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("place", ["page", "form"])
def test_page_whose_content_is_a_bomb_is_given_up_early(pdf: pikepdf.Pdf, times: int, place: str) -> None:
    # Given content of 20 million operators in a few kilobytes
    bomb = packed(pdf, b"q " * 20_000_000, times, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
    page = pdfs.add_page(pdf, b"/Im0 Do", [bomb])
    if place == "page":
        page.obj.Contents = bomb

    # When we look at it, then it is left to the renderer, which has limits, in no time
    begin = time.process_time()
    assert isinstance(preflight(page), Render)
    assert time.process_time() - begin < 2


def test_a_damaged_page_of_any_size_stays_within_limits(pdf: pikepdf.Pdf) -> None:
    decision = preflight(pdfs.add_page(pdf, b"q cm /Im0 Do Q", box=[0, 0, 1e6, 1e6]))
    assert isinstance(decision, Render)
    assert decision.why.startswith("it is damaged")
    assert 0 < decision.scale < 1


def test_an_image_that_poppler_would_leave_out_is_seen(pdf: pikepdf.Pdf) -> None:
    # Given a page whose image has 32,767 pixels a line
    long = pdfs.image(pdf, bytes(4096), (32_767, 1), Name.DeviceGray, None, BitsPerComponent=1)
    short = pdfs.image(pdf, bytes(4096), (32_766, 1), Name.DeviceGray, None, BitsPerComponent=1)
    seen = preflight(pdfs.add_page(pdf, FULL, [long]))
    other = preflight(pdfs.add_page(pdf, FULL, [short]))
    assert isinstance(seen, Render)
    assert isinstance(other, Render)
    assert seen.huge
    assert not other.huge
