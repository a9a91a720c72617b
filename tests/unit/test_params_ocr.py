"""params/ocr.py: what a recognition is asked for, and the pool it runs in."""

import json

import pytest
from pydantic import ValidationError

from ambuda_desktop.params.ocr import FinishOcr, OcrBook, OcrPages
from ambuda_desktop.params.ocr_options import OcrOptions


def test_ranges_go_to_the_pool_of_their_engine() -> None:
    # Given both engines
    google, tesseract = OcrOptions(engine="google"), OcrOptions()

    # Then what waits for the network keeps no core, and plan and end are work for one
    assert OcrPages(book="b", pages="1-3", options=google).new_task().pool == "net"
    assert OcrPages(book="b", pages="1-3", options=tesseract).new_task().pool == "cpu"
    assert OcrBook(book="b", options=google).new_task().pool == "cpu"
    assert FinishOcr(book="b", options=google).new_task().pool == "cpu"


def test_parameters_come_through_json() -> None:
    params = OcrBook(
        book="b", pages="3,1-2", below=0.8, options=OcrOptions(model="san+Devanagari", preset="old type")
    )
    payload = json.loads(params.new_task().payload)
    assert OcrBook.model_validate(payload["kwargs"]["params"]) == params


@pytest.mark.parametrize("model", ["../san", "/etc/passwd", "san+", "", "san;rm", "a/../b", "script/../../x"])
def test_a_model_does_not_lead_out_of_its_folder(model: str) -> None:
    with pytest.raises(ValidationError, match="is not the name of a model"):
        OcrOptions(model=model)


@pytest.mark.parametrize("model", ["san", "san+Devanagari", "script/Devanagari", "san_best-2.0"])
def test_models_have_names_of_files(model: str) -> None:
    assert OcrOptions(model=model).model_name == model


def test_the_key_tells_one_way_of_reading_from_another() -> None:
    ways = [
        OcrOptions(), OcrOptions(preset="old type"), OcrOptions(model="san+Devanagari"), OcrOptions(engine="google"),
        OcrOptions(engine="google", model="builtin/stable"), OcrOptions(model="san", preset="old type"),
    ]  # fmt: skip
    assert len({way.key for way in ways}) == len(ways)
    assert [OcrOptions.of_key(way.key) for way in ways] == ways
    assert OcrOptions(model="Devanagari").key == OcrOptions().key  # it is what is meant where nothing is said


@pytest.mark.parametrize(
    "wrong", [{"pages": "9-1"}, {"below": 0}, {"below": 1.5}, {"options": {"engine": "abbyy"}}]
)
def test_parameters_are_checked(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        OcrBook.model_validate({"book": "b", **wrong})


def test_a_preset_may_be_named_as_on_the_command_line() -> None:
    assert OcrOptions.model_validate({"preset": "old-type"}) == OcrOptions(preset="old type")
    with pytest.raises(ValidationError):
        OcrOptions.model_validate({"preset": "new-type"})
