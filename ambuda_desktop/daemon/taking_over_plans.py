"""What a book's folder tells of work that was not done: it is submitted again."""

import re
from collections.abc import Sequence
from pathlib import Path

from ambuda_desktop.books import BookFolder
from ambuda_desktop.manifest import Manifest, PageRecord
from ambuda_desktop.params.ocr import OcrBook
from ambuda_desktop.params.split import PageOptions, SplitBook
from ambuda_desktop.text_asked import noted, noted_after_split

#: What `PageOptions.key` makes, where no page tells its options yet.
_KEY = re.compile(r"(?:png|jpeg-(?P<quality>\d+))(?P<gray>-gray)?(?:-(?P<dpi>\d+)dpi)?")

Plans = Sequence[SplitBook | OcrBook]


def plans_of(folder: BookFolder, manifest: Manifest, known: Plans) -> Plans:
    """What is to be submitted again. `known`: what is known to wait; else the folder has to tell."""
    left, asked, follows = _left(folder, manifest), noted(folder), noted_after_split(folder)
    splits = [plan for plan in known if isinstance(plan, SplitBook)] or ([left] if left else [])
    texts = [plan for plan in known if isinstance(plan, OcrBook)]
    if asked is not None and asked not in texts:
        texts.insert(0, asked)
    if follows is not None and splits:
        splits[-1] = splits[-1].model_copy(update={"then_ocr": follows.options})
    elif follows is not None and follows not in texts:
        texts.append(follows)
    return [*splits, *texts]


def _left(folder: BookFolder, manifest: Manifest) -> SplitBook | None:
    """The split that was not done, as far as it can be known: what it asked for stands beside its work."""
    works = [path for path in folder.work.iterdir() if path.is_dir()] if folder.work.is_dir() else []
    for work in sorted(works, key=_asked_at, reverse=True):
        options = _options(work)
        if options is not None:
            return SplitBook(book=folder.path.name, pages=_asked(work), options=options)
    return None if manifest.pages else SplitBook(book=folder.path.name)


def _asked_at(work: Path) -> float:
    asked = work / "asked"
    return (asked if asked.exists() else work).stat().st_mtime


def _asked(work: Path) -> str | None:
    """Such as 1-20,25; None, which means all pages, where it cannot be known."""
    try:
        return SplitBook(book="", pages=(work / "asked").read_text()).pages
    except (OSError, ValueError):
        return None


def _options(work: Path) -> PageOptions | None:
    """The options of this work: those of a page that was made, else those in the name of the folder."""
    for path in work.glob("[0-9]*.json"):
        record = PageRecord.load(path)
        if record is not None:
            return record.options
    found = _KEY.fullmatch(work.name)
    if found is None:
        return None
    try:
        return PageOptions(
            format="jpeg" if found["quality"] else "png", quality=int(found["quality"] or 90),
            grayscale=bool(found["gray"]), max_dpi=int(found["dpi"]) if found["dpi"] else None,
        )  # fmt: skip
    except ValueError:
        return None
