"""Damaging a task store, as failing disks and other programs do."""

import random
from pathlib import Path

PAGE = 4096  # bytes


def overwrite(path: Path, first: int, count: int) -> None:
    """Put garbage over some bytes of a file, always the same."""
    with path.open("r+b") as file:
        file.seek(first)
        file.write(random.Random(7).randbytes(count))


def overwrite_header(store: Path) -> None:
    """So that SQLite no longer takes it for a database."""
    overwrite(store, 0, 100)


def overwrite_rows(store: Path) -> None:
    """The second half of a store of many rows: it can be opened, and only who reads these meets the damage."""
    half = store.stat().st_size // 2 // PAGE * PAGE
    overwrite(store, half, store.stat().st_size - half)
