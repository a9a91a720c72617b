"""worker/catalogue.py: what tasks there are, and what they take."""

import enum
import json
import pathlib
from typing import Literal

from celery import Celery
from pydantic import BaseModel

from ambuda_desktop.worker.catalogue import catalogue, parameters_schema


class Script(enum.Enum):
    DEVANAGARI = "deva"
    IAST = "iast"


class Options(BaseModel):
    times: int = 1


def everything(  # type: ignore[no-untyped-def]
    title: str,
    pages: int = 3,
    quality: float = 0.5,
    gray: bool = False,
    kind: Literal["jpeg", "png"] = "jpeg",
    script: Script = Script.IAST,
    file: pathlib.Path | None = None,
    untyped=7,
    anything=None,
) -> None:
    """Takes one of each."""


def test_each_kind_of_parameter_has_its_schema() -> None:
    # When a task's parameters are told
    schema = parameters_schema(everything)
    fields = schema["properties"]

    # Then text, numbers, switches, choices and files can be told apart, and what must be given is said
    assert fields["title"]["type"] == "string"
    assert (fields["pages"]["type"], fields["pages"]["default"]) == ("integer", 3)
    assert fields["quality"]["type"] == "number"
    assert fields["gray"]["type"] == "boolean"
    assert fields["kind"]["enum"] == ["jpeg", "png"]
    assert schema["$defs"]["Script"]["enum"] == ["deva", "iast"]
    assert {"type": "string", "format": "path"} in fields["file"]["anyOf"]
    assert fields["untyped"]["type"] == "integer"
    assert schema["required"] == ["title"]
    json.dumps(schema)


def test_models_and_odd_annotations() -> None:
    def with_model(options: Options, *args: object, **kwargs: object) -> None: ...

    assert "Options" in parameters_schema(with_model)["$defs"]


def test_a_task_that_cannot_be_told_is_listed_all_the_same() -> None:
    # Given a plain task, a bound one, and one whose annotation names nothing
    app = Celery("unit", set_as_current=False)

    @app.task(name="plain")
    def plain(x: int) -> None:
        """Adds.

        Nothing else.
        """

    @app.task(name="bound", bind=True)
    def bound(self: object, y: int) -> None: ...

    @app.task(name="odd")
    def odd(z: "NoSuchThing") -> None: ...  # type: ignore[name-defined]  # noqa: F821

    # And one whose attributes are no text
    @app.task(name="strange", pool=Script.IAST)
    def strange() -> None: ...

    setattr(strange.run, "__doc__", 3)  # noqa: B010

    # Then all are in the catalogue, which is JSON
    found = {entry["name"]: entry for entry in catalogue(app)}
    assert found["plain"]["doc"] == "Adds.\n\nNothing else."
    assert list(found["bound"]["schema"]["properties"]) == ["y"]
    assert found["odd"]["schema"] is None
    assert (found["strange"]["doc"], found["strange"]["pool"]) == ("", "Script.IAST")
    json.dumps(list(found.values()))
    assert "celery.chord" in found  # its messages are sent, too
