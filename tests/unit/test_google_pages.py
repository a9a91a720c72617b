"""google_pages.py: how many pages Google is to read for tasks that were accepted."""

import shutil
import sqlite3

import pytest

from ambuda_desktop.books import BookFolder
from ambuda_desktop.files import sha256
from ambuda_desktop.google_pages import google_pages
from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.recognised import save_reading
from ambuda_desktop.store.submit import NewTask, insert
from tests.support import reading
from tests.support.reading import said

GOOGLE = OcrOptions(engine="google")


@pytest.fixture
def folder(paths: Paths, store: sqlite3.Connection) -> BookFolder:
    """A book of six pages; of tasks, a text by Google, one by Tesseract, and one that is no text."""
    google = OcrBook(book="gita", options=GOOGLE).new_task(id="google", book="gita")
    offline = OcrBook(book="gita").new_task(id="offline", book="gita")
    insert(store, [google, offline, NewTask("mail", id="mail")])
    return reading.book(paths.library, 6, "gita")


def test_only_what_google_reads_counts_and_only_what_it_has_not_read(
    folder: BookFolder, store: sqlite3.Connection, paths: Paths
) -> None:
    image = folder.page(2)
    assert image is not None
    save_reading(folder, 2, said("राम"), GOOGLE.key, sha256(image))
    assert google_pages(store, paths, ["google", "offline", "mail", "nobody"]) == 5
    assert google_pages(store, paths, ["offline"]) == 0


def test_a_folder_that_is_gone_counts_nothing(
    folder: BookFolder, store: sqlite3.Connection, paths: Paths
) -> None:
    shutil.rmtree(folder.path)
    assert google_pages(store, paths, ["google"]) == 0
