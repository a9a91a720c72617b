"""The task code and the workers that run it, as one: what the daemon ticks, tells and stops."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ambuda_desktop.daemon.census import Census
from ambuda_desktop.daemon.code_watch import CodeWatch
from ambuda_desktop.daemon.generation import Generation
from ambuda_desktop.daemon.generations import Generations
from ambuda_desktop.daemon.reload_history import ReloadHistory
from ambuda_desktop.daemon.reloader import Reloader
from ambuda_desktop.daemon.task_code import TaskCode
from ambuda_desktop.daemon.warmth import Warmth
from ambuda_desktop.errors import BadInput
from ambuda_desktop.paths import Paths
from ambuda_desktop.pools import NET, POOLS, Sizes, default_sizes
from ambuda_desktop.settings import Settings
from ambuda_desktop.store.facts import fact, take_wish, wish
from ambuda_desktop.store.known_tasks import waiting_for_code
from ambuda_desktop.task_folders import own_folder, usable_folders

EVERY = 1.0  # seconds between two looks at what waits for its code


class LiveCode:
    """Fork server, generations and reloader over one set of task folders."""

    def __init__(
        self, paths: Paths, connection: sqlite3.Connection, notice: Callable[[str], None], census: Census,
        wake: Callable[[], None], extra: Sequence[Path],
    ) -> None:  # fmt: skip
        self._paths, self._connection, self._notice, self._extra = paths, connection, notice, extra
        self._complaints: list[str] = []  # about folders that cannot be used; said already
        paths.tasks.mkdir(mode=0o700, exist_ok=True)
        code = TaskCode(self._usable_folders(), own_folder())
        self._code, self._warmth = code, Warmth(paths, notice)
        self._watch = CodeWatch(self._watched_folders(), wake)
        self.generations = Generations(paths, self._sizes(), notice, census, code, self._warmth)
        self._history = ReloadHistory(fact(connection, "reloads") or [])
        self._reloader = Reloader(code, self._watch, self.generations, self._warmth, self._history)
        self._waiting: dict[str, int] = {}
        self._next_count = 0.0

    @property
    def is_booting(self) -> bool:
        """Whether somebody waits for new code."""
        return self._reloader.is_booting or self.generations.is_booting

    @property
    def has_news(self) -> bool:
        """Whether something became of saved code that is not yet among the facts."""
        return self._history.is_news and self._is_told

    def tick(self, busy: set[str]) -> list[Generation]:
        """One round. `busy`: queues of generations that have tasks. Returns the generations that ended."""
        gone = self.generations.tick(busy)
        self._reloader.tick()
        return gone

    def follow_wishes(self) -> None:
        """Task folders, pool sizes, reload now, restart, end an old generation, reload on or off."""
        self._follow_folders()
        self._reloader.is_on = self._is_on()
        if self.generations.is_full:  # what would start further generations waits; one may be ended by hand
            if queues := take_wish(self._connection, "stop_generations"):
                self.generations.stop_draining(queues)
            return
        self.generations.resize(self._sizes())
        for key, does in (("reload", lambda _: self._reloader.reload_now()),
                          ("restart", lambda _: self.generations.restart()),
                          ("stop_generations", self.generations.stop_draining)):  # fmt: skip
            # Asked first: taking one is a write, and this is asked all the time.
            if wish(self._connection, key) and (wanted := take_wish(self._connection, key)):
                does(wanted)

    def facts(self) -> dict[str, Any]:
        """The facts `code`, `reloads`, `catalogue` and `waiting_for_code`."""
        live = [g for pool in POOLS if (g := self.generations.live(pool))]
        now = time.monotonic()
        if now >= self._next_count:
            self._next_count = now + EVERY
            self._waiting = waiting_for_code(self._connection)
        facts: dict[str, Any] = {"waiting_for_code": self._waiting}
        if self._is_told:
            folders = [str(folder) for folder in self._code.folders]
            code = live[0].code if live else ""
            facts |= self._history.facts(code, folders, is_on=self._reloader.is_on)
        if catalogue := next((g.catalogue for g in live if g.catalogue), None):
            facts["catalogue"] = catalogue
        return facts

    @property
    def _is_told(self) -> bool:
        """Whether what is live has said what it can run: the news of a reload come with its forms, not before."""
        live = self.generations.live(NET)
        return live is None or live.catalogue is not None

    def stop(self, timeout: float) -> None:
        """End everything; `timeout`: seconds that workers get."""
        self._watch.stop()
        self.generations.stop(timeout)

    def _follow_folders(self) -> None:
        """A folder that the settings name goes live, and one that they name no more goes."""
        try:
            folders = self._usable_folders()
        except BadInput:  # the settings are damaged: the folders stay
            return
        if folders != self._code.folders:
            changed = self._code.follow(folders)
            self._watch.follow(self._watched_folders())
            self._reloader.note(changed, urgent=False)

    def _usable_folders(self) -> list[Path]:
        folders, complaints = usable_folders(self._paths, self._extra)
        for sentence in complaints:
            if sentence not in self._complaints:
                self._notice(sentence)
        self._complaints = complaints
        return folders

    def _watched_folders(self) -> list[Path]:
        return [*self._code.folders, *([self._code.own] if self._code.own else [])]

    def _sizes(self) -> Sizes:
        return {**default_sizes(), **(wish(self._connection, "pools") or {})}

    def _is_on(self) -> bool:
        try:
            return Settings.load(self._paths.settings).reload
        except BadInput:
            return self._reloader.is_on
