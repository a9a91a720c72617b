import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from ambuda_desktop.ui import theme
from ambuda_desktop.ui.painting import _columns, draw_strip, page_at


def luminance(colour: str) -> float:
    parts = [getattr(QColor(colour), name)() for name in ("redF", "greenF", "blueF")]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return float(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])


def contrast(one: str, other: str) -> float:
    a, b = sorted((luminance(one), luminance(other)), reverse=True)
    return (a + 0.05) / (b + 0.05)


@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_contrast(scheme: theme.Colours) -> None:
    for back in (scheme.window, scheme.base, scheme.raised, scheme.hover, scheme.selected):
        assert contrast(scheme.text, back) >= 7
        assert contrast(scheme.faint, back) >= 4.5
        assert contrast(scheme.failed, back) >= 4.5
    for back in (scheme.base, scheme.selected):
        for mark in (scheme.done, scheme.look, scheme.failed, scheme.accent):
            assert contrast(mark, back) >= 3
    assert contrast(scheme.running, scheme.base) >= 3
    assert contrast(scheme.on_accent, scheme.accent) >= 4.5
    for back in (scheme.warning_back, scheme.error_back):
        assert contrast(scheme.text, back) >= 7


def test_one_failed_page_of_a_thousand_is_seen() -> None:
    letters = _columns("d" * 500 + "x" + "d" * 499, 0.3, 300)
    assert len(letters) == 300
    assert letters.count("x") == 2


def test_a_strip_tells_its_pages() -> None:
    strip = QRectF(10, 0, 300, 14)
    assert page_at(strip, 30, 10) == 1
    assert page_at(strip, 30, 309) == 30
    assert page_at(strip, 30, 311) is None
    assert page_at(strip, 3, 200) is None
    assert page_at(strip, 0, 20) is None


def test_states_differ_by_shape_not_only_by_colour() -> None:
    # Given a strip of one page in each state, painted
    heights = {}
    for letter in ".rdx":
        image = QImage(12, 14, QImage.Format.Format_RGB32)
        image.fill(QColor("white"))
        painter = QPainter(image)
        draw_strip(painter, QRectF(image.rect()), letter)
        painter.end()
        heights[letter] = sum(image.pixelColor(3, y) != QColor("white") for y in range(14))

    # Then no two are equally high
    assert len(set(heights.values())) == 4
