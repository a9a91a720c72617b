"""What a check found."""

from dataclasses import dataclass
from typing import Literal

#: `look`: the program works, but something could be better.
Level = Literal["ok", "look", "problem"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: `says` is how it is, `mend` what to do where it is not well."""

    what: str
    level: Level
    says: str
    mend: str = ""
