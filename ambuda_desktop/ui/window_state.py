"""Where the window was: its size, its panes and its place, in a file beside the store."""

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtWidgets import QSplitter, QWidget

from ambuda_desktop.paths import Paths


class WindowState:
    """Reads and writes `window.ini`. What cannot be read is forgotten, never an error."""

    def __init__(self, paths: Paths) -> None:
        self._file = QSettings(str(paths.root / "window.ini"), QSettings.Format.IniFormat)

    def restore(self, window: QWidget, splitters: dict[str, QSplitter]) -> str | None:
        """Put window and panes where they were; returns the place the window was at."""
        geometry = self._file.value("geometry")
        if not (isinstance(geometry, QByteArray) and window.restoreGeometry(geometry)):
            window.resize(1120, 720)
        for name, splitter in splitters.items():
            if self._file.value(f"{name}/beside") == "true":
                splitter.setOrientation(Qt.Orientation.Horizontal)
            state = self._file.value(f"{name}/sizes")
            if isinstance(state, QByteArray):
                splitter.restoreState(state)
        place = self._file.value("place")
        return place if isinstance(place, str) else None

    def save(self, window: QWidget, splitters: dict[str, QSplitter], place: str) -> None:
        self._file.setValue("geometry", window.saveGeometry())
        for name, splitter in splitters.items():
            beside = splitter.orientation() == Qt.Orientation.Horizontal
            self._file.setValue(f"{name}/beside", "true" if beside else "false")
            self._file.setValue(f"{name}/sizes", splitter.saveState())
        self._file.setValue("place", place)
        self._file.sync()


def come_to_front(window: QWidget) -> None:
    """Somebody started the program again, or clicked on its notification."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()
