"""Which pages a split was asked for, kept beside its work: a retry asks for less, and completes the whole."""

from collections.abc import Iterable

from ambuda_desktop.books import BookFolder
from ambuda_desktop.files import write_atomic
from ambuda_desktop.params.page_numbers import format_pages, parse_pages
from ambuda_desktop.params.split import PageOptions


def ask_for(folder: BookFolder, options: PageOptions, numbers: Iterable[int]) -> None:
    """Note these pages, beside those that a split with the same options was asked for and did not complete."""
    work = folder.work / options.key
    work.mkdir(parents=True, exist_ok=True)
    asked = sorted({*asked_pages(folder, options), *numbers})
    write_atomic(work / "asked", format_pages(asked).encode())


def asked_pages(folder: BookFolder, options: PageOptions) -> list[int]:
    """The pages (from 1) that splits with these options were asked for since the last complete one."""
    try:
        return parse_pages((folder.work / options.key / "asked").read_text())
    except (FileNotFoundError, ValueError):
        return []
