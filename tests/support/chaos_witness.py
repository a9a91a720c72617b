"""What workers do, written down by themselves, outside of the data folder: order proves what ran beside what.

`CODE` is a file of the user's task code. It wraps three functions in each generation, after the fork, so that every
process appends a line when it has claimed a task, when it begins and has written a page, and before it gives its lease
back. One `write` with O_APPEND: lines of all processes have one order, and a kill leaves whole lines or none.

A line of one process after another one's claim of the same task is two at a time: an overlapping lease, or an output
of a superseded attempt. Not seen: a process that still holds a task, and does none of the four any more.
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

CODE = """
import contextlib
import os
import time

import ambuda_desktop.worker.split.make_page as pages
import ambuda_desktop.worker.task as tasks

current = ""
out = os.open({place!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


def say(what, task, more=""):
    os.write(out, f"{{time.time()}}\\t{{os.getpid()}}\\t{{what}}\\t{{task}}\\t{{more}}\\n".encode())


def claim(connection, task_id, attempt, pid, claim=tasks.claim):
    global current
    verdict = claim(connection, task_id, attempt, pid)
    if verdict == "run":
        current = task_id
        say("claim", task_id, attempt)
    return verdict


@contextlib.contextmanager
def holding(path, holding=tasks.holding, **options):
    with holding(path, **options) as leased:
        try:
            yield leased
        finally:
            if leased and current == path.name:
                say("leave", path.name)


def write(target, work, made, write=pages._write):
    page = f"{{work.parent.parent.name}}/{{target.name}}"
    say("begin", current, page)
    write(target, work, made)
    say("wrote", current, page)


tasks.claim, tasks.holding, pages._write = claim, holding, write
"""


@dataclass
class Witness:
    """The lines so far; `read()` takes in new ones."""

    place: Path
    pages: Counter[str] = field(default_factory=Counter)  # how often each page was written
    fresh: list[float] = field(default_factory=list)  # when each page was written for the first time
    claims: int = 0
    overlaps: list[str] = field(default_factory=list)
    _holder: dict[str, str] = field(default_factory=dict)  # task to pid
    _offset: int = 0

    def code(self) -> str:
        """The task file that makes the workers write."""
        return CODE.format(place=str(self.place))

    def read(self) -> None:
        """Take in what came since."""
        if not self.place.exists():
            return
        with self.place.open("rb") as file:
            file.seek(self._offset)
            data = file.read()
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        for line in whole.decode().splitlines():
            self._take(*line.split("\t"))

    def _take(self, at: str, pid: str, what: str, task: str, more: str) -> None:
        if what == "claim":
            self.claims += 1
            self._holder[task] = pid
        elif self._holder.get(task) != pid:
            self.overlaps.append(f"{what} {more} of {task} by {pid} while {self._holder.get(task)} has it")
        if what == "wrote":
            self.pages[more] += 1
            if self.pages[more] == 1:
                self.fresh.append(float(at))
