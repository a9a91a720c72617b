"""The application's font: the system's, with the bundled ones to fall back on for Devanagari and IAST."""

from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase, QFontInfo

from ambuda_desktop.paths import resources

SMALLEST = 13  # pixels


def load_bundled(folder: Path | None = None) -> list[str]:
    """Make the fonts of the program known to Qt; returns their families. Missing ones are no error."""
    families: list[str] = []
    place = folder or resources() / "fonts"
    for path in sorted([*place.glob("*.ttf"), *place.glob("*.otf")]):
        number = QFontDatabase.addApplicationFont(str(path))
        families += QFontDatabase.applicationFontFamilies(number) if number >= 0 else []
    return list(dict.fromkeys(families))


def interface_font() -> QFont:
    """The font of all text."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setFamilies([QFontInfo(font).family(), *load_bundled()])
    if QFontInfo(font).pixelSize() < SMALLEST:
        font.setPixelSize(SMALLEST)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def fixed_font() -> QFont:
    """The font of ids, arguments and tracebacks."""
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)


def with_weight(font: QFont, weight: QFont.Weight, scale: float = 1.0) -> QFont:
    """A copy of `font`, heavier or larger."""
    copy = QFont(font)
    copy.setWeight(weight)
    if scale != 1.0:
        copy.setPixelSize(round(QFontInfo(font).pixelSize() * scale))
    return copy
