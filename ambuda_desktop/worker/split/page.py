"""What an original can do: count its pages, and make one."""

from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from ambuda_desktop.params.split import PageOptions


class CannotMake(Exception):
    """This page cannot be made: `str` is a sentence for the user."""


class Made(NamedTuple):
    """A page image in memory, and what a person should know of it."""

    data: bytes | memoryview
    suffix: Literal[".jpg", ".png"]
    width: int  # pixels
    height: int  # pixels
    dpi: float  # pixels per inch of the page
    method: Literal["copied", "rendered"]
    warning: str | None = None


class Original(Protocol):
    """An opened book."""

    @property
    def count(self) -> int:
        """How many pages it has."""
        ...

    @property
    def doubt(self) -> str | None:
        """What is wrong with it as a whole, in a sentence."""
        ...

    def is_copied(self, number: int, options: PageOptions) -> bool:
        """Whether page `number` (from 1) will be copied out, which costs a fifth of rendering it."""
        ...

    def make(self, number: int, options: PageOptions, work: Path) -> Made:
        """The image of a page. `work`: a folder for temporary files. Raises CannotMake."""
        ...
