"""How many pages Google is to read for tasks that were accepted: whoever asked for them is told what that costs."""

import contextlib
import sqlite3
from collections.abc import Sequence

from ambuda_desktop.books import book_folder
from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.paths import Paths
from ambuda_desktop.reading_list import read_already, reading_list
from ambuda_desktop.store import query


def google_pages(connection: sqlite3.Connection, paths: Paths, ids: Sequence[str]) -> int:
    """Of all these tasks together; 0 where none of them is a text that Google reads. 2 ms a page that was read.

    Files that cannot be looked at just now count nothing: the tasks are accepted, whatever is said of them.
    """
    count = 0
    for one in ids:
        task = query.task(connection, one)
        if task is not None and task.book is not None and task.name == OcrBook.task:
            with contextlib.suppress(AmbudaError, OSError):
                count += _count(paths, OcrBook.model_validate(task.kwargs["params"]))
    return count


def _count(paths: Paths, asked: OcrBook) -> int:
    if asked.options.engine != "google":
        return 0
    folder = book_folder(paths, asked.book)
    pages = reading_list(folder, asked).pages
    return len(pages) - len(read_already(folder, pages, asked.options))
