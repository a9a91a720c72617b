"""The tasks that can be run, as the live workers tell them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Names of the program's own tasks, and of Celery's: they are there, but nobody runs them by hand.
_INNER = ("ambuda.", "celery.")


@dataclass(frozen=True)
class Entry:
    """A task: its name and words, the pool it runs in, and the JSON Schema of its parameters, where that is known."""

    name: str
    doc: str
    pool: str
    schema: dict[str, Any] | None
    module: str = ""

    @property
    def is_inner(self) -> bool:
        """Whether it is of the program itself, not of the user."""
        return self.name.startswith(_INNER)


def entries(facts: Mapping[str, Any]) -> list[Entry]:
    """All tasks of the fact `catalogue`: the user's first, by their names."""
    found = [
        Entry(
            one["name"],
            one.get("doc") or "",
            one.get("pool") or "cpu",
            one.get("schema"),
            one.get("module") or "",
        )
        for one in facts.get("catalogue") or []
    ]
    return sorted(found, key=lambda entry: (entry.is_inner, entry.name))
