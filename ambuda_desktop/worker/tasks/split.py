"""The tasks that split a book's PDF into page images."""

from typing import Any

from ambuda_desktop.books import book_folder
from ambuda_desktop.celery_app import app
from ambuda_desktop.params.split import FinishSplit, SplitBook, SplitPages, format_pages, parse_pages
from ambuda_desktop.store.submit import child_id, set_pages
from ambuda_desktop.worker.pdf.finish import finish
from ambuda_desktop.worker.pdf.plan import plan
from ambuda_desktop.worker.pdf.split import RangeResult, split_range
from ambuda_desktop.worker.task import StoreTask


@app.task(bind=True, base=StoreTask, pydantic=True, name=SplitBook.task)
def split_book(self: StoreTask, params: SplitBook) -> dict[str, Any]:
    """Look at each page of a book, then submit ranges of pages."""
    folder = book_folder(self.paths, params.book)
    wanted = parse_pages(params.pages) if params.pages else None
    planned = plan(folder, wanted, self.progress)
    set_pages(self.connection(), params.book, planned.pages)
    # Ids that follow from ours: run twice, this submits nothing twice.
    children = [
        SplitPages(book=params.book, pages=format_pages(numbers), options=params.options).new_task(
            id=child_id(self.task_id, str(index)), book=params.book, parent=self.task_id
        )
        for index, numbers in enumerate(planned.ranges)
    ]
    self.spawn(children, FinishSplit(book=params.book, options=params.options).new_task())
    return {"pages": planned.pages, "ranges": len(children)}


@app.task(bind=True, base=StoreTask, pydantic=True, name=SplitPages.task)
def split_pages(self: StoreTask, params: SplitPages) -> RangeResult:
    """Make the images of some pages of a book."""
    return split_range(book_folder(self.paths, params.book), params.numbers(), self.progress)


@app.task(bind=True, base=StoreTask, pydantic=True, name=FinishSplit.task)
def finish_split(self: StoreTask, params: FinishSplit) -> dict[str, Any]:
    """Write the manifest of a book whose pages have all been tried."""
    pages = finish(book_folder(self.paths, params.book)).pages
    return {
        "pages": len(pages),
        "failed": [p.number for p in pages if p.method == "failed"],
        "missing": [p.number for p in pages if p.method == "missing"],
    }
