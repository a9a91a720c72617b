"""Files dropped anywhere in the window."""

from pathlib import Path

from PySide6.QtCore import QMimeData


def local_files(data: QMimeData) -> list[Path]:
    """The files and folders of a drop; addresses of the web are left out."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
