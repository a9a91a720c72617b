"""Writing an image in memory as JPEG or PNG, as the options ask."""

import io
from typing import Literal

from PIL import Image

from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.worker.split.page import Made


def encode(image: Image.Image, dpi: float, options: PageOptions, warning: str | None = None) -> Made:
    """The image as a page, smaller and gray where that is asked. `dpi`: 0 where nobody knows it."""
    suffix: Literal[".jpg", ".png"] = ".jpg"
    ready = _gray(image) if options.grayscale and image.mode != "1" else image
    ready, dpi = _smaller(ready, dpi, options.max_dpi)
    out = io.BytesIO()
    resolution = {"dpi": (dpi, dpi)} if dpi else {}
    if options.format == "png" or ready.mode == "1":  # two colours are smaller as PNG, and without smears
        suffix = ".png"
        _bilevel(_for_png(ready)).save(out, "PNG", **resolution)
    else:
        _for_jpeg(ready).save(out, "JPEG", quality=options.quality, **resolution)
    return Made(out.getvalue(), suffix, ready.width, ready.height, round(dpi, 2), "rendered", warning)


def _gray(image: Image.Image) -> Image.Image:
    return image if image.mode == "L" else _for_jpeg(image).convert("L")


def _smaller(image: Image.Image, dpi: float, most: int | None) -> tuple[Image.Image, float]:
    if not most or dpi <= most:
        return image, dpi
    size = max(1, round(image.width * most / dpi)), max(1, round(image.height * most / dpi))
    # Two colours cannot be averaged: gray can.
    return image.convert("L" if image.mode == "1" else image.mode).resize(
        size, Image.Resampling.LANCZOS
    ), most


def _for_png(image: Image.Image) -> Image.Image:
    return image.convert("RGB") if image.mode in ("CMYK", "YCbCr", "LAB", "HSV", "F") else image


def _for_jpeg(image: Image.Image) -> Image.Image:
    """On white paper, in gray or RGB, with 8 bits a colour."""
    if image.mode.startswith("I"):  # 16 bits
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if "A" in image.getbands() or "transparency" in image.info:
        paper = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(paper, image.convert("RGBA")).convert("RGB")
    return image if image.mode in ("L", "RGB") else image.convert("RGB")


def _bilevel(image: Image.Image) -> Image.Image:
    """In two colours where it has only black and white: a tenth of the size."""
    if image.mode in ("L", "RGB"):
        colours = image.getcolors(2)
        if colours and all(colour in (0, 255, (0, 0, 0), (255, 255, 255)) for _, colour in colours):
            return image.convert("1", dither=Image.Dither.NONE)
    return image
