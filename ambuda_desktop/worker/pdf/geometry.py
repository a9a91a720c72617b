"""Boxes and matrices of PDF pages, in units of user space."""

import math
from typing import NamedTuple, Self

import pikepdf

MAX_DEPTH = 50  # of the page tree: a damaged one may be a ring


class Matrix(NamedTuple):
    """A transformation as the `cm` operator gives it."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def then(self, outer: "Matrix") -> "Matrix":
        """This transformation, followed by `outer`."""
        return Matrix(
            self.a * outer.a + self.b * outer.c,
            self.a * outer.b + self.b * outer.d,
            self.c * outer.a + self.d * outer.c,
            self.c * outer.b + self.d * outer.d,
            self.e * outer.a + self.f * outer.c + outer.e,
            self.e * outer.b + self.f * outer.d + outer.f,
        )

    @property
    def width(self) -> float:
        """The drawn length of the unit square's lower side."""
        return math.hypot(self.a, self.b)

    @property
    def height(self) -> float:
        """The drawn length of the unit square's left side."""
        return math.hypot(self.c, self.d)

    @property
    def area(self) -> float:
        """The drawn area of the unit square."""
        return abs(self.a * self.d - self.b * self.c)

    @property
    def upright(self) -> bool:
        """Whether what it draws is neither turned, mirrored nor skewed."""
        slack = 1e-3 * max(self.width, self.height)
        return self.a > 0 and self.d > 0 and abs(self.b) <= slack and abs(self.c) <= slack


IDENTITY = Matrix(1, 0, 0, 1, 0, 0)


class Box(NamedTuple):
    """A rectangle with x0 < x1 and y0 < y1."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @classmethod
    def of_rectangle(cls, x: float, y: float, width: float, height: float, m: Matrix) -> Self:
        """What a transformed rectangle spans."""
        corners = [(x, y), (x + width, y), (x, y + height), (x + width, y + height)]
        xs = [px * m.a + py * m.c + m.e for px, py in corners]
        ys = [px * m.b + py * m.d + m.f for px, py in corners]
        return cls(min(xs), min(ys), max(xs), max(ys))

    def contains(self, other: "Box", tolerance: float) -> bool:
        """Whether `other` lies inside, give or take a share of its own size."""
        dx, dy = tolerance * other.width, tolerance * other.height
        return (
            self.x0 <= other.x0 + dx
            and self.y0 <= other.y0 + dy
            and self.x1 >= other.x1 - dx
            and self.y1 >= other.y1 - dy
        )


class Sheet(NamedTuple):
    """What of a page is shown: its visible box, its rotation, and how many points a unit is."""

    box: Box
    rotation: int  # degrees clockwise
    user_unit: float


def sheet(page: pikepdf.Page) -> Sheet:
    """The page's sheet, with what it inherits. Raises ValueError where it has no usable MediaBox."""
    media = _box(inherited(page, "/MediaBox"))
    if media is None:
        raise ValueError("The page has no size.")
    crop = _box(inherited(page, "/CropBox")) or media
    shown = Box(
        max(media.x0, crop.x0), max(media.y0, crop.y0), min(media.x1, crop.x1), min(media.y1, crop.y1)
    )
    if shown.width <= 0 or shown.height <= 0:
        shown = media
    unit = number(page.obj.get("/UserUnit"), 1.0)
    return Sheet(shown, int(number(inherited(page, "/Rotate"), 0)) % 360, unit if unit > 0 else 1.0)


def inherited(page: pikepdf.Page, key: str) -> object:
    """An attribute of the page, or of the nearest node above it in the page tree that has it."""
    node: pikepdf.Object | None = page.obj
    for _ in range(MAX_DEPTH):
        if not isinstance(node, pikepdf.Dictionary):
            break
        value = node.get(key)
        if value is not None:
            return value
        node = node.get("/Parent")
    return None


def number(value: object, default: float) -> float:
    """A PDF number as a float; `default` where it is something else."""
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return default


def _box(value: object) -> Box | None:
    if not isinstance(value, pikepdf.Array) or len(value) != 4:
        return None
    x0, y0, x1, y1 = (number(v, math.nan) for v in value)
    box = Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    return box if all(map(math.isfinite, box)) and box.width > 0 and box.height > 0 else None
