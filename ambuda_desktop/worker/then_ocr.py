"""What follows a split where that was asked for: the recognition of its pages."""

from ambuda_desktop.books import BookFolder
from ambuda_desktop.params.split import FinishSplit
from ambuda_desktop.store.running import is_cancelled_beside
from ambuda_desktop.store.submit import child_id, insert
from ambuda_desktop.text_asked import after_split, forget_after_split
from ambuda_desktop.worker.task import StoreTask, not_the_fault_of_the_task


def then_recognise(task: StoreTask, ended: FinishSplit, folder: BookFolder) -> None:
    """Submit the recognition of the pages that are there; nothing where nobody asked, or the book was cancelled."""
    if ended.then_ocr is None:
        return
    plan = after_split(ended.book, ended.then_ocr)
    with not_the_fault_of_the_task():
        cancelled = is_cancelled_beside(task.connection(), task.task_id)
        if not cancelled:
            insert(task.connection(), [plan.new_task(id=child_id(task.task_id, "text"), book=ended.book)])
    if cancelled:  # else its note stays until it is planned: it may have to wait for hours
        forget_after_split(folder)
