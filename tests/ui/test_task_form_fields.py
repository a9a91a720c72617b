"""ui/task_form/fields.py and json_schema.py: from a task's parameters to fields, and back to arguments."""

import enum
import pathlib
import re
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from ambuda_desktop.ui.task_form.fields import (
    LEFT_OUT,
    OTHERS,
    FormField,
    Wrong,
    arguments,
    at_first,
    form_fields,
    value_of,
)
from ambuda_desktop.worker.catalogue import parameters_schema


class Script(enum.Enum):
    DEVANAGARI = "deva"
    IAST = "iast"


class Options(BaseModel):
    title: str
    margin: Annotated[int, Field(ge=0)] = 3
    tags: list[str] = []


def everything(  # type: ignore[no-untyped-def]
    name: str,
    options: Options,
    pages: Annotated[int, Field(ge=1, le=99)] = 3,
    quality: float = 0.5,
    loud: bool = False,
    sure: bool | None = None,
    kind: Literal["jpeg", "png"] = "jpeg",
    script: Script = Script.IAST,
    file: pathlib.Path | None = None,
    numbers: list[int] = [1],  # noqa: B006 - as people write it
    either: int | str = 7,
    code: Annotated[str, Field(pattern="^[a-z]+$", max_length=4)] = "a",
    anything=None,
    **more: object,
) -> None: ...


def fields() -> dict[str, FormField]:
    return {field.name: field for field in form_fields(parameters_schema(everything))}


def given(**typed: Any) -> dict[str, Any]:
    """What stands in the form: what a person typed, and else what stood there at first."""
    return {name: at_first(field) for name, field in fields().items()} | typed


def test_each_kind_of_parameter_has_its_field() -> None:
    found = fields()
    kinds = {name: field.kind for name, field in found.items()}
    assert kinds == {
        "name": "text", "options": "json", "pages": "integer", "quality": "number", "loud": "switch",
        "sure": "choice", "kind": "choice", "script": "choice", "file": "file", "numbers": "json",
        "either": "json", "code": "text", "anything": "json", OTHERS: "json",
    }  # fmt: skip
    assert [name for name, field in found.items() if field.required] == ["name", "options"]
    assert found["script"].choices == ("deva", "iast")
    assert found["sure"].choices == (True, False)
    assert [name for name, field in found.items() if field.nullable] == ["sure", "file", "anything"]


def test_defaults_stand_in_the_fields_and_are_not_sent() -> None:
    # Given a form that nobody touched but for what it needs
    assert given()["pages"] == "3"
    assert given()["script"] == "iast"
    assert given()["options"] == '{"margin": 3, "tags": []}'
    assert given()["sure"] is None

    # Then the task gets its own defaults, of its own types
    kwargs, complaints = arguments(
        list(fields().values()), given(name="Kālidāsa", options='{"title": "Megha"}')
    )
    assert complaints == {}
    assert kwargs == {"name": "Kālidāsa", "options": {"title": "Megha"}}


def test_what_was_typed_becomes_arguments() -> None:
    typed = given(
        name=" spaced ", options='{"title": "Megha", "margin": 0}', pages=" 12 ", quality="2", loud=True,
        sure=False, kind="png", file="/tmp/a.pdf", numbers="[1, 2]", either='"x"', code="", anything="[null]",
    )  # fmt: skip
    typed[OTHERS] = '{"extra": 1}'
    kwargs, complaints = arguments(list(fields().values()), typed)
    assert complaints == {"code": "It does not have the form that is asked for: ^[a-z]+$."}
    assert kwargs == {
        "name": " spaced ", "options": {"title": "Megha", "margin": 0}, "pages": 12, "quality": 2.0,
        "loud": True, "sure": False, "kind": "png", "file": "/tmp/a.pdf", "numbers": [1, 2], "either": "x",
        "anything": [None], "extra": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("name", "", "This is needed."),
        ("pages", "three", "Write a whole number, such as 3."),
        ("pages", "2.5", "Write a whole number, such as 3."),
        ("pages", "0", "It must be 1 or more."),
        ("pages", "100", "It must be 99 or less."),
        ("quality", "nan", "Write a number, such as 0.5."),
        ("quality", "0,5", "Write a number, such as 0.5."),
        ("file", "book.pdf", "Write the full path; it should begin with /."),
        ("code", "abcde", "It may have 4 characters at most."),
        ("numbers", "[1,", "This is no JSON: line 1, column 4: Expecting value."),
        ("numbers", "[NaN]", "JSON has no NaN."),
        ("numbers", '[1, "x"]', "2: It must be a whole number, such as 3."),
        ("numbers", "[true]", "1: It must be a whole number, such as 3."),
        ("numbers", "{}", "It must be a list, such as [1, 2]."),
        ("either", "[]", "It is of none of the kinds that may stand here."),
        ("options", "{}", "“title” is missing."),
        ("options", '{"title": 1}', "title: It must be text."),
        ("options", '{"title": "", "margin": -1}', "margin: It must be 0 or more."),
        ("options", '{"title": "", "tags": [1]}', "tags: 1: It must be text."),
    ],
)
def test_what_is_wrong_is_said(name: str, typed: str, sentence: str) -> None:
    with pytest.raises(Wrong) as caught:
        value_of(fields()[name], typed)
    assert str(caught.value) == sentence


def test_an_empty_field_is_nothing_or_the_tasks_own_default() -> None:
    assert value_of(fields()["file"], "") is None
    assert value_of(fields()["pages"], " ") is LEFT_OUT


def test_references_and_limits_of_other_schemas() -> None:
    # Given a model that refers to itself, a closed one, and a list of types as others write it
    tree = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Tree"}}, "additionalProperties": False}
    schema = {
        "$defs": {"Tree": tree},
        "properties": {
            "tree": {"$ref": "#/$defs/Tree"},
            "step": {"type": "number", "multipleOf": 0.25, "exclusiveMinimum": 0},
            "when": {"type": "string", "format": "date"},
            "mixed": {"type": ["integer", "null"]},
        },
    }
    found = {field.name: field for field in form_fields(schema)}
    wrong = {
        "tree": ('{"next": {"other": 1}}', "next: “other” is not known here; there are: next."),
        "step": ("0.3", "It must be a multiple of 0.25."),
        "when": ("tomorrow", "Write a date, such as 2026-11-22."),
        "mixed": ('"x"', "It must be a whole number, such as 3."),
    }
    for name, (typed, sentence) in wrong.items():
        with pytest.raises(Wrong, match=re.escape(sentence)):
            value_of(found[name], typed)
    with pytest.raises(Wrong, match=r"It must be more than 0\."):
        value_of(found["step"], "0")
    assert value_of(found["step"], "0.75") == 0.75
    assert value_of(found["tree"], '{"next": {"next": {}}}') == {"next": {"next": {}}}


def test_a_task_that_cannot_be_told_takes_json() -> None:
    [field] = form_fields(None)
    assert arguments([field], {OTHERS: '{"z": 1}'}) == ({"z": 1}, {})
    assert arguments([field], {OTHERS: "[1]"})[1] == {OTHERS: 'It must be an object, such as {"name": 1}.'}
    assert form_fields({"type": "object", "properties": {}, "additionalProperties": False}) == []
