"""The log of one task: the lines that carry its id, from the files of all processes, in the order of their times."""

import os
import re
from dataclasses import dataclass, field
from typing import BinaryIO

from ambuda_desktop.paths import Paths

MOST = 5_000  # records
PORTION = 1 << 20  # bytes read at once
# As logs.FORMAT writes it: time, level, process, task, logger.
RECORD = re.compile(
    r"^(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}) (?P<level>\w+) +\d+ (?P<task>\S+) \S+: "
)


@dataclass(frozen=True)
class LogLine:
    """A record with the lines that belong to it (a traceback, say)."""

    time: str  # 2026-11-24 13:50:06,123
    level: str
    text: str  # all of it, as it stands in the file

    @property
    def message(self) -> str:
        """What was said, without time, level, process, task and logger."""
        return RECORD.sub("", self.text, count=1)


class TaskLog:
    """Follows the log of one task: each `read()` looks only at what was written since the last one."""

    def __init__(self, paths: Paths, task_id: str) -> None:
        self._paths, self._task_id = paths, task_id
        self._files: dict[int, _File] = {}  # by inode: a file that is set aside keeps what was read of it

    def read(self) -> list[LogLine]:
        """All of it so far, at most the last 5,000 records. Empty where nothing was logged."""
        for path in sorted([*self._paths.logs.glob("*.log.1"), *self._paths.logs.glob("*.log")]):
            try:
                with path.open("rb") as stream:
                    inode = path.stat().st_ino
                    self._files.setdefault(inode, _File(self._task_id)).read_on(stream)
            except FileNotFoundError:
                continue  # just set aside
        found = [line for file in self._files.values() for line in file.lines()]
        return sorted(found, key=lambda line: line.time)[-MOST:]


def task_log(paths: Paths, task_id: str) -> list[LogLine]:
    """What was logged while the task `task_id` was in hand, at most the last 5,000 records. Empty where nothing was."""
    return TaskLog(paths, task_id).read()


@dataclass
class _File:
    """How far one file has been read, and the records of the task in it."""

    task_id: str
    position: int = 0
    records: list[list[str]] = field(default_factory=list)
    ours: bool = False  # whether the last record seen is the task's, so that what follows may belong to it

    def lines(self) -> list[LogLine]:
        found = []
        for record in self.records:
            head = RECORD.match(record[0])
            assert head is not None
            found.append(LogLine(head["time"], head["level"], "\n".join(record)))
        return found

    def read_on(self, stream: BinaryIO) -> None:
        if stream.seek(0, os.SEEK_END) < self.position:
            self.position, self.records, self.ours = 0, [], False  # another file has its inode now
        stream.seek(self.position)
        while portion := stream.read(PORTION):
            # A line that is being written, or is cut by the portion, is read the next time.
            whole, newline, _ = portion.rpartition(b"\n")
            if not newline:
                if len(portion) < PORTION:
                    return
                whole = portion  # a line longer than a portion
            self.position += len(whole) + len(newline)
            stream.seek(self.position)
            # Most portions know nothing of the task: those are not even cut into lines.
            if self.ours or self.task_id.encode() in whole:
                for line in whole.decode(errors="replace").split("\n"):
                    self._take(line)

    def _take(self, line: str) -> None:
        head = RECORD.match(line)
        if head:
            self.ours = head["task"] == self.task_id
            if self.ours:
                self.records.append([line])
                del self.records[:-MOST]
        elif self.ours:
            self.records[-1].append(line)
