"""The same pages recognised in the ways people do it, two at a time; each way's processes are warm but OCRmyPDF's."""

import multiprocessing
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from PIL import Image

from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.tessdata import folders, locate
from tests.bench.measuring import Cost, cpu_of_ended, cpu_of_living, run

PROCESSES = 2
#: What a process of a pool reads with.
_engine: Any = None


class Pool:
    """Two processes that are there before the first page, as those of our pool are."""

    def __init__(self, name: str, start: Callable[[Path, str], None], read: Callable[[str], str]) -> None:
        self.name, self._start, self._read = name, start, read
        self._pool: ProcessPoolExecutor | None = None

    def warm(self, root: Path, model: str, page: Path) -> None:
        """Start the processes and let each read a page."""
        context = multiprocessing.get_context("spawn")  # nothing of ours is loaded in them but what they use
        self._pool = ProcessPoolExecutor(PROCESSES, context, self._start, (root, model))
        list(self._pool.map(self._read, [str(page)] * PROCESSES * 2))

    def recognise(self, pages: Sequence[Path]) -> Cost:
        """Seconds from the first page to the last."""
        assert self._pool is not None
        begin, cpu = time.monotonic(), cpu_of_living()
        texts = list(self._pool.map(self._read, map(str, pages)))
        assert all(texts), f"{self.name} read nothing"
        return Cost(time.monotonic() - begin, cpu_of_living() - cpu)

    def end(self) -> None:
        if self._pool is not None:
            self._pool.shutdown()


class OcrMyPdf:
    """One command for the whole book; its start counts, as it does for whoever runs it."""

    def __init__(self, program: str) -> None:
        self.name = f"(b) OCRmyPDF --jobs {PROCESSES}"
        self._program = program
        self._book = Path()
        self._model = ""

    def warm(self, root: Path, model: str, page: Path) -> None:
        self._book, self._model = root / "book.pdf", model

    def recognise(self, pages: Sequence[Path]) -> Cost:
        images = [Image.open(page) for page in pages]
        images[0].save(self._book, save_all=True, append_images=images[1:], resolution=300)
        for image in images:
            image.close()
        target = self._book.with_name("searchable.pdf")
        # No PDF/A, no smaller images: only what we do too.
        options = ["--jobs", str(PROCESSES), "-l", self._model, "--output-type", "pdf", "--optimize", "0"]
        # Not `ended_tree`: that would wait for the end of the other contenders' pools.
        begin, cpu = time.monotonic(), cpu_of_ended()
        exit_code = run([self._program, *options, str(self._book), str(target)])
        cost = Cost(time.monotonic() - begin, cpu_of_ended() - cpu)
        assert exit_code == 0, f"OCRmyPDF ended with {exit_code}"
        target.unlink()
        return cost

    def end(self) -> None:
        """Nothing of it lives between two runs."""


Contender = Pool | OcrMyPdf


def contenders() -> list[Contender]:
    """Those that can run here, ours first."""
    found: list[Contender] = [
        Pool("Ambuda Desktop", _start_ours, _read_ours),
        Pool("(c) bare tesserocr", _start_bare, _read_bare),
    ]
    if find_spec("pytesseract"):
        found.append(Pool("(a) pytesseract", _start_pytesseract, _read_with_engine))
        found.append(Pool("(a) with OMP_THREAD_LIMIT=1", _start_pytesseract_limited, _read_with_engine))
    program = shutil.which("ocrmypdf", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    return [*found, OcrMyPdf(program)] if program else found


def versions() -> str:
    """Which Tesseract each of them runs: it is not the same."""
    import tesserocr

    ours = tesserocr.tesseract_version().split()[1]
    program = shutil.which("tesseract")
    if program is None:
        return f"Tesseract {ours}"
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=60)
    return f"Tesseract {ours} in tesserocr, {told.stdout.split()[1]} in the others"


def _start_ours(root: Path, model: str) -> None:
    global _engine
    from ambuda_desktop.worker.ocr.opening import open_engine

    _engine = open_engine(Paths(root), OcrOptions(model=model))


def _read_ours(page: str) -> str:
    (found,) = _engine.read([Path(page)])
    return str(found.text)


def _start_bare(root: Path, model: str) -> None:
    """As tesserocr's README has it, with the one setting that everybody learns of."""
    global _engine
    os.environ["OMP_THREAD_LIMIT"] = "1"
    import tesserocr

    folder, name = locate(folders(Paths(root)), model)
    _engine = tesserocr.PyTessBaseAPI(path=f"{folder}/", lang=name)


def _read_bare(page: str) -> str:
    _engine.SetImageFile(page)
    return str(_engine.GetUTF8Text())


def _start_pytesseract(_root: Path, model: str) -> None:
    """Defaults: a program a page, and as many threads as it likes."""
    global _engine
    os.environ.pop("OMP_THREAD_LIMIT", None)
    _engine = partial(import_module("pytesseract").image_to_string, lang=model)


def _start_pytesseract_limited(root: Path, model: str) -> None:
    _start_pytesseract(root, model)
    os.environ["OMP_THREAD_LIMIT"] = "1"


def _read_with_engine(page: str) -> str:
    return str(_engine(page))
