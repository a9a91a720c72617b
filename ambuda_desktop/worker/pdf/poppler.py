"""What poppler's programs say of a PDF."""

import re
from pathlib import Path

from ambuda_desktop.programs import poppler
from ambuda_desktop.worker.limited import TookTooLong, run_limited

PROGRAMS = ("pdftocairo", "pdfinfo")
INFO_TIMEOUT = 30  # seconds pdfinfo may take


def have_poppler() -> bool:
    """Whether pages can be rendered by poppler."""
    return all(poppler(name) for name in PROGRAMS)


def poppler_count(pdf: Path) -> int | None:
    """How many pages poppler finds; None where it cannot read the file, or is missing."""
    found = re.search(r"^Pages:\s+(\d+)$", _info(pdf), re.MULTILINE)
    return int(found[1]) if found else None


def poppler_size(pdf: Path, number: int) -> tuple[float, float] | None:
    """Width and height of page `number` (from 1) in points, as poppler finds them."""
    info = _info(pdf, "-f", str(number), "-l", str(number))
    found = re.search(r"^Page\s+\d+ size:\s+([\d.]+) x ([\d.]+) pts", info, re.MULTILINE)
    size = (float(found[1]), float(found[2])) if found else (0.0, 0.0)
    return size if min(size) > 0 else None


def _info(pdf: Path, *arguments: str) -> str:
    program = poppler("pdfinfo")
    if program is None:
        return ""
    try:
        return run_limited([program, *arguments, str(pdf)], INFO_TIMEOUT).out
    except (TookTooLong, OSError):
        return ""
