"""Rendering a page with PDFium: the program behind the hidden command `pdfium`, a process of its own with limits."""

import sys
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]


def render(pdf: Path, number: int, scale: float, target: Path, quality: int, gray: bool) -> int:
    """Write page `number` (from 1) into `target`, a JPEG or PNG. Returns an exit code; says why on stderr."""
    try:
        with pypdfium2.PdfDocument(pdf) as document:
            # A millionth less: PDFium's floats would make 901 pixels of 900, as it rounds up.
            image = document[number - 1].render(scale=scale / 72 * 0.999_999).to_pil()
            image.convert("L" if gray else "RGB").save(target, quality=quality, dpi=(scale, scale))
    except (pypdfium2.PdfiumError, IndexError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0
