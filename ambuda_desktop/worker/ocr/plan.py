"""Cutting the pages that are to be read into ranges."""

import itertools
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass

from ambuda_desktop.books import BookFolder
from ambuda_desktop.errors import BadInput
from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.params.page_numbers import format_pages
from ambuda_desktop.pools import NET, default_sizes
from ambuda_desktop.reading_list import reading_list
from ambuda_desktop.worker.ocr.tries import forget_tries

MOST_OFFLINE = 9  # pages: about ten seconds of a core
OF_A_REQUEST = 16  # pages that Google takes at once
MOST_REQUESTS = (
    4  # of a range: what waits for the network is cut fine enough to end soon after it is cancelled
)


@dataclass(frozen=True)
class OcrPlan:
    """How a book is read: which pages, and which of them together."""

    pages: list[int]
    without_image: list[int]  # that were asked for
    ranges: list[list[int]]


def plan(folder: BookFolder, asked: OcrBook) -> OcrPlan:
    """Choose the pages and cut them into ranges. Raises BadInput where the book has no page that was asked for."""
    wanted = reading_list(folder, asked)
    if not wanted.pages and (wanted.without_image or not asked.pages) and not _has_images(folder):
        raise BadInput("The book has no page images yet. Split it first.")
    if asked.pages and not wanted.pages and wanted.without_image:
        raise BadInput(f"There is no image of page {format_pages(wanted.without_image)}.")
    forget_tries(folder, wanted.pages)  # what stopped a worker then may be mended now
    return OcrPlan(wanted.pages, wanted.without_image, cut(wanted.pages, asked.options))


def cut(numbers: Sequence[int], options: OcrOptions) -> list[list[int]]:
    """Contiguous ranges of the same length, enough for all that can read at once."""
    if options.engine == "google":
        at_once = default_sizes()[NET]
        requests = math.ceil(len(numbers) / (OF_A_REQUEST * at_once))
        length = OF_A_REQUEST * min(max(requests, 1), MOST_REQUESTS)
        return [list(numbers[start : start + length]) for start in range(0, len(numbers), length)]
    count = max(math.ceil(len(numbers) / MOST_OFFLINE), min(os.cpu_count() or 1, len(numbers)))
    edges = [len(numbers) * place // count for place in range(count + 1)] if count else []
    return [list(numbers[low:high]) for low, high in itertools.pairwise(edges)]


def _has_images(folder: BookFolder) -> bool:
    return folder.pages.is_dir() and any(folder.pages.iterdir())
