"""The text of each page of a book, folded from the tasks that read it. Nothing here reads or writes."""

import functools
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ambuda_desktop.params.ocr import FinishOcr, OcrBook, OcrPages
from ambuda_desktop.params.page_numbers import parse_pages
from ambuda_desktop.store import schema
from ambuda_desktop.store.pages import DONE, FAILED, LOOK, RUNNING, THERE, WAITING, Family


class Recognition(Family):
    """One recognition of a book's text."""

    range_task, finish_task = OcrPages.task, FinishOcr.task

    @property
    def wanted(self) -> set[int]:
        """The pages that it is to read; none as long as it is not planned."""
        return {number for row in self.ranges for number in range_of(row["payload"])}

    @property
    def params(self) -> OcrBook:
        return _asked(self.plan["payload"])

    @property
    def tried(self) -> int:
        """How many pages it has tried: each once, though others may have taken it over."""
        tried = set[int]()
        for row in self.ranges:
            numbers = range_of(row["payload"])
            handed_on = row["result"] and (json.loads(row["result"]) or {}).get("handed_on")
            tried |= set() if handed_on else set(numbers[: row["current"]])
            if row["state"] in (schema.FAILURE, schema.SUCCESS) and not handed_on:
                tried |= set(numbers)
        return len(tried)

    @property
    def outcome(self) -> dict[str, Any]:
        """What the task that ended it found; empty while it goes on, or where that failed."""
        return (json.loads(self.finish["result"]) or {}) if self.finish and self.finish["result"] else {}

    @property
    def without_text(self) -> set[int]:
        """The pages that had no text when it ended."""
        return set(parse_pages(missing)) if (missing := self.outcome.get("missing")) else set()


@dataclass
class Texts:
    """The text of each page after some recognitions; a later one overrides an earlier one."""

    cells: list[str]
    failures: dict[int, str] = field(default_factory=dict)
    warnings: dict[int, str] = field(default_factory=dict)
    confidence: dict[int, float | None] = field(default_factory=dict)
    kept: set[int] = field(default_factory=set)
    missing: set[int] = field(default_factory=set)

    def apply(self, recognition: Recognition) -> None:
        """What becomes of the pages by one more recognition."""
        wanted = {number for number in recognition.wanted if number <= len(self.cells)}
        earlier = {n: self.cells[n - 1] for n in wanted if self.cells[n - 1] in THERE}
        for number in wanted:
            self._set(number, WAITING)
        for row in recognition.ranges:
            self._fold(row)
        # A range that failed or was cancelled tells how far it came, not which of those pages could not be read.
        for number in wanted & recognition.without_text:
            if self.cells[number - 1] in THERE:
                self._set(number, FAILED)
        unread = {number for number in wanted if self.cells[number - 1] not in THERE}
        self.missing = (self.missing - wanted) | unread
        if recognition.ended:
            for number in unread & earlier.keys() - recognition.without_text:
                self._restore(number, earlier[number])

    def _fold(self, row: sqlite3.Row) -> None:
        state, numbers = row["state"], [n for n in range_of(row["payload"]) if n <= len(self.cells)]
        result: dict[str, Any] = json.loads(row["result"]) or {} if row["result"] else {}
        done = len(numbers) if state == schema.SUCCESS else row["current"]
        handed_on = set(parse_pages(result["handed_on"])) if result.get("handed_on") else set()
        for number in numbers[:done]:
            if number not in handed_on:
                self._set(number, DONE)
        if state == schema.FAILURE:
            for number in numbers[done:]:
                self._set(number, FAILED, row["error"])
        elif numbers[done:] and state in (schema.STARTED, schema.PROGRESS):
            self._set(numbers[done], RUNNING)
        for text, sentence in result.get("failed", {}).items():
            self._set(int(text), FAILED, sentence)
        self.confidence |= {int(text): value for text, value in result.get("confidence", {}).items()}
        self.kept = (self.kept - set(numbers[:done])) | set(result.get("kept", ()))

    def _restore(self, number: int, cell: str) -> None:
        """It has the text that it had before."""
        reason = self.failures.get(number)
        if reason:
            self._set(number, LOOK, f"It could not be read again, so its earlier text was kept: {reason}")
        else:
            self._set(number, cell)

    def _set(self, number: int, cell: str, sentence: str | None = None) -> None:
        if not 1 <= number <= len(self.cells):
            return
        self.cells[number - 1] = cell
        self.failures.pop(number, None)
        self.warnings.pop(number, None)
        if cell == FAILED:
            self.failures[number] = sentence or "The page could not be read."
        elif cell == LOOK and sentence:
            self.warnings[number] = sentence


def recognitions_of(rows: Sequence[sqlite3.Row]) -> list[Recognition]:
    """The recognitions among the OCR tasks of a book, oldest first."""
    children: dict[str, list[sqlite3.Row]] = {}
    for row in rows:
        if row["name"] != OcrBook.task:
            children.setdefault(row["parent"], []).append(row)
    return [Recognition(row, children.get(row["id"], [])) for row in rows if row["name"] == OcrBook.task]


# Cached, because the window asks again at each change.


@functools.lru_cache(maxsize=20_000)
def range_of(payload: str) -> tuple[int, ...]:
    """The pages that a task reads, by its payload."""
    return tuple(OcrPages.model_validate(json.loads(payload)["kwargs"]["params"]).numbers())


@functools.lru_cache(maxsize=2_000)
def _asked(payload: str) -> OcrBook:
    return OcrBook.model_validate(json.loads(payload)["kwargs"]["params"])
