"""What can be run: each task's name, words, pool, and the JSON Schema of its parameters."""

import inspect
import json
import logging
import typing
import warnings
from typing import Any

from celery import Celery
from pydantic import BaseModel, ConfigDict, create_model
from pydantic.json_schema import PydanticJsonSchemaWarning

log = logging.getLogger(__name__)


def catalogue(app: Celery) -> list[dict[str, Any]]:
    """An entry for each task of the app: `name`, `doc`, `pool`, `schema` (None where it cannot be told), `module`."""
    return [_entry(name, task) for name, task in sorted(app.tasks.items())]


def _entry(name: str, task: Any) -> dict[str, Any]:
    try:
        schema = parameters_schema(task.run) if not name.startswith("celery.") else None
    except Exception as error:  # annotations of the user's may be anything
        log.info("The parameters of %s cannot be told: %s", name, error)
        schema = None
    doc = task.run.__doc__
    return {
        "name": name,
        "doc": inspect.cleandoc(doc) if isinstance(doc, str) else "",
        "pool": str(
            getattr(task, "pool", "cpu")
        ),  # the user's too; what is no pool is told when it is submitted
        "schema": schema,
        "module": str(getattr(task.run, "__module__", "") or ""),
    }


def parameters_schema(function: Any) -> dict[str, Any]:
    """The JSON Schema of a function's parameters, by their annotations and defaults; `self` of a bound task is not
    among them."""
    hints = typing.get_type_hints(function, include_extras=True)
    fields: dict[str, Any] = {}
    more = False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            more = more or parameter.kind is parameter.VAR_KEYWORD
            continue
        kind = hints.get(parameter.name, _kind_of(parameter.default))
        default = ... if parameter.default is parameter.empty else parameter.default
        fields[parameter.name] = (kind, default)
    model: type[BaseModel] = create_model(
        "Parameters",
        __config__=ConfigDict(extra="allow" if more else "forbid", arbitrary_types_allowed=True),
        **fields,
    )
    with warnings.catch_warnings():
        # A default that is no JSON is left out, which is right: then the task uses it.
        warnings.simplefilter("ignore", PydanticJsonSchemaWarning)
        schema = model.model_json_schema()
    json.dumps(schema)  # a default that is no JSON must not reach the store
    return schema


def _kind_of(default: Any) -> Any:
    """The type of a parameter that has none: that of its default where it is a plain one."""
    return type(default) if isinstance(default, bool | int | float | str) else Any
