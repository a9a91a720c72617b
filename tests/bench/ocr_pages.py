"""Pages of Devanagari to recognise, in the fonts that this machine has, and how wrong a recognised text is."""

import itertools
import random
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageFilter

from ambuda_desktop.paths import resources
from tests.support import devanagari

LINES = 22  # of a page
SIZE, WIDTH, DPI = 50, 1700, 300  # pixels of a letter and of a page: 12 points
#: A font's name, its file, and what apt calls it.
FONTS = (
    ("Noto Serif Devanagari", "NotoSerifDevanagari-Regular.ttf", "fonts-noto-core"),
    ("Lohit Devanagari", "Lohit-Devanagari.ttf", "fonts-lohit-deva"),
    ("Chandas", "chandas1-2.ttf", "fonts-deva-extra"),
)
_SYSTEM = Path("/usr/share/fonts")
_JOINERS = dict.fromkeys((0x200C, 0x200D))  # nobody sees them


@dataclass(frozen=True)
class Sample:
    """A page and what stands on it."""

    path: Path
    text: str


def fonts(folder: Path | None) -> dict[str, Path]:
    """The fonts that are here, by their names: in a folder, in the system, or ours."""
    places = [place for place in (folder, _SYSTEM, resources() / "fonts") if place and place.is_dir()]
    found = {}
    for name, file, _ in FONTS:
        paths = itertools.chain.from_iterable(place.rglob(file) for place in places)
        if path := next(paths, None):
            found[name] = path
    return found


def samples(folder: Path, font: Path, count: int, *, worn: bool = False) -> list[Sample]:
    """So many pages as JPEG scans: skewed, a little blurred and grainy; `worn`: as prints of the 19th century are."""
    made = []
    for number, lines in zip(range(count), _texts(), strict=False):
        image = devanagari.page(lines, SIZE, WIDTH, font)
        path = folder / f"{font.stem}-{'worn' if worn else 'clean'}-{number + 1}.jpg"
        _scanned(image, random.Random(number), worn=worn).save(path, quality=80, dpi=(DPI, DPI))
        made.append(Sample(path, "\n".join(lines)))
    return made


def _texts() -> Iterator[Sequence[str]]:
    """The lines of the sample book, shuffled anew for each page."""
    text = (resources() / "sample" / "sample.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip()]
    for seed in itertools.count():
        yield random.Random(seed).sample(lines, LINES)


def _scanned(image: Image.Image, chance: random.Random, *, worn: bool) -> Image.Image:
    if worn:  # the ink has spread, and broken
        image = image.filter(ImageFilter.MinFilter(3))
        noise = Image.effect_noise((image.width // 3, image.height // 3), 90).resize(image.size)
        image = Image.blend(image, noise, 0.35)
    skewed = image.rotate(chance.uniform(-0.4, 0.4), Image.Resampling.BICUBIC, fillcolor=255)
    blurred = skewed.filter(ImageFilter.GaussianBlur(1.6 if worn else 0.8))
    return Image.blend(blurred, Image.effect_noise(image.size, 40), 0.12)


def character_errors(found: str, wanted: str) -> float:
    """The share of characters that a person would have to put right; white space and joiners do not count."""
    found, wanted = _plain(found), _plain(wanted)
    before = list(range(len(wanted) + 1))
    for row, sign in enumerate(found, 1):
        now = [row]
        for column, other in enumerate(wanted, 1):
            now.append(min(now[-1] + 1, before[column] + 1, before[column - 1] + (sign != other)))
        before = now
    return before[-1] / max(1, len(wanted))


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).translate(_JOINERS).split())
