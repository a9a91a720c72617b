"""worker/ocr/tesseract.py, image.py and tessdata.py: the real Tesseract on pages drawn here, and on bad ones."""

import shutil
import unicodedata
from pathlib import Path

import pytest
from PIL import Image

from ambuda_desktop.errors import AmbudaError, MissingProgram
from ambuda_desktop.page_text import PageText
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings
from ambuda_desktop.tessdata import folders, locate, models
from ambuda_desktop.worker.ocr import image as images
from ambuda_desktop.worker.ocr.engine import PageUnread
from ambuda_desktop.worker.ocr.opening import open_engine
from ambuda_desktop.worker.ocr.tesseract import Tesseract
from tests.support import devanagari


def read(paths: Paths, image: Path, options: OcrOptions | None = None) -> PageText:
    """The text of one image, which must be readable."""
    (found,) = open_engine(paths, options or OcrOptions()).read([image])
    assert isinstance(found, PageText), found
    return found


def unread(paths: Paths, image: Path) -> str:
    """Why an image cannot be read."""
    (found,) = open_engine(paths, OcrOptions()).read([image])
    assert isinstance(found, PageUnread)
    return str(found)


@pytest.mark.parametrize(
    "options", [OcrOptions(), OcrOptions(model="san+Devanagari"), OcrOptions(preset="old type")]
)
def test_a_page_is_read_with_boxes_lines_and_confidence(
    tmp_path: Path, paths: Paths, options: OcrOptions
) -> None:
    # Given a page of two lines
    image = devanagari.save(tmp_path / "1.png", size=64)

    # When it is read
    found = read(paths, image, options)

    # Then each line is there, composed, and each word has its box in pixels of the image
    assert "कुरुक्षेत्रे" in found.text
    assert found.text == unicodedata.normalize("NFC", found.text)
    assert (found.width, found.height) == devanagari.page(size=64).size
    assert [word.line for word in found.words] == sorted(word.line for word in found.words)
    assert {word.line for word in found.words} == {0, 1}
    for word in found.words:
        assert 0 <= word.x1 < word.x2 <= found.width
        assert 0 <= word.y1 < word.y2 <= found.height
        assert word.confidence is not None
        assert 0 <= word.confidence <= 1
    # The first word stands where it was drawn, whatever the page was scaled by
    assert abs(found.words[0].x1 - 64) < 20
    assert 64 - 20 < found.words[0].y1 < 64 + 80
    assert (found.engine, found.model) == ("tesseract", options.model_name)


def test_the_model_stays_loaded(paths: Paths) -> None:
    assert open_engine(paths, OcrOptions()) is open_engine(paths, OcrOptions())
    assert open_engine(paths, OcrOptions()) is not open_engine(paths, OcrOptions(preset="old type"))


def test_a_blank_page_is_a_result(tmp_path: Path, paths: Paths) -> None:
    Image.new("L", (800, 600), 255).save(tmp_path / "1.png")
    found = read(paths, tmp_path / "1.png")
    assert found.is_blank
    assert (found.text, found.confidence) == ("", None)


def test_a_page_with_only_a_picture_is_a_result(tmp_path: Path, paths: Paths) -> None:
    Image.radial_gradient("L").resize((900, 900)).save(tmp_path / "1.jpg")
    assert read(paths, tmp_path / "1.jpg").text.strip() == ""


def test_a_truncated_image_says_so(tmp_path: Path, paths: Paths) -> None:
    # Given half a JPEG, half a PNG and no image at all
    for name in ("1.jpg", "2.png"):
        whole = devanagari.save(tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    (tmp_path / "3.jpg").write_text("Dear reader")

    # Then each has its sentence, and a page after them is read
    for name in ("1.jpg", "2.png", "3.jpg"):
        assert f"{name} is damaged or no image" in unread(paths, tmp_path / name)
    assert "4.jpg is no longer there" in unread(paths, tmp_path / "4.jpg")
    assert read(paths, devanagari.save(tmp_path / "5.jpg")).words


def test_an_image_of_100_megapixels_is_read_smaller_and_its_boxes_are_its_own(
    tmp_path: Path, paths: Paths
) -> None:
    # Given one of 12,500 by 8,000 pixels with a line at its lower right
    huge = Image.new("L", (12_500, 8_000), 255)
    huge.paste(devanagari.page(size=160, width=4_000), (8_000, 6_800))
    huge.save(tmp_path / "1.jpg", quality=60)

    # When it is read
    gray = images.read_gray(tmp_path / "1.jpg")
    found = read(paths, tmp_path / "1.jpg")

    # Then what Tesseract got is bounded, and the boxes are in pixels of the image
    assert gray.image.width * gray.image.height <= images.MOST_PIXELS * 1.01
    assert (found.width, found.height) == (12_500, 8_000)
    assert min(word.x1 for word in found.words) > 8_000
    assert min(word.y1 for word in found.words) > 6_800


@pytest.mark.parametrize("mode", ["1", "P", "RGBA", "LA", "CMYK", "I;16"])
def test_images_of_all_kinds_are_read(tmp_path: Path, paths: Paths, mode: str) -> None:
    page = devanagari.page()
    image = (
        page.point(lambda value: value * 257, "I").convert("I;16") if mode == "I;16" else page.convert(mode)
    )
    path = tmp_path / ("1.jpg" if mode == "CMYK" else "1.png")
    image.save(path)
    assert "मामकाः" in read(paths, path).text


def test_missing_data_is_said_with_the_fix(tmp_path: Path, paths: Paths) -> None:
    with pytest.raises(
        MissingProgram, match=r"no language data for Devanagari.*apt-get install tesseract-ocr-script-deva"
    ):
        locate([tmp_path], "Devanagari")
    with pytest.raises(MissingProgram, match=r"no language data for xyz.*the setting tessdata"):
        Tesseract(paths, OcrOptions(model="xyz"))


@pytest.mark.parametrize("part", [0, 10, 1_000_000])
def test_damaged_data_is_said_with_the_fix(tmp_path: Path, paths: Paths, part: int) -> None:
    # Given a folder of the user's whose model is torn
    folder, _ = locate(folders(paths), "san")
    (tmp_path / "san.traineddata").write_bytes((folder / "san.traineddata").read_bytes()[:part])
    Settings.change(paths.settings, tessdata=tmp_path)

    # Then it is found there, and refused
    with pytest.raises(AmbudaError, match=f"{tmp_path} is damaged.*--reinstall tesseract-ocr-san"):
        Tesseract(paths, OcrOptions(model="san"))


def test_script_models_in_a_folder_of_their_own_are_found(tmp_path: Path, paths: Paths) -> None:
    # Given data as Tesseract's own installers lay it out
    folder, _ = locate(folders(paths), "Devanagari")
    (tmp_path / "script").mkdir()
    shutil.copy(folder / "Devanagari.traineddata", tmp_path / "script")
    Settings.change(paths.settings, tessdata=tmp_path)

    # Then the model has the same name, and reads
    assert models([tmp_path]) == ["Devanagari"]
    assert locate([tmp_path], "Devanagari") == (tmp_path, "script/Devanagari")
    assert read(paths, devanagari.save(tmp_path / "1.png")).words
