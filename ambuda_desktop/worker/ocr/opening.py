"""The engine that was asked for, kept warm in the process that reads with it."""

import os
import threading

from ambuda_desktop.google_account import key_changed_at
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.worker.ocr.engine import OcrEngine
from ambuda_desktop.worker.ocr.google import Google
from ambuda_desktop.worker.ocr.tesseract import Tesseract

#: One: a process that reads in another way next loads another model, and must not keep both.
_warm: dict[tuple[object, ...], OcrEngine] = {}
_opening = threading.Lock()  # the threads of a pool share one engine


def open_engine(paths: Paths, options: OcrOptions) -> OcrEngine:
    """The engine for these options. Raises AmbudaError where it cannot be used.

    Made on first use, in the process that reads: neither a model nor a connection outlives a fork.
    """
    key = (os.getpid(), paths, options, _stamp(paths))
    with _opening:
        if key not in _warm:
            _warm.clear()
            _warm[key] = _make(paths, options)
        return _warm[key]


def forget_engines() -> None:
    """Make the next one anew: this one could not read, and what is wrong with it may be mended."""
    with _opening:
        _warm.clear()


def _make(paths: Paths, options: OcrOptions) -> OcrEngine:
    return Tesseract(paths, options) if options.engine == "tesseract" else Google(paths, options)


def _stamp(paths: Paths) -> tuple[int, int]:
    """Changes with the settings (another folder of language data), and with the key of Google."""
    try:
        return paths.settings.stat().st_mtime_ns, key_changed_at(paths)
    except FileNotFoundError:
        return 0, key_changed_at(paths)
