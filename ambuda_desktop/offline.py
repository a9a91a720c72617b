"""Reading a book offline instead of waiting for the network."""

import sqlite3

from ambuda_desktop.errors import BadInput
from ambuda_desktop.library import PLAN_PRIORITY
from ambuda_desktop.ocr_needs import check_engine
from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.params.page_numbers import format_pages
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.connection import transaction
from ambuda_desktop.store.control import cancel
from ambuda_desktop.store.submit import insert
from ambuda_desktop.store.texts import text_summary


def read_offline(connection: sqlite3.Connection, paths: Paths, book: str) -> str:
    """Let Tesseract read the pages of a book that wait for Google Vision. Returns the new task's id.

    The recognition that waits is cancelled; the new one begins by itself when that has ended. Raises BadInput where
    none is under way with Google Vision, MissingProgram where Tesseract lacks its language data: then nothing changes.
    """
    options = OcrOptions()
    check_engine(paths, options)
    with transaction(connection):
        text = text_summary(connection, book)
        if text is None or text.state not in ("waiting", "working") or text.options.engine != "google":
            raise BadInput("Nothing of this book waits for Google Vision any more.")
        # Before it is planned it has no pages yet: then the same choice is made anew.
        chosen = {"pages": format_pages(text.missing), "only_missing": False} if text.wanted else {}
        asked = text.asked.model_copy(update={**chosen, "options": options})
        task = OcrBook.model_validate(asked.model_dump()).new_task(
            book=book, priority=PLAN_PRIORITY, retry_of=text.task
        )
        cancel(connection, [text.task])
        insert(connection, [task])
    return task.id
