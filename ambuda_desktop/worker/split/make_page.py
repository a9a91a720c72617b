"""Making one page image: whole or not at all, with a record of how."""

import hashlib
import logging
import os
from pathlib import Path

from ambuda_desktop.books import BookFolder
from ambuda_desktop.manifest import PageRecord
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.worker.split.page import CannotMake, Made, Original

log = logging.getLogger(__name__)


def make_page(
    original: Original, folder: BookFolder, number: int, options: PageOptions, earlier: PageRecord | None
) -> PageRecord:
    """Make page `number` (from 1) and its record. A page that cannot be made is a record, too.

    `earlier`: the record of the image that is there; one made with other options stays until `finish`.
    Raises OSError where it is not the page's fault: the disk is full, say.
    """
    record = _make(original, folder, number, options, earlier)
    record.save(folder.work / options.key / f"{number}.json")
    return record


def _make(
    original: Original, folder: BookFolder, number: int, options: PageOptions, earlier: PageRecord | None
) -> PageRecord:
    work = folder.work / options.key
    try:
        made = original.make(number, options, work)
    except CannotMake as error:
        log.warning("Page %d: %s", number, error)
        return PageRecord(number=number, method="failed", reason=str(error), options=options)
    name = f"{number}{made.suffix}"
    present = folder.page(number)
    if present is not None and earlier is not None and earlier.options != options:
        target = work / name
    else:
        target = folder.pages / name
    _write(target, work, made)
    if target.parent == folder.pages and present is not None and present != target:
        present.unlink(missing_ok=True)  # only now: were we killed before, the page would have no image
    return PageRecord(
        number=number, file=name, method=made.method, width=made.width, height=made.height, dpi=made.dpi,
        bytes=len(made.data), sha256=hashlib.sha256(made.data).hexdigest(), reason=made.warning, options=options,
    )  # fmt: skip


def _write(target: Path, work: Path, made: Made) -> None:
    temporary = work / f".{target.name}.{os.getpid()}"
    _write_durably(temporary, made.data)
    temporary.replace(target)


def _write_durably(path: Path, data: bytes | memoryview) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
