"""Which pages are in hand: a page that takes the process with it cannot say so afterwards.

`ocr/.N.tries` is there while page N is read, and says how often it was begun.
"""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from ambuda_desktop.books import BookFolder

MOST = 3  # so often a page is begun that never ends


@contextlib.contextmanager
def in_hand(folder: BookFolder, numbers: Sequence[int]) -> Iterator[None]:
    """Note that these pages are being read, for the length of a block."""
    for number in numbers:
        # Not fsynced: it says something only where the machine has not failed.
        _file(folder, number).write_text(str(tries(folder, number) + 1))
    try:
        yield
    finally:
        forget_tries(folder, numbers)


def tries(folder: BookFolder, number: int) -> int:
    """How often page `number` was begun and not ended."""
    try:
        return int(_file(folder, number).read_text())
    except (FileNotFoundError, ValueError):
        return 0


def forget_tries(folder: BookFolder, numbers: Sequence[int]) -> None:
    """Let pages begin anew."""
    for number in numbers:
        _file(folder, number).unlink(missing_ok=True)


def _file(folder: BookFolder, number: int) -> Path:
    return folder.path / "ocr" / f".{number}.tries"
