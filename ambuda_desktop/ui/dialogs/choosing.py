"""Choosing what to add: files, or a folder of them."""

from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from ambuda_desktop.sources import PICTURE_SUFFIXES


def _tr(text: str) -> str:
    return QCoreApplication.translate("choosing", text)


def patterns() -> str:
    """The file filters; every suffix in both cases, because scanners write both."""
    pictures = " ".join(f"*{suffix} *{suffix.upper()}" for suffix in PICTURE_SUFFIXES)
    return ";;".join(
        (
            _tr("Books (%s)") % f"*.pdf *.PDF {pictures}",
            _tr("PDF files (%s)") % "*.pdf *.PDF",
            _tr("Pictures (%s)") % pictures,
            _tr("All files (%s)") % "*",
        )
    )


def choose_files(window: QWidget) -> list[Path]:
    """PDFs and pictures; none where nothing was chosen."""
    files, _ = QFileDialog.getOpenFileNames(
        window, _tr("Add books: pictures together are one book"), "", patterns()
    )
    return [Path(file) for file in files]


def choose_folder(window: QWidget) -> list[Path]:
    """A folder; none where nothing was chosen."""
    folder = QFileDialog.getExistingDirectory(window, _tr("Add a folder of PDFs or of pictures"))
    return [Path(folder)] if folder else []
