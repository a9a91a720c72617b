"""Arguments of a task as people write them: text, made into what the task's parameters say they are."""

import json
from collections.abc import Mapping
from typing import Any

from ambuda_desktop.errors import BadInput


def arguments_from_text(texts: Mapping[str, str], schema: Mapping[str, Any] | None) -> dict[str, Any]:
    """The keyword arguments for `key=value` pairs. Raises BadInput for a name or value that the task does not take.

    `schema`: the JSON Schema of its parameters; without one, what is JSON is read as JSON, and the rest is text.
    """
    if schema is None:
        return {name: _guess(text) for name, text in texts.items()}
    known = schema.get("properties", {})
    unknown = [name for name in texts if name not in known]
    if unknown and not schema.get("additionalProperties"):
        takes = ", ".join(known) or "none"
        raise BadInput(f"The task takes no “{unknown[0]}”. Its parameters: {takes}.")
    missing = [name for name in schema.get("required", ()) if name not in texts]
    if missing:
        raise BadInput(f"The task needs a value for {', '.join(missing)}: write {missing[0]}=VALUE.")
    return {name: _value(name, text, known.get(name, {}), schema) for name, text in texts.items()}


def _value(name: str, text: str, field: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    choices = _choices(field, schema)
    if choices and text in map(str, choices):
        return next(choice for choice in choices if str(choice) == text)
    kinds = _kinds(field, schema)
    if not kinds:
        return _guess(text)
    if "null" in kinds and text in ("", "null", "none"):
        return None
    for kind in kinds:
        value = _read(text, kind)
        if value is not None and not choices:
            return value
    wanted = (
        f"one of {', '.join(map(str, choices))}" if choices else " or ".join(_WORDS.get(k, k) for k in kinds)
    )
    raise BadInput(f"“{text}” cannot be {name}: it should be {wanted}.")


_WORDS = {
    "integer": "a whole number", "number": "a number", "boolean": "true or false", "string": "text",
    "array": "a JSON list", "object": "a JSON object", "null": "none",
}  # fmt: skip


def _read(text: str, kind: str) -> Any:
    """The text as a value of this JSON type; None where it is none."""
    if kind == "string":
        return text
    if kind == "boolean":
        return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(
            text.casefold()
        )
    value = _guess(text)
    types: dict[str, tuple[type, ...]] = {
        "integer": (int,), "number": (int, float), "array": (list,), "object": (dict,),
    }  # fmt: skip
    return value if isinstance(value, types.get(kind, ())) and not isinstance(value, bool) else None


def _kinds(field: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    """The JSON types that a parameter may have; text last, because anything is text."""
    field = _resolve(field, schema)
    parts = [_resolve(part, schema) for part in field.get("anyOf", ())] or [field]
    kinds = [part["type"] for part in parts if isinstance(part.get("type"), str)]
    return sorted(dict.fromkeys(kinds), key=lambda kind: kind == "string")


def _choices(field: Mapping[str, Any], schema: Mapping[str, Any]) -> list[Any]:
    field = _resolve(field, schema)
    parts = [_resolve(part, schema) for part in field.get("anyOf", ())] or [field]
    return [
        choice for part in parts for choice in part.get("enum", [part["const"]] if "const" in part else [])
    ]


def _resolve(field: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    name = str(field.get("$ref", "")).rpartition("/")[2]
    found: Mapping[str, Any] = schema.get("$defs", {}).get(name, field)
    return found


def _guess(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
