"""Looking at a page before it is made: copy its one JPEG out, or render it, and at which resolution."""

import logging
import math
from dataclasses import dataclass, replace

import pikepdf

from ambuda_desktop.worker.pdf.content import Drawing, DrawnImage, drawing
from ambuda_desktop.worker.pdf.geometry import Box, Sheet, inherited, number, sheet

MAX_PIXELS = 40_000_000
MAX_SIDE = 30_000  # pixels; cairo's surfaces end at 32,767
BORN_DIGITAL_DPI = 300.0
MIN_DPI = 72.0
TEXT_SIDE = 3_600  # pixels of the longer side at which text set over a coarse scan can be read
TOLERANCE = 0.01  # of the page's size

#: What a damaged PDF makes pikepdf and our own arithmetic raise.
FAULTS = (
    pikepdf.PdfError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RuntimeError, MemoryError,
)  # fmt: skip

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Render:
    """Render the page. `scale` is what a renderer is told: pixels per 72 units of user space."""

    why: str
    scale: float = BORN_DIGITAL_DPI
    dpi: float = BORN_DIGITAL_DPI  # pixels per inch, which differs from `scale` where UserUnit is not 1
    draws: bool = True  # whether it has any content
    huge: bool = False  # whether it has an image that only PDFium draws

    def at_most(self, dpi: int | None) -> "Render":
        """The same, no finer than `dpi`."""
        if dpi is None or self.dpi <= dpi:
            return self
        return replace(self, scale=self.scale * dpi / self.dpi, dpi=float(dpi))


@dataclass(frozen=True)
class Copy:
    """Copy the page's JPEG; where the JPEG turns out to be damaged, render instead."""

    image: pikepdf.Object
    dpi: float
    instead: Render


def preflight(page: pikepdf.Page) -> Copy | Render:
    """Decide how to make a page. Looks at no pixels; never raises for a damaged page."""
    try:
        return _decide(page)
    except FAULTS as error:
        log.info("Page rendered without a closer look: %s", error)
        return damaged(page, error)


def damaged(page: pikepdf.Page, error: Exception) -> Render:
    """How to render a page of which nothing is known but, perhaps, its size."""
    why = f"it is damaged: {error}"
    try:
        return _render(sheet(page), Drawing(fine=True), why)
    except FAULTS:
        return Render(why)


def _decide(page: pikepdf.Page) -> Copy | Render:
    shown = sheet(page)
    resources = inherited(page, "/Resources")
    if not isinstance(resources, pikepdf.Dictionary):
        resources = pikepdf.Dictionary()
    drawn = drawing(page, resources, shown.box)
    why = _why_not_copy(page, shown, drawn)
    render = _render(shown, drawn, why or "its JPEG is damaged")
    if why:
        return render
    only = drawn.images[0]
    x, y = _resolution(only)
    return Copy(only.image, round((x + y) / 2 / shown.user_unit, 2), render)


def _why_not_copy(page: pikepdf.Page, shown: Sheet, drawn: Drawing) -> str | None:
    if drawn.other:
        return drawn.other
    if len(drawn.images) != 1:
        return "nothing is drawn" if not drawn.images else "more than one image is drawn"
    if shown.rotation:
        return "it is rotated"
    if _has_visible_annotation(page):
        return "it has annotations"
    return _why_not_placed(drawn.images[0], shown.box) or _why_not_jpeg(drawn.images[0].image)


def _why_not_placed(drawn: DrawnImage, box: Box) -> str | None:
    if not drawn.matrix.upright:
        return "its image is turned"
    placed = Box.of_rectangle(0, 0, 1, 1, drawn.matrix)
    if not placed.contains(box, TOLERANCE):
        return "its image does not fill it"
    if not box.contains(placed, TOLERANCE):
        return "its image is cropped"
    x, y = _resolution(drawn)
    return "its pixels are not square" if abs(x - y) > 0.03 * max(x, y) else None


def _why_not_jpeg(image: pikepdf.Object) -> str | None:
    filters = image.get("/Filter")
    names = [str(f) for f in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
    if names != ["/DCTDecode"]:
        return "its image is no JPEG"
    if any(key in image for key in ("/SMask", "/Mask", "/OC", "/F")) or image.get("/ImageMask", False):
        return "its image is masked"
    components = color_components(image)
    if components is None:
        return "its colours are not gray or RGB"
    decode = image.get("/Decode")
    if decode is not None and [number(v, -1) for v in decode] != [0.0, 1.0] * components:
        return "its colours are inverted"
    parameters = image.get("/DecodeParms")
    if isinstance(parameters, pikepdf.Array):
        parameters = parameters[0]
    if isinstance(parameters, pikepdf.Dictionary) and number(parameters.get("/ColorTransform"), 1) != 1:
        return "its colours are stored in an unusual way"
    return None


def color_components(image: pikepdf.Object) -> int | None:
    """1 for gray, 3 for RGB, None for any other colour space."""
    space = image.get("/ColorSpace")
    family = str(space[0] if isinstance(space, pikepdf.Array) else space)
    if family == "/ICCBased" and isinstance(space, pikepdf.Array):
        count = int(number(space[1].get("/N"), 0))
        return count if count in (1, 3) else None
    return {"/DeviceGray": 1, "/CalGray": 1, "/DeviceRGB": 3, "/CalRGB": 3}.get(family)


def _has_visible_annotation(page: pikepdf.Page) -> bool:
    annotations = page.obj.get("/Annots")
    if not isinstance(annotations, pikepdf.Array):
        return False
    for annotation in annotations:
        hidden = int(number(annotation.get("/F"), 0)) & (2 | 32)  # Hidden, NoView
        kind = annotation.get("/Subtype")
        if not (hidden or kind == "/Popup" or (kind == "/Link" and "/AP" not in annotation)):
            return True
    return False


def _resolution(drawn: DrawnImage) -> tuple[float, float]:
    """Pixels per 72 units of user space, across and down."""
    width, height = number(drawn.image.get("/Width"), 0), number(drawn.image.get("/Height"), 0)
    return width * 72 / drawn.matrix.width, height * 72 / drawn.matrix.height


def _render(shown: Sheet, drawn: Drawing, why: str) -> Render:
    scale = scale_within_limits(_wanted_scale(shown, drawn), shown.box.width, shown.box.height)
    dpi = round(scale / shown.user_unit, 2)
    return Render(why, scale, dpi, draws=not drawn.empty, huge=drawn.huge)


def scale_within_limits(scale: float, width: float, height: float) -> float:
    """The scale, or less where a page of this size (units of user space) would have too many pixels."""
    scale = min(scale, 72 * math.sqrt(MAX_PIXELS / (width * height)))
    scale = min(scale, 72 * MAX_SIDE / max(width, height))
    # Renderers round sides up: the two decimals rounded down keep 2550 pixels from becoming 2551.
    return math.floor(scale * 100 + 0.05) / 100


def _wanted_scale(shown: Sheet, drawn: Drawing) -> float:
    """The scan's own resolution where images fill most of the page, else what suits text."""
    floor, born_digital = MIN_DPI * shown.user_unit, BORN_DIGITAL_DPI * shown.user_unit
    page = shown.box.width * shown.box.height
    parts = [image for image in drawn.images if image.matrix.area >= 0.02 * page]
    if sum(part.matrix.area for part in parts) < 0.5 * page:
        return born_digital
    own = max(max(_resolution(part)) for part in parts)
    if drawn.fine:
        own = max(own, min(born_digital, TEXT_SIDE * 72 / max(shown.box.width, shown.box.height)))
    return max(own, floor)
