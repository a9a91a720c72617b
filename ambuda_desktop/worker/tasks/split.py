"""The tasks that split a book into page images."""

import math
from typing import Any

from celery.exceptions import Ignore

from ambuda_desktop.celery_app import app
from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.params.page_numbers import format_pages, parse_pages
from ambuda_desktop.params.split import FinishSplit, SplitBook, SplitPages
from ambuda_desktop.store.submit import child_id, set_pages
from ambuda_desktop.text_asked import note_after_split
from ambuda_desktop.worker.book_in_work import book_in_work
from ambuda_desktop.worker.pdf.unlock import NeedsPassword
from ambuda_desktop.worker.split.finish import finish
from ambuda_desktop.worker.split.plan import plan
from ambuda_desktop.worker.split.ranges import RangeResult, split_range
from ambuda_desktop.worker.task import Cancelled, Park, StoreTask, not_the_fault_of_the_task
from ambuda_desktop.worker.then_ocr import then_recognise

TIME_LIMIT = 3600  # seconds: the last resort, for what hangs in a library; a range takes seconds or minutes


@app.task(bind=True, base=StoreTask, pydantic=True, name=SplitBook.task, time_limit=TIME_LIMIT)
def split_book(self: StoreTask, params: SplitBook) -> dict[str, Any]:
    """Look at each page of a book, then submit ranges of pages."""
    wanted = parse_pages(params.pages) if params.pages else None
    with book_in_work(self, params.book) as folder:
        try:
            planned = plan(folder, wanted, self.progress, params.options)
            note_after_split(folder, params.then_ocr)
        except NeedsPassword as locked:
            raise Park(locked.wanted, until=math.inf) from None
        except Cancelled:
            folder.decrypted.unlink(missing_ok=True)
            raise
        except Ignore:
            raise  # it goes on, and needs the copy without a password then
        except Exception:
            folder.decrypted.unlink(missing_ok=True)
            raise
    with not_the_fault_of_the_task():
        set_pages(self.connection(), params.book, planned.pages)
    # Ids that follow from ours: run twice, this submits nothing twice.
    children = [
        SplitPages(book=params.book, pages=format_pages(numbers), options=params.options).new_task(
            id=child_id(self.task_id, str(index)), book=params.book, parent=self.task_id
        )
        for index, numbers in enumerate(planned.ranges)
    ]
    end = FinishSplit(book=params.book, options=params.options, then_ocr=params.then_ocr)
    self.spawn(children, end.new_task())
    return {"pages": planned.pages, "ranges": len(children), "doubt": planned.doubt}


@app.task(bind=True, base=StoreTask, pydantic=True, name=SplitPages.task, time_limit=TIME_LIMIT)
def split_pages(self: StoreTask, params: SplitPages) -> RangeResult:
    """Make the images of some pages of a book."""
    with book_in_work(self, params.book) as folder:
        try:
            return split_range(folder, params.numbers(), self.progress, params.options)
        except NeedsPassword:
            raise AmbudaError(
                "The copy of the PDF without its password is gone. Retry the book, and enter the password again."
            ) from None


@app.task(bind=True, base=StoreTask, pydantic=True, name=FinishSplit.task, time_limit=TIME_LIMIT)
def finish_split(self: StoreTask, params: FinishSplit) -> dict[str, Any]:
    """End a split: new images take the place of old ones, and the manifest is written."""
    with book_in_work(self, params.book) as folder:
        manifest, replaced = finish(folder, params.options)
        then_recognise(self, params, folder)
    return {
        "pages": len(manifest.pages),
        "failed": [p.number for p in manifest.pages if p.method == "failed"],
        "missing": [p.number for p in manifest.pages if p.method == "missing"],
        "replaced": replaced,
    }
