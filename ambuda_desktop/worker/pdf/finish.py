"""Ending a split: every page of the book gets its record in the manifest."""

import hashlib
import shutil

from ambuda_desktop.books import BookFolder
from ambuda_desktop.manifest import Manifest, PageRecord
from ambuda_desktop.worker.pdf import jpeg
from ambuda_desktop.worker.pdf.opening import open_pdf
from ambuda_desktop.worker.pdf.split import finished_record, known_records


def finish(folder: BookFolder) -> Manifest:
    """Write the manifest from the records in `work`, those of earlier splits, and the images that exist.

    `work` is removed last, so that this can be stopped anywhere and done again.
    """
    with open_pdf(folder.original) as pdf:
        count = len(pdf.pages)
    known = known_records(folder)
    manifest = Manifest.load(folder.manifest)
    manifest.pages = [_record(folder, number, known) for number in range(1, count + 1)]
    manifest.save(folder.manifest)
    if folder.work.exists():
        shutil.rmtree(folder.work)
    return manifest


def _record(folder: BookFolder, number: int, known: dict[int, PageRecord]) -> PageRecord:
    finished = finished_record(folder, number, known)
    if finished:
        return finished
    latest = PageRecord.load(folder.work / f"{number}.json") or known.get(number)
    if folder.page(number) is not None:
        return _record_of_file(folder, number, latest)
    if latest and latest.method == "failed":
        return latest
    return PageRecord(number=number, method="missing", reason="This page was not made.")


def _record_of_file(folder: BookFolder, number: int, latest: PageRecord | None) -> PageRecord:
    """The record of an image that has none: we were killed before we wrote it, or a person changed the image."""
    data = (folder.pages / f"{number}.jpg").read_bytes()
    frame = jpeg.read_frame(data)
    if frame is None or not jpeg.is_complete(data):
        return PageRecord(number=number, method="failed", reason=f"{number}.jpg is not a whole JPEG.")
    changed = latest is not None and latest.method in ("copied", "rendered")
    return PageRecord(
        number=number, method=latest.method if latest and changed else "rendered",
        width=frame.width, height=frame.height, dpi=latest.dpi if latest else 0.0, bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        reason="The image was changed after the split." if changed else None,
    )  # fmt: skip
