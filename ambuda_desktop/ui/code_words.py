"""What the daemon says of the task code, in words. Whatever is not known is not claimed."""

import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication

from ambuda_desktop.ui.durations import clock, lasting, plural, size
from ambuda_desktop.ui.pages.fact_table import Row

SHORT = 4  # hexadecimal digits: enough to tell today's code from this morning's
WIDE = ("W", "F")


def _tr(text: str) -> str:
    return QCoreApplication.translate("code_words", text)


def short(code: str) -> str:
    """The first digits of the code's hash."""
    return code[:SHORT]


def took(seconds: float) -> str:
    """`0.14 s`: of a reload the hundredths count."""
    return _tr("{:.2f} s").format(seconds) if seconds < 10 else lasting(seconds)


def names(files: Sequence[str]) -> str:
    """`split_pdf.py, pages.py and 3 more`; `the task code` where nobody saved anything."""
    if not files:
        return _tr("the task code")
    told = ", ".join(Path(file).name for file in files[:3])
    return told if len(files) <= 3 else _tr("{} and {} more").format(told, len(files) - 3)


def foot(facts: Mapping[str, Any]) -> list[str]:
    """For the foot of the window, the longest first: `code a41f · reloaded 0.14 s`, `code a41f`."""
    code = facts.get("code") or {}
    if not code.get("hash"):
        return []
    plain = _tr("code {}").format(short(code["hash"]))
    last = (facts.get("reloads") or [None])[-1]
    state = ""
    if code.get("fault"):
        state = (
            _tr("went back") if last and last["outcome"] == "went back" else _tr("the saved code is broken")
        )
    elif code.get("state") == "waiting":
        state = _tr("new code waits")
    elif not code.get("on", True):
        state = _tr("reload is off")
    elif last and last["outcome"] == "reloaded":
        state = _tr("reloaded {}").format(took(last["seconds"]))
    return [f"{plain} · {state}", plain] if state else [plain]


def live(facts: Mapping[str, Any]) -> str:
    """The live code and how it came to be: `a41f, reloaded split_pdf.py in 0.14 s at 14:02.`"""
    code = facts.get("code") or {}
    if not code.get("hash"):
        return _tr("None: the workers are starting.")
    last = (facts.get("reloads") or [None])[-1]
    words = short(code["hash"]) if last is None else f"{short(code['hash'])}, {_outcome_of(last)}"
    waits = f" {code['waits']}" if code.get("waits") else ""
    return words + ("." if not words.endswith(".") else "") + waits


def _outcome_of(reload: Mapping[str, Any]) -> str:
    told = {
        "reloaded": _tr("reloaded {files} in {took} at {at}"),
        "unchanged": _tr("saved {files} at {at}, which is as the live code was"),
        "refused": _tr("did not take up {files} at {at}. {why}"),
        "went back": _tr("went back to it at {at}. {why}"),
    }.get(reload["outcome"], "{files}")
    return told.format(
        files=names(reload["files"]),
        took=took(reload["seconds"]),
        at=clock(reload["at"]),
        why=reload["sentence"],
    )


def reloads(facts: Mapping[str, Any]) -> list[Row]:
    """`14:02:11 | reloaded | split_pdf.py | 0.14 s | a41f | `, newest first."""
    outcomes = {
        "reloaded": _tr("reloaded"),
        "unchanged": _tr("as it was"),
        "refused": _tr("not taken up"),
        "went back": _tr("went back"),
    }
    return [
        Row(
            (
                clock(one["at"], seconds=True), outcomes.get(one["outcome"], one["outcome"]), names(one["files"]),
                took(one["seconds"]) if one["seconds"] else "", short(one["code"]), one["sentence"],
            )
        )
        for one in reversed(facts.get("reloads") or [])
    ]  # fmt: skip


def folders(facts: Mapping[str, Any]) -> list[str]:
    """The folders that are watched."""
    return list((facts.get("code") or {}).get("folders") or ())


def generation_state(one: Mapping[str, Any]) -> str:
    """`ends 1 task, since 14:02`."""
    if one["state"] == "draining":
        tasks = plural(one.get("tasks", 0), _tr("ends %s task"), _tr("ends %s tasks"))
        since = one.get("draining_since")
        return _tr("{}, since {}").format(tasks, clock(since)) if since else tasks
    since = clock(one.get("live_since") or one["started_at"])
    return {
        "starting": _tr("starting since {}").format(since),
        "ready": _tr("ready, and takes over in a moment"),
        "live": _tr("live since {}").format(since),
        "resting": _tr("kept in case the new code fails"),
        "ending": _tr("ending"),
    }.get(one["state"], str(one["state"]))


def memory(one: Mapping[str, Any]) -> str:
    """What all processes of a generation use."""
    used = sum(process.get("memory") or 0 for process in one.get("processes") or ())
    return size(used) if used else ""


def fault_title(facts: Mapping[str, Any]) -> str:
    """What became of code that cannot be used."""
    last = (facts.get("reloads") or [None])[-1]
    if last and last["outcome"] == "went back":
        return _tr("The saved code was live and is not any more: {} runs again.").format(
            short((facts.get("code") or {}).get("hash") or "") or _tr("the code before")
        )
    return _tr("The saved code is not live; what ran before runs on.")


def place(fault: Mapping[str, Any]) -> str:
    """`/home/me/Ambuda/tasks/pings.py:3`; empty where no file is known."""
    file, line = fault.get("file") or "", fault.get("line") or 0
    return f"{file}:{line}" if file and line else file


def caret(text: str, column: int) -> str:
    """A line of code without its indent, and below it a caret under the column (from 1)."""
    bare = text.lstrip()
    at = max(0, min(len(bare), column - 1 - (len(text) - len(bare))))
    gap = "".join("\t" if letter == "\t" else " " * _cells(letter) for letter in bare[:at])
    return f"{bare}\n{gap}^" if column > 0 else bare


def _cells(letter: str) -> int:
    """How many columns a letter takes in a font of fixed width."""
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in WIDE else 1
