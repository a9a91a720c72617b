"""Reading the pages of a range, so that it may be stopped and started again anywhere."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypedDict

from ambuda_desktop.books import BookFolder
from ambuda_desktop.files import sha256
from ambuda_desktop.page_text import PageText
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.recognised import PageReading, is_read, reading, record_file, save_reading, text_file
from ambuda_desktop.worker.ocr.engine import OcrEngine, PageUnread
from ambuda_desktop.worker.ocr.tries import MOST, forget_tries, in_hand, tries

#: Called with (pages done, pages in all). May raise, to stop the work between two pages.
Progress = Callable[[int, int], None]

AT_ONCE = 16  # pages offered to an engine
NO_IMAGE = "There is no image of this page. Split it again."
STOPS = (
    f"Reading this page stopped its worker {MOST} times, so it is not tried again. Choose another engine or model "
    "for it, or type its text."
)


class RangeResult(TypedDict):
    """What became of a range: page numbers are strings because this travels as JSON."""

    done: int  # pages with a text, the blank ones too
    failed: dict[str, str]
    confidence: dict[str, float | None]  # of all that are done; None: blank, or the engine does not say
    kept: list[int]  # pages whose text is a person's, and stays
    handed_on: str  # pages that other tasks read in our place, such as 3,7-9


def new_result() -> RangeResult:
    """Of a range of which nothing is done."""
    return RangeResult(done=0, failed={}, confidence={}, kept=[], handed_on="")


def begun_and_lost(folder: BookFolder, numbers: Sequence[int], losses: int) -> list[int]:
    """The pages that were in hand when this range stopped its process. `losses`: how often it did.

    Where the whole machine stopped, or a daemon was killed, the page in hand is not to blame.
    """
    if losses == 0 and len(numbers) > 1:
        forget_tries(folder, numbers)
        return []
    return [number for number in numbers if tries(folder, number)]


def read_range(
    folder: BookFolder, numbers: Sequence[int], options: OcrOptions, engine: OcrEngine, progress: Progress,
    recognition: str = "",
) -> RangeResult:  # fmt: skip
    """Read the pages `numbers` that were not read in this way already. What was read before `progress` raises is kept.

    `recognition`: the task that asked for it.

    Raises AmbudaError where nothing can be read, OSError where the disk does not take it.
    """
    result = new_result()
    for place in (text_file(folder, 1).parent, record_file(folder, 1).parent):
        place.mkdir(exist_ok=True)
    unread = [number for number in numbers if not _was_done(folder, number, options, result)]
    while unread:
        images = [image for number in unread[:AT_ONCE] if (image := folder.page(number))]
        batch = unread[: engine.take(images)] if len(images) == len(unread[:AT_ONCE]) else unread[:1]
        left = _read(folder, batch, options, engine, result, recognition)
        unread = [*left, *unread[len(batch) :]]
        progress(numbers.index(unread[0]) if unread else len(numbers), len(numbers))
    return result


def _was_done(folder: BookFolder, number: int, options: OcrOptions, result: RangeResult) -> bool:
    """Whether nothing is left to do for a page; then it is in the result."""
    image = folder.page(number)
    if image is None:
        result["failed"][str(number)] = NO_IMAGE
    elif tries(folder, number) >= MOST:
        forget_tries(folder, [number])
        result["failed"][str(number)] = STOPS
    elif is_read(folder, number, options.key, sha256(image)):
        known = reading(folder, number)
        assert known is not None
        _note(result, number, known, kept=_is_persons(folder, number, known))
    else:
        return False
    return True


def _is_persons(folder: BookFolder, number: int, known: PageReading) -> bool:
    return sha256(text_file(folder, number)) not in known.written


def _read(
    folder: BookFolder, batch: Sequence[int], options: OcrOptions, engine: OcrEngine, result: RangeResult,
    recognition: str,
) -> list[int]:  # fmt: skip
    """Read and keep these pages. Returns those that have to be asked for again."""
    images = dict[int, Path]()
    for number in batch:
        if image := folder.page(number):
            images[number] = image
        else:
            result["failed"][str(number)] = NO_IMAGE
    # Before it is read: of an image that changes meanwhile, the text counts as that of the old one.
    digests = {number: sha256(image) for number, image in images.items()}
    with in_hand(folder, list(images)):
        texts = engine.read(list(images.values()))
    left = list[int]()
    for number, text in zip(images, texts, strict=True):
        if text is None:
            left.append(number)
        elif isinstance(text, PageUnread):
            result["failed"][str(number)] = str(text)
        else:
            saved = save_reading(folder, number, text, options.key, digests[number], recognition)
            _note(result, number, text, kept=saved.kept)
    return left


def _note(result: RangeResult, number: int, text: PageText, *, kept: bool) -> None:
    result["done"] += 1
    result["confidence"][str(number)] = None if text.confidence is None else round(text.confidence, 4)
    if kept:
        result["kept"].append(number)
