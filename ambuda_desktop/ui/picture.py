"""A picture of the real window, drawn where there is no display to show it on."""

import sys
import time
from contextlib import closing
from pathlib import Path

from PySide6.QtCore import QTimer

from ambuda_desktop import launch, logs
from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings
from ambuda_desktop.ui import theme
from ambuda_desktop.ui.app import make_application, open_window
from ambuda_desktop.ui.main_window import MainWindow
from ambuda_desktop.ui.store_watch import StoreWatch

PATIENCE = 20.0  # seconds to wait for a page; then the window is drawn as it is
LOOK_EVERY = 20  # milliseconds


def run(paths: Paths, picture: Path) -> int:
    """Open the window, draw it into `picture` as soon as a book is in the middle of its split, and close it."""
    paths.make()
    logs.to_file(paths.logs / "window.log")
    client = launch.attach(paths)
    app = make_application()
    theme.apply("light")
    saved: list[bool] = []
    with closing(StoreWatch(paths)) as watch:
        window = open_window(paths, watch, Settings())
        window.resize(1120, 720)
        window.show()
        # The caller waits for this line before it adds a book, so that the middle of it is not missed.
        QTimer.singleShot(0, lambda: (sys.stdout.write("The window stands.\n"), sys.stdout.flush()))
        deadline = time.monotonic() + PATIENCE

        def look() -> None:
            if not saved and (_in_the_middle(window) or time.monotonic() > deadline):
                window.refresh()
                saved.append(window.grab().save(str(picture)))
                window.leave()
                app.quit()

        timer = QTimer()
        timer.timeout.connect(look)
        timer.start(LOOK_EVERY)
        app.exec()
    if client is not None:
        client.release()
    if not saved or not saved[0]:
        sys.stderr.write(f"{picture} cannot be written.\n")
        return 1
    return 0


def _in_the_middle(window: MainWindow) -> bool:
    book = window.books.selected_book()
    return book is not None and (book.done > len(book.cells) // 3 or book.state not in ("waiting", "working"))
