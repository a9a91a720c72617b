"""The log of one task: the lines that carry its id, from the files of all processes, in the order of their times."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ambuda_desktop.paths import Paths

MOST = 5_000  # lines
# As logs.FORMAT writes it: time, level, process, task, logger.
_RECORD = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) (\w+) +(\d+) (\S+) (\S+): ")


@dataclass(frozen=True)
class LogLine:
    """A record with the lines that belong to it (a traceback, say)."""

    time: str  # 2026-11-24 13:50:06,123
    level: str
    text: str  # all of it, as it stands in the file


def task_log(paths: Paths, task_id: str) -> list[LogLine]:
    """What was logged while the task `task_id` was in hand, at most the last 5,000 records. Empty where nothing was."""
    found: list[LogLine] = []
    for file in sorted([*paths.logs.glob("*.log.1"), *paths.logs.glob("*.log")]):
        found += _of_task(file, task_id)
    return sorted(found, key=lambda line: line.time)[-MOST:]


def _of_task(file: Path, task_id: str) -> Iterator[LogLine]:
    record: list[str] = []
    head: re.Match[str] | None = None
    try:
        with file.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                begins = _RECORD.match(line)
                if begins:
                    if head:
                        yield LogLine(head[1], head[2], "".join(record).rstrip("\n"))
                    head, record = (begins, []) if begins[4] == task_id else (None, [])
                if head:
                    record.append(line)
    except FileNotFoundError:
        return
    if head:
        yield LogLine(head[1], head[2], "".join(record).rstrip("\n"))
