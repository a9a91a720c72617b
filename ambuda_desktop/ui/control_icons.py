"""The small pictures inside controls: a style sheet takes them from files only, and cannot tint them."""

import functools
from pathlib import Path

from PySide6.QtCore import QTemporaryDir

from ambuda_desktop.paths import resources


@functools.cache
def _folder() -> QTemporaryDir:
    """A folder of this process's own, removed at its end."""
    return QTemporaryDir()


@functools.cache
def tinted(name: str, colour: str) -> str:
    """The path of an icon of resources/icons in a colour (`#rrggbb`), as a style sheet wants it."""
    source = (resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    target = Path(_folder().path()) / f"{name}-{colour.lstrip('#')}.svg"
    target.write_text(source.replace('stroke="#000"', f'stroke="{colour}"'), encoding="utf-8")
    return target.as_posix()
