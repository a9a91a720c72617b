"""Unexpected errors: each is logged, and the first is said in a dialog; the window goes on."""

import contextlib
import logging
import sys
import threading
from collections import Counter
from types import TracebackType
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from ambuda_desktop.paths import Paths
from ambuda_desktop.store.connection import is_damage
from ambuda_desktop.ui.crash_report import report
from ambuda_desktop.ui.dialogs.crash_dialog import CrashDialog

log = logging.getLogger(__name__)


class CrashWatch(QObject):
    """Takes the place of Python's own hooks, from `start()` to `stop()`."""

    # Errors of other threads reach the dialog through this queued signal.
    _told = Signal(str)

    def __init__(self, paths: Paths, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._paths = paths
        self._window: QWidget | None = None
        self._seen: Counter[tuple[str, ...]] = Counter()
        self._before: tuple[Any, Any, Any] | None = None
        self.dialog: CrashDialog | None = None
        self._told.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def start(self, window: QWidget) -> None:
        """Catch what nothing else does; `window` is closed where the user prefers that."""
        self._window = window
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self.caught
        threading.excepthook = lambda args: self.caught(
            args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
        )
        sys.unraisablehook = lambda args: self.caught(
            args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
        )

    def stop(self) -> None:
        """Give the hooks back."""
        if self._before is not None:
            sys.excepthook, threading.excepthook, sys.unraisablehook = self._before
            self._before = None

    def caught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """An exception that nobody expected, in whatever thread. Raises nothing."""
        if issubclass(kind, KeyboardInterrupt | SystemExit):
            return
        if is_damage(error):  # the daemon builds another store, and says so; ours is opened anew then
            with contextlib.suppress(OSError):
                self._paths.store_doubt.touch()
        place = _place(kind, trace)
        self._seen[place] += 1
        times = self._seen[place]
        if times > 1:
            if times & (times - 1) == 0:  # 2, 4, 8: an error in a paint event would fill the disk
                log.error("%s times now: %s at %s", times, *place)
            return
        if is_damage(error):
            log.error("The store is damaged: %s", error)
            return
        try:
            words = report(self._paths, kind, error, trace)
        except Exception as another:  # a report that cannot be made must not hide that something happened
            words = f"{kind.__name__}; no report could be made of it ({type(another).__name__})"
        log.error("An unexpected error\n%s", words)
        self._told.emit(words)

    def _show(self, words: str) -> None:
        if self.dialog is not None:
            self.dialog.add(words)  # one dialog, whatever happens meanwhile
            return
        self.dialog = CrashDialog(words, self._paths.logs / "window.log", self._window)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.finished.connect(self._finished)
        self.dialog.close_chosen.connect(self._close)
        self.dialog.open()

    def _finished(self) -> None:
        self.dialog = None

    def _close(self) -> None:
        if self._window is not None:
            self._window.close()


def _place(kind: type[BaseException], trace: TracebackType | None) -> tuple[str, ...]:
    """Where it happened: the same error in the same place is one."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "nowhere"
    return (kind.__name__, where)
