"""Running a command of this program in a process of its own: the window itself imports no engine."""

import json
import os
import subprocess
from dataclasses import dataclass
from typing import Any

from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.launch import program
from ambuda_desktop.paths import ENVIRONMENT, Paths
from ambuda_desktop.ui.background import Errand, Stopped

LOOK_EVERY = 0.1  # seconds between two looks at whether it should stop


@dataclass(frozen=True)
class Said:
    """What a command came to: the objects that it wrote, one a line."""

    exit_code: int
    objects: list[dict[str, Any]]


class DidNotWork(AmbudaError):
    """The command failed; the sentence is its own."""


def run_command(paths: Paths, errand: Errand, *arguments: str) -> Said:
    """Run a command that takes --json, off the GUI thread. Raises DidNotWork where it failed without an answer,
    Stopped where the errand was stopped: then its process has ended."""
    with subprocess.Popen(
        [*program(*arguments), "--json"], env={**os.environ, ENVIRONMENT: str(paths.root)},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    ) as process:  # fmt: skip
        while True:
            try:
                out, err = process.communicate(timeout=LOOK_EVERY)
                break
            except subprocess.TimeoutExpired:
                if errand.is_stopping():
                    process.kill()
                    raise Stopped from None
    found = _objects(out)
    if not found and process.returncode:
        raise DidNotWork(_complaint(err) or f"The command ended with the code {process.returncode}.")
    return Said(process.returncode, found)


def _objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def _complaint(err: str) -> str:
    """The sentence of a failed command; its last line where it had no time to say one."""
    told = [found["error"] for found in _objects(err) if "error" in found]
    lines = err.strip().splitlines()
    return " ".join(told) or (lines[-1] if lines else "")
