"""Tesseract in this very process, its model loaded once. Imported late: only who reads pages pays for it."""

import os
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.page_text import PageText, Word, text_of
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.tessdata import folders, locate, unusable
from ambuda_desktop.text_cleaning import clean
from ambuda_desktop.worker.ocr.engine import PageUnread
from ambuda_desktop.worker.ocr.image import Gray, read_gray

# A pool has a process a core already: more threads only burn time. Read when the library is loaded.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")

OLD_TYPE_SCALE = 0.7  # worn letters of the 19th century are read better smaller
OTSU, SAUVOLA = "0", "2"  # Tesseract's `thresholding_method`
MOST_SIDE = 32_000  # pixels: Tesseract takes 32,767


class _Row(NamedTuple):
    """A word of Tesseract's TSV."""

    block: int
    paragraph: int
    line: int
    left: int
    top: int
    width: int
    height: int
    confidence: float  # 0 to 100; negative where it has none
    text: str


class Tesseract:
    """Reads pages with one model."""

    def __init__(self, paths: Paths, options: OcrOptions) -> None:
        """Loads the model (0.1 s). Raises MissingProgram where its data is not there, AmbudaError where damaged."""
        self._options = options
        self._folder, model = locate(folders(paths), options.model_name)
        self._api = _load(self._folder, model, options.model_name)
        self._one_at_a_time = threading.Lock()  # where no processes can be had, the pool has threads

    def take(self, images: Sequence[Path]) -> int:  # noqa: ARG002  # what every engine is asked
        """One at a time, so that each shows at once."""
        return 1

    def read(self, images: Sequence[Path]) -> Sequence[PageText | PageUnread]:
        """The text of each image, or why there is none."""
        return [self._read(image) for image in images]

    def _read(self, path: Path) -> PageText | PageUnread:
        begun = time.perf_counter()
        try:
            gray = read_gray(path, OLD_TYPE_SCALE if self._options.preset == "old type" else 1.0)
        except PageUnread as unread:
            return unread
        if max(gray.image.size) > MOST_SIDE:
            return PageUnread(f"{path.name} is longer than {MOST_SIDE} pixels, which Tesseract cannot read.")
        try:
            rows = _rows(self._recognise(gray))
        except RuntimeError as error:
            return PageUnread(f"Tesseract cannot read {path.name}: {error}")
        words = _words(rows, gray)
        return PageText(
            text=text_of(words), words=words, width=gray.width, height=gray.height, engine="tesseract",
            model=self._options.model_name, version=_version(),
            milliseconds=round(1000 * (time.perf_counter() - begun), 1),
        )  # fmt: skip

    def _recognise(self, gray: Gray) -> str:
        with self._one_at_a_time:
            return self._table(gray)

    def _table(self, gray: Gray) -> str:
        width, height = gray.image.size
        self._api.SetVariable("thresholding_method", SAUVOLA if self._options.preset == "old type" else OTSU)
        self._api.SetImageBytes(gray.image.tobytes(), width, height, 1, width)
        self._api.SetSourceResolution(round(gray.dpi))
        try:
            if not self._api.Recognize(0):
                raise RuntimeError("it gave up without a reason")
            table: str = self._api.GetTSVText(0)
        finally:
            self._api.Clear()  # the page's memory, not the model
        return table


def _load(folder: Path, model: str, name: str) -> Any:
    try:
        import tesserocr
    except ImportError as error:
        raise AmbudaError(
            f"Tesseract cannot be loaded ({error}). Start ./run, which sets up again."
        ) from error
    try:
        return tesserocr.PyTessBaseAPI(path=f"{folder}/", lang=model, psm=tesserocr.PSM.AUTO)
    except RuntimeError:
        raise AmbudaError(unusable(folder, name)) from None


def _version() -> str:
    import tesserocr

    return str(tesserocr.tesseract_version().split()[1])


def _rows(table: str) -> Iterator[_Row]:
    """The words of a TSV; without what is only a rule or a picture, where Tesseract reads a space."""
    for row in table.splitlines():
        level, _page, block, paragraph, line, _word, left, top, width, height, confidence, text = row.split(
            "\t", 11
        )
        if level == "5" and text.strip():
            yield _Row(
                int(block), int(paragraph), int(line), int(left), int(top), int(width), int(height),
                float(confidence), text.strip(),
            )  # fmt: skip


def _words(rows: Iterator[_Row], gray: Gray) -> list[Word]:
    """With lines and blocks counted over the page, and boxes in pixels of the original."""
    across, down = gray.width / gray.image.width, gray.height / gray.image.height
    lines: dict[tuple[int, int, int], int] = {}
    blocks: dict[int, int] = {}
    return [
        Word(
            text=clean(row.text),
            x1=round(row.left * across), y1=round(row.top * down),
            x2=min(gray.width, round((row.left + row.width) * across)),
            y2=min(gray.height, round((row.top + row.height) * down)),
            confidence=round(row.confidence / 100, 4) if row.confidence >= 0 else None,
            line=lines.setdefault((row.block, row.paragraph, row.line), len(lines)),
            block=blocks.setdefault(row.block, len(blocks)),
        )
        for row in rows
    ]  # fmt: skip
