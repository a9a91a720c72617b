"""Looking at saved code before anything is started for it."""

import tokenize
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Fault:
    """Why saved code cannot be used. `line` and `column` are from 1; 0 where nobody knows."""

    file: str
    sentence: str
    line: int = 0
    column: int = 0
    text: str = ""  # the line as it stands in the file
    traceback: str = ""


def first_fault(files: Iterable[Path]) -> Fault | None:
    """The first error of syntax in these files. Those that are gone have none."""
    for file in files:
        try:
            source = file.read_bytes()
        except OSError:
            continue
        try:
            compile(source, str(file), "exec", dont_inherit=True)
        except SyntaxError as error:
            return _fault(file, error)
        except ValueError as error:  # a null byte
            return Fault(str(file), f"{file.name} is no Python: {error}.")
    return None


def _fault(file: Path, error: SyntaxError) -> Fault:
    line, column = error.lineno or 0, error.offset or 0
    text = (error.text or "").rstrip("\n")
    if not text and line:
        try:
            with tokenize.open(file) as opened:
                text = opened.read().splitlines()[line - 1]
        except (OSError, SyntaxError, IndexError):
            text = ""
    return Fault(str(file), f"{file.name}, line {line}: {error.msg}.", line, column, text)
