"""Ending the recognition of a book: its whole text in one file, for people."""

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ambuda_desktop.books import BookFolder, is_number
from ambuda_desktop.files import remove_leftovers, sha256, write_atomic
from ambuda_desktop.params.page_numbers import format_pages
from ambuda_desktop.recognised import is_changed, reading, record_file, text_file


@dataclass(frozen=True)
class BookText:
    """What there is of a book's text. Page numbers from 1."""

    pages: list[int]  # that have a text
    blank: list[int]
    changed: list[int]  # by a person
    read: int  # pages that this recognition read: not those that were read before, and stayed as they were
    set_aside: list[str]  # files with what a person made of the whole text, from whenever


def finish(folder: BookFolder, recognition: str = "") -> BookText:
    """Write the text of all pages, as people left it. Done again, it leaves the same.

    `recognition`: the task that asked for it.
    """
    for place in (folder.path, text_file(folder, 1).parent, record_file(folder, 1).parent):
        remove_leftovers(place)
    numbers = _numbers(folder)
    texts = {number: text_file(folder, number).read_text("utf-8", errors="replace") for number in numbers}
    _write_whole_text(folder, whole_text(texts).encode())
    known = {number: reading(folder, number) for number in numbers}
    return BookText(
        numbers,
        [
            number
            for number in numbers
            if (one := known[number]) and one.is_blank and not texts[number].strip()
        ],
        [number for number in numbers if is_changed(folder, number)],
        sum(one is not None and one.recognition == recognition for one in known.values()),
        [path.name for path in _set_aside(folder)],
    )


def whole_text_file(folder: BookFolder) -> Path:
    """The text of the whole book: the book's name, as in Ambuda's downloads."""
    return folder.path / f"{folder.path.name}.txt"


def whole_text(texts: dict[int, str]) -> str:
    """The pages with a mark before each: `[page 12]`, and nothing behind it where the page is blank."""
    return "\n".join(f"[page {number}]\n{_closed(text)}" for number, text in sorted(texts.items()))


def missing(numbers: Sequence[int], text: BookText) -> str:
    """Which of the pages that were asked for have no text, such as 3,7-9; empty where all have one."""
    return format_pages(sorted(set(numbers) - set(text.pages)))


def _write_whole_text(folder: BookFolder, data: bytes) -> None:
    """What a person made of the text before moves aside. One of which nobody knows is a person's, too."""
    path, record = whole_text_file(folder), record_file(folder, 1).with_name("whole-text.sha256")
    record.parent.mkdir(exist_ok=True)
    written = record.read_text("ascii", errors="replace").split() if record.exists() else []
    digest = hashlib.sha256(data).hexdigest()
    if digest not in written:
        written.append(digest)
        # First: were we killed behind the text, it would look like a person's.
        write_atomic(record, "\n".join([*written, ""]).encode())

    def set_aside() -> None:
        if path.exists() and sha256(path) not in written:
            names = (path.with_name(f"{path.stem}.{number}.txt") for number in itertools.count(1))
            path.rename(next(name for name in names if not name.exists()))

    write_atomic(path, data, before=set_aside)


def _set_aside(folder: BookFolder) -> list[Path]:
    whole = whole_text_file(folder)
    found = ((path.stem.removeprefix(f"{whole.stem}."), path) for path in folder.path.glob("*.*.txt"))
    return [path for number, path in sorted((int(n), path) for n, path in found if is_number(n))]


def _closed(text: str) -> str:
    text = text.strip("\n")
    return f"{text}\n" if text else ""


def _numbers(folder: BookFolder) -> list[int]:
    place = text_file(folder, 1).parent
    if not place.is_dir():
        return []
    return sorted(int(path.stem) for path in place.glob("*.txt") if is_number(path.stem))
