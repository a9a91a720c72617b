"""Ending a split: new images take the place of old ones, and every page gets its record in the manifest."""

import contextlib
import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

from ambuda_desktop.books import PAGE_SUFFIXES, BookFolder
from ambuda_desktop.files import remove_leftovers, sync_folder
from ambuda_desktop.manifest import NOT_ASKED, NOT_MADE, Manifest, PageRecord
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.worker.pdf import jpeg
from ambuda_desktop.worker.pdf.unlock import NeedsPassword
from ambuda_desktop.worker.pictures import png
from ambuda_desktop.worker.split.asked import asked_pages
from ambuda_desktop.worker.split.original import open_original
from ambuda_desktop.worker.split.ranges import finished_record, known_records


def finish(folder: BookFolder, options: PageOptions | None = None) -> tuple[Manifest, bool]:
    """Write the manifest, and say whether the pages made with `options` are those in `pages` now.

    Images that wait in `work` take their places only when all that was asked for can. What this leaves is the same
    wherever it was stopped before and is done again.
    """
    options = options or PageOptions()
    count = _count(folder)
    known = known_records(folder)
    replaced = _is_complete(folder, options, known)
    if replaced:
        _take_places(folder, folder.work / options.key)
    manifest = Manifest.load(folder.manifest)
    asked = set(asked_pages(folder, options))
    manifest.pages = [_record(folder, n, options, known, asked) for n in range(1, count + 1)]
    remove_leftovers(folder.path)
    manifest.save(folder.manifest)
    _clean(folder, None if replaced else options.key)
    return manifest, replaced


def _count(folder: BookFolder) -> int:
    try:
        with open_original(folder) as original:
            return original.count
    except NeedsPassword:  # we were stopped after the last step, which removes the PDF that needs none
        return len(Manifest.load(folder.manifest).pages)


def _is_complete(folder: BookFolder, options: PageOptions, known: Mapping[int, PageRecord]) -> bool:
    """Whether every page that was asked for and has an image of other options has one of these, too."""
    return all(
        finished_record(folder, number, options, dict(known)) is not None
        for number in asked_pages(folder, options)
        if number in known and known[number].options != options and folder.page(number) is not None
    )


def _take_places(folder: BookFolder, work: Path) -> None:
    """Move the images that wait to `pages`, one by one: each page is the old image or the new one."""
    staged = [path for path in work.glob("[0-9]*") if path.suffix in PAGE_SUFFIXES] if work.is_dir() else []
    for path in staged:
        path.replace(folder.pages / path.name)
        for suffix in PAGE_SUFFIXES:
            if suffix != path.suffix:
                (folder.pages / path.name).with_suffix(suffix).unlink(missing_ok=True)
    if staged:
        sync_folder(folder.pages)


def _clean(folder: BookFolder, keep: str | None) -> None:
    """Remove what is no longer needed: all, or all but the work that a retry can complete."""
    if not folder.work.exists():
        return
    if keep is None:
        shutil.rmtree(folder.work)
        return
    for path in folder.work.iterdir():
        if path.name != keep:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _record(
    folder: BookFolder, number: int, options: PageOptions, known: dict[int, PageRecord], asked: set[int]
) -> PageRecord:
    work = folder.work / options.key
    finished = finished_record(folder, number, options, known)
    present = folder.page(number)
    waits = finished is not None and (work / finished.file).exists()  # for all of its companions
    if finished and not waits:
        _drop_earlier(folder, finished, known.get(number))
        return finished
    latest = PageRecord.load(work / f"{number}.json")
    before = known.get(number)
    if present is not None:
        return _record_of_file(present, number, before or latest)
    for record in (latest, before):
        if record and record.method == "failed":
            return record
    return PageRecord(number=number, method="missing", reason=NOT_MADE if number in asked else NOT_ASKED)


def _drop_earlier(folder: BookFolder, record: PageRecord, before: PageRecord | None) -> None:
    """Remove the image whose place a new one has taken, where we were killed between the two."""
    if before is None or not before.file or before.file == record.file:
        return
    old = folder.pages / before.file
    with contextlib.suppress(FileNotFoundError):
        if old.stat().st_size == before.bytes:  # else somebody put another there
            old.unlink()


def _record_of_file(path: Path, number: int, before: PageRecord | None) -> PageRecord:
    """The record of an image as it is: it has none because we were killed, or a person changed it, or it stays as it
    was because its successor is not complete."""
    data = path.read_bytes()
    if before and before.file == path.name and before.bytes == len(data):
        return before
    size = _size(path, data)
    if size is None:
        kind = "JPEG" if path.suffix == ".jpg" else "PNG"
        return PageRecord(number=number, method="failed", reason=f"{path.name} is not a whole {kind}.")
    made = before if before is not None and before.method in ("copied", "rendered") else None
    return PageRecord(
        number=number, file=path.name, method=made.method if made else "rendered", width=size[0], height=size[1],
        dpi=before.dpi if before else 0.0, bytes=len(data), sha256=hashlib.sha256(data).hexdigest(),
        reason="The image was changed after the split." if made else None,
        options=made.options if made else PageOptions(),
    )  # fmt: skip


def _size(path: Path, data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels; None where the image is not whole."""
    if path.suffix == ".jpg":
        frame = jpeg.read_frame(data)
        return (frame.width, frame.height) if frame and jpeg.is_complete(data) else None
    return png.read_size(data) if png.is_complete(data) else None
