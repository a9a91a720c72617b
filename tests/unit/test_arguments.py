"""arguments.py: what people type becomes what a task takes."""

import enum
from pathlib import Path
from typing import Any, Literal

import pytest

from ambuda_desktop.arguments import arguments_from_text
from ambuda_desktop.errors import BadInput
from ambuda_desktop.worker.catalogue import parameters_schema


class Script(enum.Enum):
    DEVANAGARI = "deva"
    IAST = "iast"


def task(
    title: str,
    pages: int = 3,
    quality: float = 0.5,
    gray: bool = False,
    kind: Literal["jpeg", "png"] = "jpeg",
    level: Literal[1, 2] = 1,
    script: Script = Script.IAST,
    file: Path | None = None,
    limit: int | None = None,
    parts: list[int] = [],  # noqa: B006
    anything: Any = None,
) -> None: ...


SCHEMA = parameters_schema(task)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("title=12", "12"),  # text that looks like a number is text
        ("pages=12", 12),
        ("quality=1", 1),
        ("quality=0.25", 0.25),
        ("gray=yes", True),
        ("gray=False", False),
        ("kind=png", "png"),
        ("level=2", 2),
        ("script=deva", "deva"),
        ("file=/tmp/a.pdf", "/tmp/a.pdf"),
        ("file=none", None),
        ("limit=", None),
        ("limit=7", 7),
        ("parts=[1, 2]", [1, 2]),
        ("anything={\"a\": 1}", {"a": 1}),
        ("anything=words", "words"),
    ],
)  # fmt: skip
def test_values_are_read_as_the_parameters_say(text: str, value: Any) -> None:
    name, _, words = text.partition("=")
    found = arguments_from_text({"title": "x", name: words}, SCHEMA)[name]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        ({"title": "x", "pages": "many"}, "“many” cannot be pages: it should be a whole number"),
        ({"title": "x", "pages": "1.5"}, "a whole number"),
        ({"title": "x", "pages": "true"}, "a whole number"),
        ({"title": "x", "gray": "maybe"}, "true or false"),
        ({"title": "x", "kind": "gif"}, "one of jpeg, png"),
        ({"title": "x", "limit": "few"}, "a whole number or none"),
        ({"pages": "3"}, "needs a value for title"),
        ({"title": "x", "page": "3"}, "takes no “page”. Its parameters: title, pages"),
    ],
)
def test_what_a_task_does_not_take_is_refused_with_a_sentence(texts: dict[str, str], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        arguments_from_text(texts, SCHEMA)


def test_without_a_schema_json_is_json_and_the_rest_is_text() -> None:
    assert arguments_from_text({"a": "3", "b": "x", "c": "[1]"}, None) == {"a": 3, "b": "x", "c": [1]}
