"""The tasks that recognise the text of a book."""

import contextlib
import time
from typing import Any

from ambuda_desktop.celery_app import app
from ambuda_desktop.errors import AmbudaError, BadInput
from ambuda_desktop.ocr_needs import check_engine
from ambuda_desktop.params.ocr import FinishOcr, OcrBook, OcrPages
from ambuda_desktop.params.page_numbers import format_pages
from ambuda_desktop.store.connection import transaction
from ambuda_desktop.store.running import losses, parent_of
from ambuda_desktop.store.submit import NewTask, child_id, insert
from ambuda_desktop.store.texts import is_read_by_another
from ambuda_desktop.text_asked import forget_asked, note_asked
from ambuda_desktop.worker.book_in_work import book_in_work
from ambuda_desktop.worker.ocr.engine import MustWait
from ambuda_desktop.worker.ocr.finish import finish, missing
from ambuda_desktop.worker.ocr.opening import forget_engines, open_engine
from ambuda_desktop.worker.ocr.plan import plan
from ambuda_desktop.worker.ocr.ranges import RangeResult, begun_and_lost, new_result, read_range
from ambuda_desktop.worker.ocr.searchable import searchable_file, write_searchable
from ambuda_desktop.worker.task import Park, StoreTask, not_the_fault_of_the_task
from ambuda_desktop.worker.tasks.split import TIME_LIMIT

#: A page takes a second: whoever adds a book meanwhile should see its pages in seconds, not after an hour.
BEHIND_SPLITS = -1
TURN_PAUSE = 2.0  # seconds until a plan that met another recognition of its book looks again


@app.task(bind=True, base=StoreTask, pydantic=True, name=OcrBook.task, time_limit=TIME_LIMIT)
def ocr_book(self: StoreTask, params: OcrBook) -> dict[str, Any]:
    """Choose the pages of a book that are to be read, then submit ranges of them."""
    with not_the_fault_of_the_task():
        must_wait = is_read_by_another(self.connection(), params.book, self.task_id)
    if must_wait:
        # Two that read the same page at once would take each other's files.
        raise Park("the recognition before it", until=time.time() + TURN_PAUSE)
    check_engine(self.paths, params.options)
    with book_in_work(self, params.book) as folder:
        planned = plan(folder, params)
        note_asked(folder, params)
    children = [
        _range(self, params.book, params.options, numbers, str(index), self.task_id)
        for index, numbers in enumerate(planned.ranges)
    ]
    pages = format_pages(planned.pages)
    self.spawn(children, FinishOcr(book=params.book, options=params.options, pages=pages).new_task())
    return {
        "pages": pages,
        "without_image": format_pages(planned.without_image),
        "ranges": len(children),
    }


@app.task(bind=True, base=StoreTask, pydantic=True, name=OcrPages.task, time_limit=TIME_LIMIT)
def ocr_pages(self: StoreTask, params: OcrPages) -> RangeResult:
    """Read some pages of a book."""
    numbers = params.numbers()
    with book_in_work(self, params.book) as folder:
        with not_the_fault_of_the_task():
            lost = begun_and_lost(folder, numbers, losses(self.connection(), self.task_id))
            recognition = parent_of(self.connection(), self.task_id) or ""
        if lost and len(numbers) > 1:
            return _hand_on(self, params, lost)
        try:
            engine = open_engine(self.paths, params.options)
            return read_range(folder, numbers, params.options, engine, self.progress, recognition)
        except MustWait as wait:
            raise Park(wait.waiting_for, until=time.time() + wait.pause) from None
        except AmbudaError:
            forget_engines()
            raise


@app.task(bind=True, base=StoreTask, pydantic=True, name=FinishOcr.task, time_limit=TIME_LIMIT)
def finish_ocr(self: StoreTask, params: FinishOcr) -> dict[str, Any]:
    """End the recognition of a book: its whole text in one file, and a PDF that can be searched."""
    with book_in_work(self, params.book) as folder:
        with not_the_fault_of_the_task():
            recognition = parent_of(self.connection(), self.task_id) or ""
        text = finish(folder, recognition)
        with contextlib.suppress(BadInput):  # it has no page images yet: then there is nothing to be searched
            write_searchable(folder, searchable_file(folder), self.progress)
        forget_asked(folder, params.options)
    return {
        "pages": len(text.pages),
        "missing": missing(params.numbers(), text),
        "blank": format_pages(text.blank),
        "changed": format_pages(text.changed),
        "read": text.read,
        "set_aside": text.set_aside,
    }


def _hand_on(task: StoreTask, params: OcrPages, lost: list[int]) -> RangeResult:
    """Let each page that was in hand when our process was lost be read alone, and the others without it: so they
    are read whatever it does, and it uses up the tries of nobody else."""
    numbers = params.numbers()
    others = [number for number in numbers if number not in lost]
    parts = [*([others] if others else []), *([number] for number in lost)]
    task.progress(0, len(numbers))  # or does nobody want them any more?
    with not_the_fault_of_the_task(), transaction(task.connection()) as connection:
        parent = parent_of(connection, task.task_id)
        insert(
            connection,
            [
                _range(task, params.book, params.options, part, f"part {format_pages(part)}", parent)
                for part in parts
            ],
        )
    return {**new_result(), "handed_on": params.pages}


def _range(
    task: StoreTask, book: str, options: Any, numbers: list[int], name: str, parent: str | None
) -> NewTask:
    """An id that follows from the task's: run twice, it submits nothing twice."""
    params = OcrPages(book=book, pages=format_pages(numbers), options=options)
    return params.new_task(id=child_id(task.task_id, name), book=book, parent=parent, priority=BEHIND_SPLITS)
