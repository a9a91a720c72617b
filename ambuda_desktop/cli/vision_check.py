"""`doctor --vision`: whether Google reads with the account that is set."""

import tempfile
from pathlib import Path

from ambuda_desktop.doctor.finding import Finding
from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.paths import Paths, resources

WHAT = "Google Vision"
WORD = "कमल"


def ask_google(paths: Paths) -> Finding:
    """Let Google read a picture of one word. It counts as a page."""
    from ambuda_desktop.worker.ocr.engine import PageUnread
    from ambuda_desktop.worker.ocr.opening import open_engine

    try:
        with tempfile.TemporaryDirectory() as folder:
            engine = open_engine(paths.make(), OcrOptions(engine="google"))
            (text,) = engine.read([_picture(Path(folder) / "word.png")])
    except AmbudaError as error:
        return Finding(WHAT, "problem", str(error), "")
    assert text is not None  # a single page has its answer, or why there is none
    if isinstance(text, PageUnread):
        return Finding(WHAT, "problem", str(text), "")
    read = " ".join(text.text.split())
    if read != WORD:
        return Finding(
            WHAT, "look", f"answers in {text.milliseconds:.0f} ms, and reads “{read}” for “{WORD}”"
        )
    return Finding(WHAT, "ok", f"reads “{WORD}” in {text.milliseconds:.0f} ms")


def _picture(path: Path) -> Path:
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype(str(resources() / "fonts" / "Lohit-Devanagari.ttf"), 64)
    image = Image.new("L", (400, 160), 255)
    ImageDraw.Draw(image).text((80, 40), WORD, font=font, fill=0)
    image.save(path)
    return path
