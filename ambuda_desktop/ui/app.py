"""The window's process: from the command line to the last signal."""

import logging
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLocale, QLoggingCategory, QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication

from ambuda_desktop import launch, logs
from ambuda_desktop.errors import BadInput
from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings
from ambuda_desktop.ui import icons, single_instance, theme
from ambuda_desktop.ui.adding import Adding
from ambuda_desktop.ui.background import Background
from ambuda_desktop.ui.bars import Bars
from ambuda_desktop.ui.context import Context
from ambuda_desktop.ui.crash import CrashWatch
from ambuda_desktop.ui.daemon_watch import DaemonWatch
from ambuda_desktop.ui.fonts import interface_font
from ambuda_desktop.ui.main_window import MainWindow
from ambuda_desktop.ui.notifications import BookEnds, Notifier
from ambuda_desktop.ui.store_watch import StoreWatch
from ambuda_desktop.ui.window_state import come_to_front

log = logging.getLogger(__name__)


def run(paths: Paths, files: list[Path], new_window: bool = False) -> int:
    """Open the window, add `files`, and return when it is closed.

    Where a window is open on this data folder already, that one gets the files and comes to the front, unless
    `new_window` asks for another. Raises AmbudaError with a sentence where folders or store cannot be used.
    """
    paths.make()
    logs.to_file(paths.logs / "window.log")
    first = single_instance.be_first(paths)
    if first is None and not new_window:
        try:
            first = single_instance.hand_over(paths, files)
        except TimeoutError:
            log.warning("The window that is open does not answer; opening another")
        else:
            if first is None:
                return 0
    client = launch.attach(paths)  # as long as this is held, a daemon of ours stays
    try:
        return _run_window(paths, files, is_first=first is not None)
    finally:
        for lock in (client, first):
            if lock is not None:
                lock.release()


def _run_window(paths: Paths, files: list[Path], *, is_first: bool) -> int:
    settings, complaint = _settings(paths)
    app = make_application()
    theme.apply(settings.theme)
    app.styleHints().colorSchemeChanged.connect(lambda _scheme: theme.apply(settings.theme))
    with closing(StoreWatch(paths)) as watch, _signals_end(app):
        window = open_window(paths, watch, settings)
        with watched(paths, window, is_first=is_first):
            if complaint:
                window.context.bars.say("settings", complaint, "error")
            window.show()
            window.add_files(files)
            code = app.exec()
            window.context.background.finish()
    return code


@contextmanager
def watched(paths: Paths, window: MainWindow, *, is_first: bool) -> Iterator[None]:
    """What concerns the whole program while its window is open: errors, notifications, second starts."""
    crashes = CrashWatch(paths)
    crashes.start(window)
    context, settings = window.context, window.settings.settings
    notifier = Notifier(context.background)
    ends = BookEnds(context.watch, lambda: settings.notify and not window.isActiveWindow())
    ends.told.connect(notifier.tell)

    def go_to(book: str) -> None:
        come_to_front(window)
        window.show_book(book)

    def take(files: list[Path]) -> None:
        come_to_front(window)
        window.add_files(files)

    notifier.clicked.connect(go_to)
    doorbell = single_instance.Doorbell(paths) if is_first else None
    if doorbell is not None:
        doorbell.rung.connect(take)
    try:
        yield
    finally:
        if doorbell is not None:
            doorbell.close()
        crashes.stop()


def make_application() -> QApplication:
    """The QApplication, with our font and icon."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    # Qt warns of each font that lacks a script before it takes the next: that is what fallbacks are for.
    QLoggingCategory.setFilterRules("qt.text.font.db=false")
    QCoreApplication.setApplicationName("Ambuda Desktop")
    QCoreApplication.setOrganizationName("ambuda")
    app.setDesktopFileName("ambuda-desktop")
    QLocale.setDefault(QLocale(QLocale.Language.English))  # the words are English: so are the numbers
    app.setFont(interface_font())
    app.setWindowIcon(icons.window_icon())
    app.setQuitOnLastWindowClosed(True)
    return app


def open_window(paths: Paths, watch: StoreWatch, settings: Settings) -> MainWindow:
    """The window and all it needs, running, not yet shown."""
    background = Background(paths)
    context = Context(paths, background, watch, Adding(paths, background), Bars())
    daemon = DaemonWatch(paths, background)
    window = MainWindow(context, daemon, settings)
    window.closed.connect(background.finish)
    # From inside the event loop, so that the window stands before the daemon costs anything.
    QTimer.singleShot(0, lambda: daemon.look(None))
    watch.start()
    return window


def _settings(paths: Paths) -> tuple[Settings, str | None]:
    try:
        return Settings.load(paths.settings), None
    except BadInput as error:
        return Settings(), str(error)


@contextmanager
def _signals_end(app: QApplication) -> Iterator[None]:
    """SIGTERM and SIGINT close the window without a question; the daemon goes on."""
    # Python runs its handlers between two of its own instructions, and Qt's loop runs none: the
    # descriptor wakes the loop.
    read, write = socket.socketpair()
    read.setblocking(False)
    write.setblocking(False)
    notifier = QSocketNotifier(read.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(lambda: read.recv(64))

    def handle(*_: object) -> None:
        # From inside the loop: the signal may have come while the window was being made.
        QTimer.singleShot(0, lambda: _leave(app))

    before = {s: signal.signal(s, handle) for s in (signal.SIGTERM, signal.SIGINT)}
    wakeup = signal.set_wakeup_fd(write.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        notifier.setEnabled(False)
        read.close()
        write.close()


def _leave(app: QApplication) -> None:
    for widget in app.topLevelWidgets():
        if isinstance(widget, MainWindow):
            widget.leave()
    app.quit()
