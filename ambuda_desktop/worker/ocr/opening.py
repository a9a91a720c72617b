"""The engine that was asked for, kept warm in the process that reads with it."""

from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.worker.ocr.engine import OcrEngine
from ambuda_desktop.worker.ocr.tesseract import Tesseract

#: One: a process that reads in another way next loads another model, and must not keep both.
_warm: dict[tuple[object, ...], OcrEngine] = {}


def open_engine(paths: Paths, options: OcrOptions) -> OcrEngine:
    """The engine for these options. Raises AmbudaError where it cannot be used.

    Made on first use, in the process that reads.
    """
    key = (paths, options, _stamp(paths))
    if key not in _warm:
        if options.engine != "tesseract":
            raise AmbudaError(f"This program cannot read with {options.engine} yet. Choose another engine.")
        _warm.clear()
        _warm[key] = Tesseract(paths, options)
    return _warm[key]


def _stamp(paths: Paths) -> int:
    """Changes with the settings: another folder of language data, or other credentials."""
    try:
        return paths.settings.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
