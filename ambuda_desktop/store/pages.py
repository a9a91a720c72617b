"""The state of each page of a book, folded from the tasks that work on it. Nothing here reads or writes."""

import functools
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from ambuda_desktop.params.page_numbers import parse_pages
from ambuda_desktop.params.split import FinishSplit, PageOptions, SplitBook, SplitPages
from ambuda_desktop.store import schema

#: One letter a page in `BookSummary.cells`.
LEFT_OUT, WAITING, RUNNING, DONE, LOOK, FAILED = "-", ".", "r", "d", "l", "x"
THERE = (DONE, LOOK)  # the page has an image


@dataclass(frozen=True)
class Family:
    """A plan of work on the pages of a book, and what became of it: ranges of pages, and the task that ends it."""

    range_task: ClassVar[str]
    finish_task: ClassVar[str]

    plan: sqlite3.Row
    children: Sequence[sqlite3.Row]

    @property
    def rows(self) -> list[sqlite3.Row]:
        return [self.plan, *self.children]

    @property
    def ranges(self) -> list[sqlite3.Row]:
        return [row for row in self.children if row["name"] == self.range_task]

    @property
    def finish(self) -> sqlite3.Row | None:
        """The task that ended it; None while it goes on."""
        ends = (r for r in self.children if r["name"] == self.finish_task and r["state"] in schema.TERMINAL)
        return next(ends, None)

    @property
    def ended(self) -> bool:
        return self.plan["state"] in (schema.FAILURE, schema.REVOKED) or self.finish is not None


class Split(Family):
    """One split of a book."""

    range_task, finish_task = SplitPages.task, FinishSplit.task

    @property
    def params(self) -> SplitBook:
        return _split_book(self.plan["payload"])

    @property
    def replaced(self) -> bool:
        """Whether its pages took the place of those made with other options."""
        finish = self.finish
        return bool(finish and finish["result"] and (json.loads(finish["result"]) or {}).get("replaced"))


class Pages:
    """The pages of one book; a later split overrides an earlier one."""

    def __init__(self, count: int) -> None:
        self.cells = [LEFT_OUT] * count
        self.failures: dict[int, str] = {}
        self.warnings: dict[int, str] = {}
        #: The pages that splits were asked for and have not made, or not made again.
        self.missing: list[int] = []
        self._options: PageOptions | None = None  # of the split before
        self._made: list[PageOptions | None] = [None] * count

    @classmethod
    def of(cls, count: int, splits: Sequence[Split]) -> Self:
        """The pages after all these splits, oldest first."""
        pages = cls(count)
        for split in splits:
            pages._apply(split)
        return pages

    def _apply(self, split: Split) -> None:
        options = split.params.options
        wanted = [n for n in _numbers(split.params.pages, len(self.cells)) if n <= len(self.cells)]
        # Images made with other options stay until all of the new ones are there.
        anew = {n for n in wanted if self._made[n - 1] not in (None, options)}
        earlier = {n: (self.cells[n - 1], self.warnings.get(n), self._made[n - 1]) for n in anew}
        for number in wanted:
            if number in anew or self.cells[number - 1] == LEFT_OUT:
                self._set(number, WAITING)
        for task in split.ranges:
            self._fold(task, options)
        left = self._left_of_earlier(set(wanted), options)
        self.missing = sorted([*left, *(n for n in wanted if self.cells[n - 1] not in THERE)])
        self._options = options
        if split.ended and not split.replaced:
            for number, before in earlier.items():
                self._restore(number, *before)

    def _left_of_earlier(self, wanted: set[int], options: PageOptions) -> list[int]:
        """What earlier splits owe and this one was not asked for. An image that was to be made with options which
        nobody wants any more is owed no longer."""
        return [
            n for n in self.missing
            if n not in wanted and (self.cells[n - 1] not in THERE or options == self._options)
        ]  # fmt: skip

    def _fold(self, task: sqlite3.Row, options: PageOptions) -> None:
        state = task["state"]
        numbers = [n for n in range_of(task["payload"]) if n <= len(self.cells)]
        done = len(numbers) if state == schema.SUCCESS else task["current"]
        for number in numbers[:done]:
            self._set(number, DONE)
            self._made[number - 1] = options
        rest = numbers[done:]
        if state == schema.FAILURE:
            for number in rest:
                self._set(number, FAILED, task["error"])
        elif rest and state in (schema.STARTED, schema.PROGRESS):
            self._set(rest[0], RUNNING)
        if state == schema.SUCCESS and task["result"]:
            result = json.loads(task["result"]) or {}
            for number, sentence in result.get("failed", {}).items():
                self._set(int(number), FAILED, sentence)
            for number, sentence in result.get("warnings", {}).items():
                self._set(int(number), LOOK, sentence)

    def _restore(self, number: int, cell: str, warning: str | None, made: PageOptions | None) -> None:
        """Show the image that was kept, and why there is no new one."""
        reason = self.failures.get(number)
        self._made[number - 1] = made
        if reason:
            self._set(number, LOOK, f"It could not be made again, so its earlier image was kept: {reason}")
        else:
            self._set(number, cell, warning)

    def _set(self, number: int, cell: str, sentence: str | None = None) -> None:
        if not 1 <= number <= len(self.cells):
            return
        self.cells[number - 1] = cell
        if cell == DONE and not self.failures and not self.warnings:
            return  # nearly always, and this runs once a page at each change
        self.failures.pop(number, None)
        self.warnings.pop(number, None)
        if cell == FAILED:
            self.failures[number] = sentence or "The page could not be made."
        elif cell == LOOK:
            self.warnings[number] = sentence or "The page may be incomplete."


# Cached, because the window asks again at each change.


@functools.lru_cache(maxsize=20_000)
def range_of(payload: str) -> tuple[int, ...]:
    """The pages that a task makes, by its payload."""
    return tuple(SplitPages.model_validate(json.loads(payload)["kwargs"]["params"]).numbers())


@functools.lru_cache(maxsize=2_000)
def _split_book(payload: str) -> SplitBook:
    return SplitBook.model_validate(json.loads(payload)["kwargs"]["params"])


@functools.lru_cache(maxsize=2_000)
def _numbers(pages: str | None, count: int) -> Sequence[int]:
    return parse_pages(pages) if pages else range(1, count + 1)
