"""Pages of Devanagari, drawn with the font that comes with the program."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from ambuda_desktop.paths import resources

LOHIT = resources() / "fonts" / "Lohit-Devanagari.ttf"
VERSE = ("धर्मक्षेत्रे कुरुक्षेत्रे समवेता युयुत्सवः ।", "मामकाः पाण्डवाश्चैव किमकुर्वत सञ्जय ॥")


def page(
    lines: Sequence[str] = VERSE, size: int = 48, width: int = 1200, font_file: Path = LOHIT
) -> Image.Image:
    """A gray page with these lines."""
    font = ImageFont.truetype(str(font_file), size)
    image = Image.new("L", (width, size * 2 * (len(lines) + 1)), 255)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((size, size + number * size * 2), line, font=font, fill=0)
    return image


def save(path: Path, lines: Sequence[str] = VERSE, size: int = 48) -> Path:
    """Such a page as a file, with 300 dpi."""
    page(lines, size).save(path, dpi=(300, 300))
    return path
