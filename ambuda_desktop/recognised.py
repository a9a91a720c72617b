"""The recognised text of a book's pages as files. What a person wrote is never replaced, and no result is lost.

`text/N.txt` is for people, `ocr/N.json` has all that the engine said, `ocr/N.tsv` the boxes as Ambuda keeps them. An
earlier result of a page stays as `ocr/N.1.json`, `ocr/N.2.json`, ...
"""

import hashlib
import itertools
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, ValidationError

from ambuda_desktop.books import BookFolder
from ambuda_desktop.files import write_atomic
from ambuda_desktop.page_text import PageText


class PageReading(PageText):
    """What an engine read on a page, and on which image."""

    key: str  # OcrOptions.key: how it was read
    image_sha256: str
    recognition: str = ""  # the task that asked for it
    #: The SHA-256 of each text that we wrote for this page. Another one is a person's.
    written: list[str] = Field(default_factory=list)

    @classmethod
    def load(cls, path: Path) -> "PageReading | None":
        """The saved reading, or None where it is missing or torn: then the page is read again."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None


@dataclass(frozen=True)
class Saved:
    """What saving a page came to."""

    kept: bool  # the text is a person's and was left as it is
    version: Path | None  # where the earlier result is now


def text_file(folder: BookFolder, number: int) -> Path:
    """The text of a page, which people may correct."""
    return folder.path / "text" / f"{number}.txt"


def record_file(folder: BookFolder, number: int) -> Path:
    """All that the engine said of a page."""
    return folder.path / "ocr" / f"{number}.json"


def boxes_file(folder: BookFolder, number: int) -> Path:
    """The boxes of a page."""
    return folder.path / "ocr" / f"{number}.tsv"


def reading(folder: BookFolder, number: int) -> PageReading | None:
    """What was read on a page (from 1), or None where it was never read."""
    return PageReading.load(record_file(folder, number))


def is_changed(folder: BookFolder, number: int) -> bool:
    """Whether the text of a page is a person's: it is there, and none that we wrote."""
    try:
        digest = _digest(text_file(folder, number).read_bytes())
    except FileNotFoundError:
        return False
    known = reading(folder, number)
    return known is None or digest not in known.written


def save_reading(
    folder: BookFolder, number: int, text: PageText, key: str, image_sha256: str, recognition: str = ""
) -> Saved:
    """Write what was read on a page (from 1). Stopped anywhere and done again, it leaves the same.

    Raises OSError where the disk does not take it; then the files before are whole.
    """
    for place in (text_file(folder, number).parent, record_file(folder, number).parent):
        place.mkdir(exist_ok=True)
    before = reading(folder, number)
    again = before is not None and (before.key, before.image_sha256) == (key, image_sha256)
    version = None if before is None or again else _keep(folder, number)
    data = _as_file(text.text)
    written = list(dict.fromkeys([*(before.written if before else []), _digest(data)]))
    record = PageReading(
        **text.model_dump(), key=key, image_sha256=image_sha256, recognition=recognition, written=written
    )
    # The record first: were we killed behind the text, it would look like a person's.
    write_atomic(record_file(folder, number), record.model_dump_json().encode())
    write_atomic(boxes_file(folder, number), boxes(text).encode())
    return Saved(not _write_text(folder, number, data), version)


def is_read(folder: BookFolder, number: int, key: str, image_sha256: str) -> bool:
    """Whether this very image was read in this way, and all files of that are there."""
    known = reading(folder, number)
    if known is None or (known.key, known.image_sha256) != (key, image_sha256):
        return False
    if not boxes_file(folder, number).exists():
        return False
    try:
        digest = _digest(text_file(folder, number).read_bytes())
    except FileNotFoundError:
        return False
    # One of ours that is not the last: we were killed before the text was written.
    return digest == _digest(_as_file(known.text)) or digest not in known.written


def boxes(text: PageText) -> str:
    """The boxes as Ambuda's `ocr_bounding_boxes`: a line a word, x1 y1 x2 y2 word, with tabs between them."""
    return "\n".join(f"{w.x1}\t{w.y1}\t{w.x2}\t{w.y2}\t{w.text}" for w in text.words)


class _IsPersons(Exception):
    """The text of the page is a person's."""


def _write_text(folder: BookFolder, number: int, data: bytes) -> bool:
    """Whether the text was written: not over what a person saved, were it at the last moment."""

    def look() -> None:
        if is_changed(folder, number):
            raise _IsPersons

    try:
        write_atomic(text_file(folder, number), data, before=look)
    except _IsPersons:
        return False
    return True


def _keep(folder: BookFolder, number: int) -> Path:
    """Keep the present record under the next free name."""
    data = record_file(folder, number).read_bytes()
    last: Path | None = None
    for version in itertools.count(1):
        path = folder.path / "ocr" / f"{number}.{version}.json"
        if not path.exists():
            break
        last = path
    if last is not None and last.read_bytes() == data:  # we were killed just behind this
        return last
    write_atomic(path, data)
    return path


def _as_file(text: str) -> bytes:
    return (text.removesuffix("\n") + "\n").encode() if text else b""


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
