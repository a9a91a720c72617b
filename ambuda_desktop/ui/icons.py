"""The icons of resources/icons, in any colour of the scheme."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ambuda_desktop.paths import resources
from ambuda_desktop.ui.theme import color

_SCALES = (1, 2, 3)  # device pixels per pixel
_pixmaps: dict[tuple[str, str, int, int], QPixmap] = {}


def pixmap(name: str, colour: QColor, size: int, scale: int = 1) -> QPixmap:
    """A square picture of the icon; an empty one where there is no such icon."""
    key = (name, colour.name(), size, scale)
    if key not in _pixmaps:
        _pixmaps[key] = _draw(resources() / "icons" / f"{name}.svg", colour, size, scale)
    return _pixmaps[key]


def icon(name: str, role: str = "text", size: int = 16, gap: int = 0) -> QIcon:
    """The icon in a colour of the scheme, with a gap on its right; null where there is no such file.

    Ask again when the scheme changes.
    """
    made = QIcon()
    if not (resources() / "icons" / f"{name}.svg").is_file():
        return made
    for scale in _SCALES:
        made.addPixmap(_widened(pixmap(name, color(role), size, scale), gap))
        made.addPixmap(_widened(pixmap(name, color("faint"), size, scale), gap), QIcon.Mode.Disabled)
    return made


def _widened(picture: QPixmap, gap: int) -> QPixmap:
    if not gap:
        return picture
    scale = picture.devicePixelRatio()
    wider = QPixmap(round(picture.width() + gap * scale), picture.height())
    wider.setDevicePixelRatio(scale)
    wider.fill(Qt.GlobalColor.transparent)
    painter = QPainter(wider)
    painter.drawPixmap(0, 0, picture)
    painter.end()
    return wider


def window_icon() -> QIcon:
    """The program's own icon, in its own colours."""
    return QIcon(str(resources() / "icons" / "ambuda.svg"))


def _draw(path: Path, colour: QColor, size: int, scale: int) -> QPixmap:
    picture = QPixmap(QSize(size, size) * scale)
    picture.fill(Qt.GlobalColor.transparent)
    data = path.read_bytes() if path.is_file() else b""
    renderer = QSvgRenderer(QByteArray(data)) if data else None
    if renderer is not None and renderer.isValid():
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        renderer.render(painter, QRectF(picture.rect()))
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
        painter.fillRect(picture.rect(), colour)
        painter.end()
    picture.setDevicePixelRatio(scale)
    return picture
