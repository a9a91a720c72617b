"""Reading page images off the GUI thread: the newest wish first, older ones are dropped."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageIOHandler, QImageReader

from ambuda_desktop.books import BookFolder
from ambuda_desktop.paths import Paths
from ambuda_desktop.ui.background import Background

LARGEST = 60_000_000  # pixels of an image that is shown in full; 240 MB
_TURNED = QImageIOHandler.Transformation.TransformationRotate90  # or 270, which has this bit, too


@dataclass(frozen=True)
class Wish:
    """A page, and the size (device pixels) it should fit into; None: all of its own pixels."""

    book: str
    page: int
    within: QSize | None
    version: tuple[object, ...] = ()  # another one: read it again, the image may have changed


@dataclass(frozen=True)
class Picture:
    """What came of a wish: an image, or a sentence; neither where the page has no image yet."""

    wish: Wish
    image: QImage | None = None
    whole: QSize | None = None  # pixels of the file
    complaint: str = ""


class PageImages(QObject):
    """One image is read at a time; while it is, only the last wish is kept."""

    read = Signal(object)  # a Picture

    def __init__(self, paths: Paths, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._paths, self._background = paths, background
        self._next: Wish | None = None
        self._busy = False

    def want(self, wish: Wish) -> None:
        self._next = wish
        self._go_on()

    def _go_on(self) -> None:
        if self._busy or self._next is None:
            return
        wish, self._next, self._busy = self._next, None, True
        errand = self._background.start(lambda _store, _errand: picture_of(self._paths.library, wish))
        errand.done.connect(self._done)
        errand.failed.connect(lambda sentence: self._done(Picture(wish, complaint=sentence)))

    def _done(self, picture: Picture) -> None:
        self._busy = False
        self.read.emit(picture)
        self._go_on()


def picture_of(library: Path, wish: Wish) -> Picture:
    """Read the image of a page, made smaller on the way where it need not be whole."""
    path = BookFolder(library / wish.book).page(wish.page)
    if path is None:
        return Picture(wish)
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    whole = reader.size()
    if reader.transformation() & _TURNED:
        whole.transpose()
    target = _target(whole, wish.within)
    if target != whole and target.isValid():
        scaled = QSize(target)
        if reader.transformation() & _TURNED:
            scaled.transpose()
        reader.setScaledSize(scaled)
    image = reader.read()
    if image.isNull():
        words = QCoreApplication.translate(
            "page_image", "{} cannot be shown: {}. Another program may open it."
        )
        return Picture(wish, complaint=words.format(path.name, reader.errorString().rstrip(".")))
    return Picture(wish, image, whole if whole.isValid() else image.size())


def _target(whole: QSize, within: QSize | None) -> QSize:
    """The size to read at: never larger than the image, and never more than the memory should hold."""
    if not whole.isValid():
        return whole
    target = QSize(whole)
    if within is not None and (whole.width() > within.width() or whole.height() > within.height()):
        target = whole.scaled(within.expandedTo(QSize(1, 1)), Qt.AspectRatioMode.KeepAspectRatio)
    pixels = target.width() * target.height()
    if pixels > LARGEST:
        target *= (LARGEST / pixels) ** 0.5
    return target.expandedTo(QSize(1, 1))
