"""The fields of a task's form, by the JSON Schema of its parameters; and what was typed, as arguments. No widgets."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from PySide6.QtCore import QCoreApplication

from ambuda_desktop.ui.task_form.json_schema import Schema, fault, resolved, same

Kind = Literal["text", "integer", "number", "switch", "choice", "file", "folder", "json"]
#: Those in which anything may be typed, so that what was typed can be carried from one to another.
TYPED: tuple[Kind, ...] = ("text", "integer", "number", "file", "folder", "json")
FILES = {"path": "file", "file-path": "file", "directory-path": "folder"}
#: The name of the field for parameters that have none: those of `**kwargs`, or of a task that cannot be told.
OTHERS = ""


class LeftOut:
    """Not given: then the task uses its own default."""

    def __repr__(self) -> str:
        return "LEFT_OUT"


LEFT_OUT: Final = LeftOut()


class Wrong(Exception):
    """What was typed cannot be used; the text is a sentence."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("task_form", text)


@dataclass(frozen=True)
class FormField:
    """One parameter. `default` is LEFT_OUT where nobody knows it; `choices` are JSON values."""

    name: str
    kind: Kind
    schema: Schema = field(default_factory=dict)
    definitions: Schema = field(default_factory=dict)
    required: bool = False
    nullable: bool = False
    default: Any = LEFT_OUT
    choices: tuple[Any, ...] = ()
    doc: str = ""


def form_fields(schema: Schema | None) -> list[FormField]:
    """A field for each parameter, in the order of the task's own. `schema` is None where nobody knows them."""
    if schema is None:
        return [_others(_tr("All parameters as JSON: nobody knows what this task takes."))]
    definitions = schema.get("$defs") or {}
    required = set(schema.get("required") or ())
    fields = [
        _field(name, resolved(part, definitions), definitions, required=name in required)
        for name, part in (schema.get("properties") or {}).items()
    ]
    if schema.get("additionalProperties"):
        fields.append(_others(_tr("Further parameters as JSON; this task takes any.")))
    return fields


def shown(form_field: FormField, value: Any) -> Any:
    """What stands in the field for a value: text where it is typed, else the value itself."""
    if form_field.kind not in TYPED:
        return value
    if value is LEFT_OUT or value is None:
        return ""
    return value if isinstance(value, str) and form_field.kind != "json" else _json(value)


def at_first(form_field: FormField) -> Any:
    """What stands in a field that nobody has touched."""
    if form_field.default is not LEFT_OUT:
        return shown(form_field, form_field.default)
    if form_field.kind == "switch":
        return False
    if form_field.kind == "json" and form_field.required:
        return _json(_skeleton(form_field.schema, form_field.definitions))
    return "" if form_field.kind in TYPED else LEFT_OUT


def value_of(form_field: FormField, given: Any) -> Any:
    """The value that stands in a field. Raises Wrong with a sentence."""
    value = _read(form_field, given) if form_field.kind in TYPED else given
    if value is LEFT_OUT:
        if form_field.required:
            raise Wrong(_tr("This is needed."))
        return LEFT_OUT
    if value is None and form_field.nullable:
        return None
    if wrong := fault(value, form_field.schema, form_field.definitions):
        raise Wrong(wrong)
    return value


def arguments(fields: list[FormField], given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The keyword arguments, and a sentence for each field that is wrong.

    A value that is the default is left out: JSON may be a poor copy of it (of an enumeration, say).
    """
    kwargs: dict[str, Any] = {}
    complaints: dict[str, str] = {}
    for one in fields:
        try:
            value = value_of(one, given[one.name])
        except Wrong as error:
            complaints[one.name] = str(error)
            continue
        if value is LEFT_OUT or same(value, one.default):
            continue
        kwargs.update(value if one.name == OTHERS else {one.name: value})
    return kwargs, complaints


def _others(doc: str) -> FormField:
    return FormField(OTHERS, "json", {"type": "object"}, default={}, doc=doc)


def _field(name: str, schema: Schema, definitions: Schema, *, required: bool) -> FormField:
    default = schema.get("default", LEFT_OUT)
    kinds = [resolved(one, definitions) for one in schema.get("anyOf") or ()]
    inner = [one for one in kinds if one.get("type") != "null"]
    nullable = len(inner) < len(kinds) or default is None
    core = {**schema, **inner[0]} if len(inner) == 1 else schema
    kind, choices = _kind(core)
    if kind == "switch" and nullable:
        kind, choices = "choice", (True, False)
    return FormField(
        name, kind, schema, definitions, required, nullable, default, choices, schema.get("description", "")
    )


def _kind(schema: Schema) -> tuple[Kind, tuple[Any, ...]]:
    if "enum" in schema or "const" in schema:
        return "choice", tuple(schema.get("enum") or [schema["const"]])
    if schema.get("format") in FILES:
        return ("folder" if FILES[schema["format"]] == "folder" else "file"), ()
    kinds: dict[Any, Kind] = {"string": "text", "integer": "integer", "number": "number", "boolean": "switch"}
    kind = schema.get("type")
    return (kinds.get(kind, "json") if isinstance(kind, str) else "json"), ()


def _read(form_field: FormField, text: str) -> Any:
    if form_field.kind == "text" and text:
        return text
    plain = text.strip()
    if not plain:
        return _nothing(form_field)
    match form_field.kind:
        case "integer":
            return _number(plain, int, _tr("Write a whole number, such as 3."))
        case "number":
            return _number(plain, float, _tr("Write a number, such as 0.5."))
        case "json":
            return _parse(plain)
        case _:
            # Workers have a current folder of their own: a path that begins in it would lead elsewhere.
            path = Path(plain).expanduser() if plain.startswith("~") else Path(plain)
            if not path.is_absolute():
                raise Wrong(_tr("Write the full path; it should begin with /."))
            return str(path)


def _nothing(form_field: FormField) -> Any:
    """The value of an empty field."""
    if form_field.nullable:
        return None
    if form_field.kind == "text" and form_field.default is not LEFT_OUT:
        return ""  # an empty text is a text
    return LEFT_OUT


def _number(text: str, kind: type[int] | type[float], complaint: str) -> Any:
    try:
        value = kind(text)
    except ValueError:
        raise Wrong(complaint) from None
    if isinstance(value, float) and not math.isfinite(value):
        raise Wrong(complaint)
    return value


def _parse(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        words = _tr("This is no JSON: line {}, column {}: {}.")
        raise Wrong(words.format(error.lineno, error.colno, error.msg)) from None


def _no_constant(name: str) -> Any:
    raise Wrong(_tr("JSON has no {}.").format(name))


def _json(value: Any) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    return flat if len(flat) < 40 else json.dumps(value, ensure_ascii=False, indent=2)  # fits a line


def _skeleton(schema: Schema, definitions: Schema) -> Any:
    """What to begin with: the defaults that an object has; of anything else nothing is known."""
    parts = (schema.get("properties") or {}) if schema.get("type") == "object" else {}
    found = {name: resolved(part, definitions) for name, part in parts.items()}
    return {name: part["default"] for name, part in found.items() if "default" in part}
