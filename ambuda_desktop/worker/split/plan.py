"""Cutting a book into ranges of pages that take about the same time."""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass

from ambuda_desktop.books import BookFolder
from ambuda_desktop.errors import BadInput
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.worker.split.asked import ask_for
from ambuda_desktop.worker.split.original import open_original
from ambuda_desktop.worker.split.ranges import Progress

COPY, RENDER = 1, 5  # what a page costs, in copied pages
MOST = 75  # the most a range costs: a task should take seconds, so that the queue's own cost stays small
LEAST = 10  # below it a range is not cut smaller just to keep all cores at work
STEP = 50  # pages between two reports of progress


@dataclass(frozen=True)
class Plan:
    """How a book is split: how many pages it has, which are made together, and what is wrong with the whole."""

    pages: int
    ranges: list[list[int]]
    doubt: str | None = None


def plan(
    folder: BookFolder, wanted: Sequence[int] | None, progress: Progress, options: PageOptions | None = None
) -> Plan:
    """Look at each wanted page (all where None) and cut them into ranges. 0.5 ms a page of a scan.

    Raises BadInput where the original is of no use, or a wanted page is not in it; NeedsPassword where it is locked.
    """
    options = options or PageOptions()
    with open_original(folder) as original:
        count = original.count
        numbers = list(wanted or range(1, count + 1))
        beyond = [n for n in numbers if n > count]
        if beyond:
            raise BadInput(f"There is no page {beyond[0]}: the book has {count} pages.")
        ask_for(folder, options, numbers)
        costs = []
        for index, number in enumerate(numbers):
            if index % STEP == 0:
                progress(index, len(numbers))
            costs.append(COPY if original.is_copied(number, options) else RENDER)
        doubt = original.doubt
    return Plan(count, cut(numbers, costs, os.cpu_count() or 1), doubt)


def cut(numbers: Sequence[int], costs: Sequence[int], cores: int) -> list[list[int]]:
    """Contiguous ranges of about the same cost: as few as MOST allows, but enough for all cores."""
    total = sum(costs)
    count = max(math.ceil(total / MOST), min(cores, total // LEAST), 1)
    ranges: list[list[int]] = [[]]
    spent = 0
    for number, cost in zip(numbers, costs, strict=True):
        # A page goes where its middle lies.
        if ranges[-1] and (spent + cost / 2) * count >= total * len(ranges):
            ranges.append([])
        ranges[-1].append(number)
        spent += cost
    return ranges
