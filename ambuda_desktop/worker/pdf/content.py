"""What a page's content stream draws: its images with their place, and whether anything else."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pikepdf

from ambuda_desktop.worker.pdf.geometry import IDENTITY, Box, Matrix, number

MAX_PACKED = 256_000  # bytes, compressed: beyond it the page is rendered without a closer look
MAX_UNPACKED = 1_000_000  # bytes: a stream that unpacks to more would take seconds and gigabytes to be parsed
SHORT = 4_096  # bytes: a page that is one image needs no more, unless it has a layer of hidden text
MAX_FORMS = 20  # forms to look into for images
MAX_NAMED = 100  # images to look at where the content is not read
CAIRO_SIDE = 32_766  # pixels
HIDDEN = 3  # the text rendering mode that paints nothing

_TEXT_FILTERS = frozenset({"/ASCIIHexDecode", "/AHx", "/ASCII85Decode", "/A85"})
_TEXT = frozenset({"Tj", "TJ", "'", '"'})
_PAINT = frozenset({"f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh", "INLINE IMAGE"})
_CURVES = frozenset({"m", "l", "c", "v", "y", "h"})
# Operators that set something which cannot change how an image looks.
_HARMLESS = frozenset(
    """w J j M d ri i BT ET Tc Tw Tz TL Tf Ts Td TD Tm T* g G rg RG k K cs CS sc SC scn SCN
       MP DP BMC EMC BX EX""".split()  # noqa: SIM905
)


class DrawnImage(NamedTuple):
    """An image and the matrix that puts its unit square on the page."""

    image: pikepdf.Object
    matrix: Matrix


@dataclass
class Drawing:
    """What is drawn on a page, as far as it was looked at."""

    images: list[DrawnImage] = field(default_factory=list)
    #: The first thing found that is not simply an image, in words; None where there is none.
    other: str | None = None
    #: Whether text or curves are drawn, which may need more pixels than the images have.
    fine: bool = False
    empty: bool = False  # whether the page has no content at all
    #: Whether an image has more pixels in a row or column than cairo draws: it leaves such images out without a word.
    huge: bool = False


class _State(NamedTuple):
    matrix: Matrix = IDENTITY
    text_mode: int = 0


def drawing(page: pikepdf.Page, resources: pikepdf.Object, box: Box) -> Drawing:
    """What the page draws; long streams are only searched for images. `box` is what is shown of it."""
    streams = _streams(page)
    data = _unpacked(streams)
    if data is None:
        return Drawing(other="its content is long", fine=True, huge=_has_huge_image(resources))
    look = _Look(resources, box)
    look.result.empty = not data.strip()
    if len(data) <= SHORT or b"3 Tr" in data:
        look.read(page.obj if streams else None)
    else:
        look.result.fine = True
        look.spoil("more than one image is drawn")
        look.read(page.obj, "q Q cm Do")
    return look.result


def _streams(page: pikepdf.Page) -> list[pikepdf.Stream]:
    contents = page.obj.get("/Contents")
    parts = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    return [part for part in parts if isinstance(part, pikepdf.Stream)]


def _unpacked(streams: Sequence[pikepdf.Stream]) -> bytes | None:
    """The content of some streams; None where it is too long to be looked at."""
    if sum(int(number(s.get("/Length"), 0)) for s in streams) > MAX_PACKED:
        return None
    if any(_is_packed_twice(s) for s in streams):
        return None
    data = b"\n".join(s.read_bytes() for s in streams)
    return data if len(data) <= MAX_UNPACKED else None


def _has_huge_image(resources: pikepdf.Object) -> bool:
    """Whether one of the images that the page may draw is huge; looks at the first of them."""
    objects = resources.get("/XObject")
    if not isinstance(objects, pikepdf.Dictionary):
        return False
    return any(_is_huge(found) for _, found in itertools.islice(objects.items(), MAX_NAMED))


def _is_huge(image: pikepdf.Object) -> bool:
    return isinstance(image, pikepdf.Stream) and any(
        number(image.get(key), 0) > CAIRO_SIDE for key in ("/Width", "/Height")
    )


def _is_packed_twice(stream: pikepdf.Stream) -> bool:
    """What is packed once unpacks to a thousand times its size at most, twice to a million times."""
    filters = stream.get("/Filter")
    if not isinstance(filters, pikepdf.Array):
        return False
    return sum(str(f) not in _TEXT_FILTERS for f in filters) > 1


class _Look:
    """Follows the graphics state through a content stream."""

    def __init__(self, resources: pikepdf.Object, box: Box) -> None:
        self.result = Drawing()
        self.resources = resources
        self.box = box
        self.state = _State()
        self.stack: list[_State] = []
        self.path: list[Box | None] = []  # None: a part that is no rectangle
        self.clip = False
        self.forms = 0
        self.type3 = _has_type3_font(resources)
        self.steps: dict[str, Callable[[list[pikepdf.Object]], None]] = {
            "q": self._save, "Q": self._restore, "cm": self._transform, "Do": self._do, "gs": self._gs,
            "Tr": self._text_mode, "re": self._rectangle, "W": self._clip, "W*": self._clip,
            "n": self._end_path, "BDC": self._marked,
        }  # fmt: skip

    def spoil(self, what: str) -> None:
        self.result.other = self.result.other or what

    def read(self, stream: pikepdf.Object | None, operators: str = "") -> None:
        if stream is None:
            return
        for instruction in pikepdf.parse_content_stream(stream, operators):
            operator = str(instruction.operator)
            step = self.steps.get(operator)
            if step:
                step(list(instruction.operands))
            elif operator in _TEXT:
                self._text()
            elif operator in _CURVES:
                self.path.append(None)
            elif operator in _PAINT:
                self._paint()
            elif operator not in _HARMLESS:
                self.spoil(f"it uses “{operator}”")

    def _text(self) -> None:
        if self.state.text_mode != HIDDEN or self.type3:
            self.result.fine = True
            self.spoil("text is shown")

    def _paint(self) -> None:
        self.result.fine = self.result.fine or None in self.path
        self.path, self.clip = [], False
        self.spoil("something is painted")

    def _save(self, _: list[pikepdf.Object]) -> None:
        self.stack.append(self.state)

    def _restore(self, _: list[pikepdf.Object]) -> None:
        if self.stack:
            self.state = self.stack.pop()

    def _transform(self, operands: list[pikepdf.Object]) -> None:
        self.state = self.state._replace(matrix=_matrix(operands).then(self.state.matrix))

    def _text_mode(self, operands: list[pikepdf.Object]) -> None:
        self.state = self.state._replace(text_mode=int(number(operands[0], 0)))

    def _rectangle(self, operands: list[pikepdf.Object]) -> None:
        x, y, width, height = (number(o, 0) for o in operands)
        self.path.append(Box.of_rectangle(x, y, width, height, self.state.matrix))

    def _clip(self, _: list[pikepdf.Object]) -> None:
        self.clip = True

    def _end_path(self, _: list[pikepdf.Object]) -> None:
        if self.clip and not (len(self.path) == 1 and self.path[0] and self.path[0].contains(self.box, 0.01)):
            self.spoil("it is clipped")
        self.path, self.clip = [], False

    def _marked(self, operands: list[pikepdf.Object]) -> None:
        if str(operands[0]) == "/OC":
            self.spoil("it has layers")

    def _gs(self, operands: list[pikepdf.Object]) -> None:
        states = self.resources.get("/ExtGState", pikepdf.Dictionary())
        if not _is_plain(states.get(str(operands[0]), pikepdf.Dictionary())):
            self.spoil("it is blended")

    def _do(self, operands: list[pikepdf.Object]) -> None:
        name = str(operands[0])
        found = self.resources.get("/XObject", pikepdf.Dictionary()).get(name)
        if not isinstance(found, pikepdf.Stream):
            self.spoil(f"{name} is missing")
        elif found.get("/Subtype") == "/Image":
            self.result.images.append(DrawnImage(found, self.state.matrix))
            self.result.huge = self.result.huge or _is_huge(found)
        else:
            self.spoil("a form is drawn")
            self._look_into(found)

    def _look_into(self, form: pikepdf.Stream) -> None:
        """Search a form for images only, for their resolution."""
        self.forms += 1
        if self.forms > MAX_FORMS or _unpacked([form]) is None:
            return
        kept = self.state, self.stack, self.resources
        matrix = form.get("/Matrix")
        if isinstance(matrix, pikepdf.Array):
            self._transform(list(matrix))
        self.stack = []
        self.resources = form.get("/Resources", self.resources)
        self.read(form, "q Q cm Do")
        self.state, self.stack, self.resources = kept


def _matrix(operands: list[pikepdf.Object]) -> Matrix:
    a, b, c, d, e, f = (number(o, 0) for o in operands)
    return Matrix(a, b, c, d, e, f)


def _has_type3_font(resources: pikepdf.Object) -> bool:
    """Glyphs of Type 3 fonts are painted in any text mode."""
    fonts = resources.get("/Font")
    if not isinstance(fonts, pikepdf.Dictionary):
        return False
    return any(font.get("/Subtype") == "/Type3" for _, font in fonts.items())


def _is_plain(state: pikepdf.Object) -> bool:
    """Whether a graphics state leaves an image as it is."""
    return (
        state.get("/SMask", "/None") == "/None"
        and state.get("/BM", "/Normal") in ("/Normal", "/Compatible")
        and all(number(state.get(key), 1.0) == 1.0 for key in ("/ca", "/CA"))
        and all(state.get(key) in (None, "/Identity", "/Default") for key in ("/TR", "/TR2"))
    )
