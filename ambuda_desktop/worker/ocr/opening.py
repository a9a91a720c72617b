"""The engine that was asked for, kept warm in the process that reads with it."""

import importlib
import importlib.util

from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.worker.ocr.engine import OcrEngine

NAMES = {"google": "Google", "tesseract": "Tesseract"}  # a module of this folder, and its class in there

#: One: a process that reads in another way next loads another model, and must not keep both.
_warm: dict[tuple[object, ...], OcrEngine] = {}


def open_engine(paths: Paths, options: OcrOptions) -> OcrEngine:
    """The engine for these options. Raises AmbudaError where it cannot be used.

    Loaded on first use, in the process that reads: the library must neither slow the start of a generation down nor be
    forked with what it holds.
    """
    key = (paths, options, _stamp(paths))
    if key not in _warm:
        name = f"{__package__}.{options.engine}"
        if importlib.util.find_spec(name) is None:
            raise AmbudaError(f"This program cannot read with {options.engine} yet. Choose another engine.")
        _warm.clear()
        _warm[key] = getattr(importlib.import_module(name), NAMES[options.engine])(paths, options)
    return _warm[key]


def _stamp(paths: Paths) -> int:
    """Changes with the settings: another folder of language data, or other credentials."""
    try:
        return paths.settings.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
