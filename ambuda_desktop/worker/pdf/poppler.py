"""Where poppler's programs are, if they are on this machine at all."""

import shutil
import sys
from pathlib import Path

PROGRAMS = ("pdftocairo", "pdfinfo")  # pdf2image asks pdfinfo before each call


def poppler_folder() -> str | None:
    """The folder of the poppler that came with the packaged program; None: search PATH.

    As text, because pdf2image adds to it.
    """
    bundle = getattr(sys, "_MEIPASS", None)
    folder = Path(bundle) / "poppler" if bundle else None
    return str(folder) if folder and folder.is_dir() else None


def have_poppler() -> bool:
    """Whether pages can be rendered by poppler."""
    folder = poppler_folder()
    return all(shutil.which(name, path=folder) for name in PROGRAMS)
