"""Making the pages of a range, one after another, so that it may be stopped and started again anywhere."""

from collections.abc import Callable, Sequence
from typing import TypedDict

from ambuda_desktop.books import BookFolder
from ambuda_desktop.files import sync_folder
from ambuda_desktop.manifest import Manifest, PageRecord
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.worker.split.make_page import make_page
from ambuda_desktop.worker.split.original import open_original

#: Called with (steps done, steps in all). May raise, to stop the work between two steps.
Progress = Callable[[int, int], None]


class RangeResult(TypedDict):
    """What became of a range: page numbers are strings because this travels as JSON."""

    done: int
    failed: dict[str, str]
    warnings: dict[str, str]


def split_range(
    folder: BookFolder, numbers: Sequence[int], progress: Progress, options: PageOptions | None = None
) -> RangeResult:
    """Make the pages `numbers` that are not there already. Pages made before `progress` raises are kept."""
    options = options or PageOptions()
    result = RangeResult(done=0, failed={}, warnings={})
    work = folder.work / options.key
    for place in (folder.pages, folder.work, work):
        place.mkdir(exist_ok=True)
    known = known_records(folder)
    with open_original(folder) as original:
        try:
            for index, number in enumerate(numbers, 1):
                record = finished_record(folder, number, options, known) or make_page(
                    original, folder, number, options, known.get(number)
                )
                _note(result, record)
                progress(index, len(numbers))
        finally:
            # One fsync of each folder for all: a page whose name is lost in a power cut is made again.
            sync_folder(folder.pages)
            sync_folder(work)
    return result


def known_records(folder: BookFolder) -> dict[int, PageRecord]:
    """The records of earlier splits, from the manifest."""
    return {record.number: record for record in Manifest.load(folder.manifest).pages}


def finished_record(
    folder: BookFolder, number: int, options: PageOptions, known: dict[int, PageRecord]
) -> PageRecord | None:
    """The record of a page that was made with these options and is as recorded; None: it is to be made."""
    work = folder.work / options.key
    for record in (PageRecord.load(work / f"{number}.json"), known.get(number)):
        if record and record.options == options and record.method in ("copied", "rendered"):
            for place in (work, folder.pages):
                try:
                    if (place / record.file).stat().st_size == record.bytes:
                        return record
                except FileNotFoundError:
                    continue
    return None


def _note(result: RangeResult, record: PageRecord) -> None:
    if record.method == "failed":
        result["failed"][str(record.number)] = record.reason or "The page could not be made."
        return
    result["done"] += 1
    if record.reason:
        result["warnings"][str(record.number)] = record.reason
