"""Which processes there are: what each has in hand, how much memory it takes, and how the last ones ended."""

import sqlite3
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psutil

from ambuda_desktop.daemon.generation import Generation
from ambuda_desktop.store import schema

MEMORY_EVERY = 2.0  # seconds between two looks at the memory of a process
MEMORY_STEP = 5_000_000  # bytes: a fact that changes all the time would wake every window all the time
MOST_EXITS = 20


class Census:
    """Gathers the facts `processes` of each generation, and `exits`."""

    def __init__(self, exits: list[dict[str, Any]]) -> None:
        self.exits = exits
        self._memory: dict[int, int] = {}  # bytes, by pid
        self._pids: dict[str, list[int]] = {}  # by queue
        self._next_look = 0.0

    def exited(self, pid: int | None, pool: str, what: str, reason: str, task: str | None = None) -> None:
        """Note that a process ended that should not have."""
        found = {"at": time.time(), "pid": pid, "pool": pool, "what": what, "reason": reason, "task": task}
        self.exits = [*self.exits, found][-MOST_EXITS:]

    def processes(
        self, generations: Sequence[Generation], in_flight: Sequence[sqlite3.Row]
    ) -> dict[str, list[dict[str, Any]]]:
        """By queue, the processes that run tasks: a line for each task in hand, and one for each idle process."""
        self._look(generations)
        return {
            g.queue: self._of(g, [r for r in in_flight if r["generation"] == g.queue]) for g in generations
        }

    def _of(self, generation: Generation, rows: Sequence[sqlite3.Row]) -> list[dict[str, Any]]:
        busy = [r for r in rows if r["state"] != schema.SENT and r["pid"]]
        lines = [self._line(r["pid"], r["id"], r["started_at"]) for r in busy]
        idle = sorted(set(self._pids.get(generation.queue, ())) - {r["pid"] for r in busy})
        return sorted([*lines, *(self._line(pid, None, None) for pid in idle)], key=lambda line: line["pid"])

    def _line(self, pid: int, task: str | None, since: float | None) -> dict[str, Any]:
        return {"pid": pid, "memory": self._memory.get(pid), "task": task, "since": since}

    def _look(self, generations: Sequence[Generation]) -> None:
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + MEMORY_EVERY
        self._pids, self._memory = {}, {}
        for generation in generations:
            pids: list[int] = []
            if generation.pid is None:
                continue
            with suppress(psutil.Error):
                main = psutil.Process(generation.pid)
                for process in main.children() if generation.kind == "prefork" else [main]:
                    with suppress(psutil.Error):
                        memory = process.memory_info().rss
                        self._memory[process.pid] = round(memory / MEMORY_STEP) * MEMORY_STEP
                        pids.append(process.pid)
            self._pids[generation.queue] = pids


def exit_code(code: int | None) -> str:
    """What a worker's exit code means: `code 1`, `signal 9`."""
    return f"signal {-code}" if code is not None and code < 0 else f"code {code}"
