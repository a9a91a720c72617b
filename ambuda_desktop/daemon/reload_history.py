"""What became of saved code: the last reloads, and what is wrong with the last one."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ambuda_desktop.daemon.syntax import Fault

log = logging.getLogger(__name__)

MOST = 20


class ReloadHistory:
    """The facts `reloads` (oldest first) and `code`."""

    def __init__(self, reloads: list[dict[str, Any]], clock: Callable[[], float] = time.monotonic) -> None:
        self.reloads = reloads[-MOST:]
        self._clock = clock
        self._files: list[str] = []
        self._begun = 0.0
        self._waits: str | None = None
        self.state = "idle"  # loading, refused, waiting
        self.fault: Fault | None = None
        #: Whether something came that nobody was told yet: whoever saves, looks.
        self.is_news = False

    @property
    def is_refused(self) -> bool:
        """Whether the code on the disk is not the live one, because it cannot be used."""
        return self.fault is not None

    def begin(self, files: Sequence[Path], at: float) -> None:
        """These files were saved `at` a moment of the clock."""
        self._files, self._begun = [str(file) for file in files], at
        self.state, self._waits = "loading", None
        self.is_news = True

    def wait(self, why: str | None) -> None:
        """Saved code waits for something; None: no longer."""
        if why is not None:
            self.state = "waiting"
        elif self.state == "waiting":
            self.state = "refused" if self.is_refused else "idle"
        self._waits = why

    def end(self, outcome: str, code: str) -> None:
        """The code is live: `reloaded`, or `unchanged` where it was all the time."""
        self.state, self.fault, self._waits = "idle", None, None
        entry = self._note(outcome, code)
        log.info("%s %s in %.2f s", outcome.capitalize(), _names(self._files), entry["seconds"])

    def refuse(self, fault: Fault, code: str) -> None:
        """The code cannot be used; the live one stays."""
        self.state, self.fault, self._waits = "refused", fault, None
        self._note("refused", code, sentence=fault.sentence)
        log.warning("Not reloaded: %s%s", fault.sentence, _caret(fault))
        if fault.traceback:
            log.warning("%s", fault.traceback.rstrip())

    def went_back(self, code: str) -> None:
        """The code was live and stopped its workers; the one before runs again."""
        sentence = "It stopped its workers, so the code before runs again."
        self.state, self.fault = "refused", Fault("", sentence)
        self._note("went back", code, sentence=sentence)

    def facts(self, hash_: str, folders: Sequence[str], *, is_on: bool) -> dict[str, Any]:
        """The facts for the board, which tells them."""
        self.is_news = False
        code = {
            "hash": hash_, "folders": list(folders), "on": is_on, "state": self.state, "waits": self._waits,
            "fault": asdict(self.fault) if self.fault else None,
        }  # fmt: skip
        return {"reloads": self.reloads, "code": code}

    def _note(self, outcome: str, code: str, sentence: str = "") -> dict[str, Any]:
        entry = {
            "at": time.time(), "files": self._files, "outcome": outcome, "code": code, "sentence": sentence,
            "seconds": round(self._clock() - self._begun, 3) if self._begun else 0.0,
        }  # fmt: skip
        self.reloads = [*self.reloads, entry][-MOST:]
        self.is_news = True
        return entry


def _names(files: Sequence[str]) -> str:
    if not files:
        return "the task code"
    names = ", ".join(Path(file).name for file in files[:3])
    return names if len(files) <= 3 else f"{names} and {len(files) - 3} more"


def _caret(fault: Fault) -> str:
    if not fault.text:
        return ""
    return f"\n    {fault.text}\n    {' ' * max(0, fault.column - 1)}^"
