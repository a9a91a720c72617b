"""What is wrong with a value, by a JSON Schema as pydantic writes it: the first fault, in a sentence."""

import contextlib
import datetime
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication

Schema = Mapping[str, Any]


def _tr(text: str) -> str:
    return QCoreApplication.translate("json_schema", text)


#: Each kind of JSON, and whether a value is of it. A boolean is no number, whatever Python thinks.
_KINDS: dict[str, Callable[[Any], bool]] = {
    "string": lambda v: isinstance(v, str),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
    "boolean": lambda v: isinstance(v, bool),
    "array": lambda v: isinstance(v, list),
    "object": lambda v: isinstance(v, dict),
    "null": lambda v: v is None,
}

_FORMATS: dict[str, tuple[Callable[[str], object], str]] = {
    "date": (datetime.date.fromisoformat, "Write a date, such as 2026-11-22."),
    "time": (datetime.time.fromisoformat, "Write a time, such as 14:02."),
    "date-time": (datetime.datetime.fromisoformat, "Write a moment, such as 2026-11-22T14:02."),
    "uuid": (uuid.UUID, "Write an id such as 123e4567-e89b-12d3-a456-426614174000."),
}


def resolved(schema: Schema, definitions: Schema) -> Schema:
    """The schema that a reference leads to, with what stands beside the reference."""
    seen = set()
    while isinstance(name := schema.get("$ref"), str) and name not in seen:
        seen.add(name)
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        schema = {**definitions.get(name.rpartition("/")[2], {}), **beside}
    return schema


def fault(value: Any, schema: Schema, definitions: Schema) -> str:
    """The first thing that is wrong with `value`, with the place in it; empty where all is well."""
    schema = resolved(schema, definitions)
    kind = schema.get("type")
    kinds = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(kind, list):
        kinds = [{**schema, "type": one} for one in kind]
    wrong = next(filter(None, (fault(value, part, definitions) for part in schema.get("allOf") or ())), "")
    if wrong:
        return wrong
    if kinds:
        return _fits_one(value, kinds, definitions)
    if "enum" in schema or "const" in schema:
        allowed = schema["enum"] if "enum" in schema else [schema["const"]]
        return "" if any(same(value, one) for one in allowed) else _one_of(allowed)
    if kind in _KINDS and not _KINDS[kind](value):
        return _not_of(kind)
    return _beyond_limits(value, schema, definitions)


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON: 1 and true are not."""
    return type(one) is type(other) and bool(one == other)


def _fits_one(value: Any, kinds: list[Schema], definitions: Schema) -> str:
    wrong = [fault(value, kind, definitions) for kind in kinds]
    if "" in wrong:
        return ""
    # “Or nothing” explains nothing of a value that is there.
    told = [
        w for w, kind in zip(wrong, kinds, strict=True) if resolved(kind, definitions).get("type") != "null"
    ]
    return told[0] if len(told) == 1 else _tr("It is of none of the kinds that may stand here.")


def _beyond_limits(value: Any, schema: Schema, definitions: Schema) -> str:
    match value:
        case bool() | None:
            return ""
        case str():
            return _text_fault(value, schema)
        case int() | float():
            return _number_fault(value, schema)
        case list():
            return _list_fault(value, schema, definitions)
        case _:
            return _object_fault(value, schema, definitions)


def _one_of(allowed: list[Any]) -> str:
    return _tr("It must be one of these: {}.").format(", ".join(str(one) for one in allowed))


def _not_of(kind: str) -> str:
    return {
        "string": _tr("It must be text."),
        "integer": _tr("It must be a whole number, such as 3."),
        "number": _tr("It must be a number, such as 0.5."),
        "boolean": _tr("It must be true or false."),
        "array": _tr("It must be a list, such as [1, 2]."),
        "object": _tr('It must be an object, such as {"name": 1}.'),
        "null": _tr("It must be null."),
    }[kind]


def _text_fault(value: str, schema: Schema) -> str:
    if len(value) < schema.get("minLength", 0):
        return _tr("It needs {} characters or more.").format(schema["minLength"])
    if len(value) > schema.get("maxLength", len(value)):
        return _tr("It may have {} characters at most.").format(schema["maxLength"])
    reads, words = _FORMATS.get(schema.get("format", ""), (None, ""))
    if reads is not None:
        try:
            reads(value)
        except ValueError:
            return _tr(words)
    pattern = schema.get("pattern")
    with contextlib.suppress(re.error):  # JavaScript's patterns are not all Python's
        if pattern and not re.search(pattern, value):
            return _tr("It does not have the form that is asked for: {}.").format(pattern)
    return ""


def _number_fault(value: float, schema: Schema) -> str:
    limits = (
        ("minimum", value < schema.get("minimum", value), _tr("It must be {} or more.")),
        ("maximum", value > schema.get("maximum", value), _tr("It must be {} or less.")),
        (
            "exclusiveMinimum",
            value <= schema.get("exclusiveMinimum", value - 1),
            _tr("It must be more than {}."),
        ),
        (
            "exclusiveMaximum",
            value >= schema.get("exclusiveMaximum", value + 1),
            _tr("It must be less than {}."),
        ),
    )
    for name, wrong, words in limits:
        if name in schema and wrong:
            return words.format(schema[name])
    step = schema.get("multipleOf")
    if step and abs(value / step - round(value / step)) > 1e-9:
        return _tr("It must be a multiple of {}.").format(step)
    return ""


def _list_fault(value: list[Any], schema: Schema, definitions: Schema) -> str:
    if len(value) < schema.get("minItems", 0):
        return _tr("It needs {} or more.").format(schema["minItems"])
    if len(value) > schema.get("maxItems", len(value)):
        return _tr("It may have {} at most.").format(schema["maxItems"])
    first = schema.get("prefixItems") or []
    for place, one in enumerate(value):
        kind = first[place] if place < len(first) else schema.get("items") or {}
        if wrong := fault(one, kind, definitions):
            return _at(place + 1, wrong)
    return ""


def _object_fault(value: dict[str, Any], schema: Schema, definitions: Schema) -> str:
    for name in schema.get("required") or ():
        if name not in value:
            return _tr("“{}” is missing.").format(name)
    known, others = schema.get("properties") or {}, schema.get("additionalProperties", True)
    for name, one in value.items():
        if name not in known and others is False:
            return _tr("“{}” is not known here; there are: {}.").format(name, ", ".join(known))
        kind = known.get(name, others if isinstance(others, Mapping) else {})
        if wrong := fault(one, kind, definitions):
            return _at(name, wrong)
    return ""


def _at(place: int | str, wrong: str) -> str:
    return f"{place}: {wrong}"
