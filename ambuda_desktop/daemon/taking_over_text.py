"""What a book's folder tells of its text: what was read becomes recognitions that have ended."""

import contextlib
from collections.abc import Iterator
from typing import Any

from ambuda_desktop.books import BookFolder
from ambuda_desktop.files import sha256
from ambuda_desktop.params.ocr import FinishOcr, OcrBook, OcrPages
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.params.page_numbers import format_pages
from ambuda_desktop.recognised import PageReading, reading, text_file
from ambuda_desktop.store.submit import NewTask, child_id


def ended_texts(folder: BookFolder) -> Iterator[tuple[NewTask, int, dict[str, Any]]]:
    """The tasks (with steps and result) of a recognition for each way in which pages were read. 1 ms a page."""
    ways: dict[str, dict[int, PageReading]] = {}
    for number in _numbers(folder):
        known = reading(folder, number)
        if known is not None and text_file(folder, number).exists():
            ways.setdefault(known.key, {})[number] = known
    # The last one counts for the book as a whole: let it be the one of most pages.
    for key, read in sorted(ways.items(), key=lambda way: len(way[1])):
        with contextlib.suppress(
            ValueError
        ):  # read by an engine of another version: nobody could read it so again
            yield from _recognition(folder, OcrOptions.of_key(key), read)


def _numbers(folder: BookFolder) -> list[int]:
    """Earlier results of a page (`3.1.json`) say nothing of what it has now."""
    stems = (path.stem for path in (folder.path / "ocr").glob("*.json"))
    return sorted(int(stem) for stem in stems if stem.isascii() and stem.isdecimal())


def _recognition(
    folder: BookFolder, options: OcrOptions, read: dict[int, PageReading]
) -> Iterator[tuple[NewTask, int, dict[str, Any]]]:
    book, pages = folder.path.name, format_pages(list(read))
    plan = OcrBook(book=book, pages=pages, options=options).new_task(book=book)
    yield plan, 0, {"pages": pages, "without_image": "", "ranges": 1}
    made = OcrPages(book=book, pages=pages, options=options).new_task(
        id=child_id(plan.id, "0"), book=book, parent=plan.id
    )
    yield made, len(read), _range_result(folder, read)
    end = FinishOcr(book=book, pages=pages, options=options).new_task(
        id=child_id(plan.id, "finish"), book=book, parent=plan.id
    )
    yield end, 0, {"pages": len(read), "missing": ""}


def _range_result(folder: BookFolder, read: dict[int, PageReading]) -> dict[str, Any]:
    """As `ocr_pages` returns it."""
    sure = {number: known.confidence for number, known in read.items()}
    return {
        "done": len(read),
        "failed": {},
        "confidence": {str(n): None if one is None else round(one, 4) for n, one in sure.items()},
        "kept": [n for n, known in read.items() if sha256(text_file(folder, n)) not in known.written],
        "handed_on": "",
    }
