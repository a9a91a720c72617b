"""Making the pages of a range, one after another, so that it may be stopped and started again anywhere."""

from collections.abc import Callable, Sequence
from typing import TypedDict

from ambuda_desktop.books import BookFolder
from ambuda_desktop.files import sync_folder
from ambuda_desktop.manifest import Manifest, PageRecord
from ambuda_desktop.worker.pdf.make_page import make_page
from ambuda_desktop.worker.pdf.opening import open_pdf

#: Called with (steps done, steps in all). May raise, to stop the work between two steps.
Progress = Callable[[int, int], None]


class RangeResult(TypedDict):
    """What became of a range: page numbers are strings because this travels as JSON."""

    done: int
    failed: dict[str, str]
    warnings: dict[str, str]


def split_range(folder: BookFolder, numbers: Sequence[int], progress: Progress) -> RangeResult:
    """Make the pages `numbers` that are not there already. Pages made before `progress` raises are kept."""
    result = RangeResult(done=0, failed={}, warnings={})
    folder.pages.mkdir(exist_ok=True)
    folder.work.mkdir(exist_ok=True)
    known = known_records(folder)
    with open_pdf(folder.original) as pdf:
        try:
            for index, number in enumerate(numbers, 1):
                record = finished_record(folder, number, known) or make_page(pdf, folder, number)
                _note(result, record)
                progress(index, len(numbers))
        finally:
            # One fsync of the folder for all: a page whose name is lost in a power cut is made again.
            sync_folder(folder.pages)
    return result


def known_records(folder: BookFolder) -> dict[int, PageRecord]:
    """The records of earlier splits, from the manifest."""
    return {record.number: record for record in Manifest.load(folder.manifest).pages}


def finished_record(folder: BookFolder, number: int, known: dict[int, PageRecord]) -> PageRecord | None:
    """The record of a page whose image is there and has the recorded size; None: it is to be made."""
    for record in (PageRecord.load(folder.work / f"{number}.json"), known.get(number)):
        if record and record.method in ("copied", "rendered"):
            try:
                if (folder.pages / f"{number}.jpg").stat().st_size == record.bytes:
                    return record
            except FileNotFoundError:
                return None
    return None


def _note(result: RangeResult, record: PageRecord) -> None:
    if record.method == "failed":
        result["failed"][str(record.number)] = record.reason or "The page could not be made."
        return
    result["done"] += 1
    if record.reason:
        result["warnings"][str(record.number)] = record.reason
