"""worker/pictures: books made of what scanners leave."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ambuda_desktop.errors import BadInput
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.worker.limited import limited_memory
from ambuda_desktop.worker.pictures import original as module
from ambuda_desktop.worker.pictures.original import PictureOriginal
from ambuda_desktop.worker.split.page import CannotMake, Made
from tests.support import pdfs

GRAY = PageOptions(grayscale=True)


def pictures(tmp_path: Path, *files: tuple[str, bytes]) -> PictureOriginal:
    """A book of these files, each given as a suffix and its content."""
    folder = tmp_path / "original"
    folder.mkdir()
    for number, (suffix, data) in enumerate(files, 1):
        (folder / f"{number:05}{suffix}").write_bytes(data)
    return PictureOriginal(folder, [f"scan {number}{suffix}" for number, (suffix, _) in enumerate(files, 1)])


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def tiff(pages: int, **options: Any) -> bytes:
    images = [pdfs.picture(shade=20 * number + 1) for number in range(pages)]
    return saved(images[0], "TIFF", save_all=True, append_images=images[1:], **options)


def make(original: PictureOriginal, number: int = 1, options: PageOptions | None = None) -> Made:
    return original.make(number, options or PageOptions(), Path())


def opened(made: Made) -> Image.Image:
    image = Image.open(io.BytesIO(made.data))
    image.load()
    return image


def huge_png(side: int, depth: int, colour: int) -> bytes:
    """A PNG that says it has so many pixels each way, and takes no space."""
    data = zlib.compress(bytes(100))
    header = struct.pack(">IIBBBBB", side, side, depth, colour, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_a_picture_that_can_stay_as_it_is_is_copied(tmp_path: Path, suffix: str) -> None:
    data = pdfs.jpeg() if suffix == ".jpg" else saved(pdfs.picture("L"), "PNG", dpi=(300, 300))
    made = make(pictures(tmp_path, (suffix, data)))
    assert (made.data, made.suffix, made.method) == (data, suffix, "copied")
    assert (made.width, made.height) == (pdfs.WIDTH, pdfs.HEIGHT)
    assert made.warning is None


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_a_picture_that_lies_on_its_side_is_written_upright(tmp_path: Path, kind: str) -> None:
    exif = Image.Exif()
    exif[module.ORIENTATION] = 6
    data = saved(pdfs.picture(), kind, exif=exif)
    image = opened(make(pictures(tmp_path, (".jpg" if kind == "JPEG" else ".tif", data))))
    assert image.size == (pdfs.HEIGHT, pdfs.WIDTH)
    assert not image.getexif()


def test_each_page_of_a_tiff_is_one_but_not_its_small_copies(tmp_path: Path) -> None:
    # Given a TIFF of two pages, each with a small copy for previews
    out = io.BytesIO()
    images = []
    for shade in (20, 90):
        small = pdfs.picture(shade=shade).resize((24, 32))
        small.encoderinfo = {"tiffinfo": {254: 1}}
        images += [pdfs.picture(shade=shade), small]
    images[0].save(out, "TIFF", save_all=True, append_images=images[1:])

    # Then it is two pages, after which the next picture comes
    original = pictures(tmp_path, (".tif", out.getvalue()), (".jpg", pdfs.jpeg()))
    assert original.count == 3
    assert [make(original, n).width for n in (1, 2, 3)] == [pdfs.WIDTH] * 3
    assert original.doubt is None


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_tiff_that_is_cut_short_keeps_its_first_pages_and_says_so(tmp_path: Path, share: float) -> None:
    # Given a TIFF of five pages that lost its end
    whole = tiff(5, compression="tiff_deflate")
    original = pictures(tmp_path, (".tif", whole[: int(len(whole) * share)]))

    # Then what is there is made, the page at the tear says why not, and the whole is doubted by its own name
    assert make(original, 1).warning is None
    with pytest.raises(CannotMake, match="The picture is damaged"):
        make(original, original.count)
    assert original.doubt == (
        "scan 1.tif is damaged: pages may be missing from its end. Compare the pages with the book."
    )


def test_a_damaged_page_in_the_middle_costs_itself_only(tmp_path: Path) -> None:
    # Given a TIFF of which the middle page is overwritten with zeros
    packed = bytearray(tiff(3, compression="tiff_deflate"))
    with Image.open(io.BytesIO(packed)) as image:
        image.seek(1)
        at, length = image.tag_v2[273][0], image.tag_v2[279][0]  # type: ignore[attr-defined]
    packed[at : at + length] = bytes(length)
    original = pictures(tmp_path, (".tif", bytes(packed)))

    # Then it says so, and the others are made
    with pytest.raises(CannotMake, match="The picture is damaged"):
        make(original, 2)
    assert make(original, 1).warning is None
    assert make(original, 3).warning is None


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
def test_of_a_picture_that_is_cut_short_the_part_is_kept(tmp_path: Path, suffix: str) -> None:
    # Given a picture that lost its end, of which a gray one is wanted
    kind = {".jpg": "JPEG", ".png": "PNG", ".tif": "TIFF"}[suffix]
    noise = Image.effect_noise((300, 400), 40)
    data = saved(Image.merge("RGB", [noise, noise, noise.rotate(180)]), kind)

    # Then its beginning is there, and it needs a look
    made = make(pictures(tmp_path, (suffix, data[: len(data) * 2 // 3])), options=GRAY)
    assert made.warning == module.DAMAGED
    assert len(opened(made).crop((0, 0, 300, 200)).getcolors() or ()) > 50


@pytest.mark.parametrize(
    "data", [b"\xff\xd8\xff", pdfs.jpeg()[:300], b"II*\0" + b"\xff" * 60, b"\x89PNG\r\n\x1a\n"]
)
def test_a_picture_that_is_none_says_so(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(CannotMake, match=r"^The picture is damaged: .+\.$"):
        make(pictures(tmp_path, (".tif" if data[:1] == b"I" else ".jpg", data)), options=GRAY)


def test_a_picture_of_1225_megapixels_is_copied_but_not_decoded(tmp_path: Path) -> None:
    # Given a picture of two colours and one of many, each of 35,000 pixels both ways
    original = pictures(tmp_path, (".png", huge_png(35_000, 1, 0)), (".png", huge_png(35_000, 8, 2)))

    # Then they are copied as they are, and what would have to be decoded says why it is not
    assert [make(original, n, GRAY if n == 1 else None).width for n in (1, 2)] == [35_000, 35_000]
    with pytest.raises(CannotMake, match="has 1225 megapixels; at most 200"):
        make(original, 2, GRAY)


def test_a_picture_that_needs_too_much_memory_says_so(tmp_path: Path) -> None:
    # Given a picture of 36 megapixels, and a task that may have less than it takes
    data = saved(Image.new("RGB", (6_000, 6_000)), "TIFF", compression="tiff_deflate")
    with limited_memory(64 << 20), pytest.raises(CannotMake, match="more memory than it may have"):
        make(pictures(tmp_path, (".tif", data)))


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "I;16", "F", "LAB"])
@pytest.mark.parametrize(
    "options", [PageOptions(), GRAY, PageOptions(format="png"), PageOptions(max_dpi=100)]
)
def test_pictures_of_any_colours_become_pages(tmp_path: Path, mode: str, options: PageOptions) -> None:
    source = Image.new(mode, (120, 160)) if mode in ("I;16", "F", "LAB") else pdfs.picture(mode, (120, 160))
    kind = "PNG" if mode in ("P", "LA", "RGBA", "I;16") else "TIFF"
    data = saved(source, kind, dpi=(300, 300))
    made = make(pictures(tmp_path, (".png" if kind == "PNG" else ".tif", data)), options=options)
    image = opened(made)
    assert image.size == (made.width, made.height)
    assert image.size == ((40, 53) if options.max_dpi else (120, 160))
    if options.grayscale and made.method == "rendered":
        assert image.mode in ("L", "1")


def test_other_files_in_the_folder_are_no_pages(tmp_path: Path) -> None:
    original = pictures(tmp_path, (".jpg", pdfs.jpeg()))
    (tmp_path / "original" / ".DS_Store").write_bytes(b"Mac")
    (tmp_path / "original" / "Thumbs.db").write_bytes(b"Windows")
    assert PictureOriginal(tmp_path / "original").count == original.count == 1
    (tmp_path / "original" / "00001.jpg").unlink()
    with pytest.raises(BadInput, match="no pictures"):
        PictureOriginal(tmp_path / "original")
