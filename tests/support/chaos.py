"""Chaos: books are split while a seeded killer strikes every part of the program, alone and together."""

import random
import subprocess
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from ambuda_desktop.launch import daemon_is_running, start_daemon
from tests.support.chaos_books import Expected, make_books
from tests.support.chaos_check import check
from tests.support.chaos_kills import Killer
from tests.support.chaos_log import begin_log
from tests.support.chaos_report import KINDS, Recovery, Report
from tests.support.chaos_submits import Submits
from tests.support.chaos_witness import Witness
from tests.support.program import Program

A_BOOK = 50  # pages
ECHOES = 0.25  # of the kills strike while the program recovers from the one before
ECHO = 0.5  # seconds, on the average, from a kill to its echo
DELAY = 0.2  # seconds, on the average, from the page that a kill waits for to the kill
TICK = 0.02  # seconds
AWAY = 0.5  # seconds, on the average, until somebody opens a window again
WINDOW_PATIENCE = 3.0  # seconds that a window gets to start a daemon; then somebody presses its button
END = 120.0  # seconds without a page until what is left is said to be lost


class Stalled(Exception):
    """No page was made for a long time, and what was waited for did not come either."""


class Chaos:
    """One seed in one data folder."""

    def __init__(self, program: Program, seed: int, kills: int, pages: int, outside: Path) -> None:
        """`outside`: a folder for what must survive the data folder."""
        self.program = program
        self.report = Report(seed)
        self._random = random.Random(seed)
        self._kinds = _deck(kills, self._random)
        self._pages = pages
        self._books: Sequence[Expected] = make_books(outside / "books", pages, A_BOOK)
        self._witness = Witness(outside / "witness")
        self._submits = Submits(
            program, self._books, lambda: len(self._witness.fresh), lambda: len(self._struck) / kills
        )
        self._killer = Killer(program, self._random)
        self._window: subprocess.Popen[bytes] | None = None
        self._window_at = 0.0  # time.monotonic(): when somebody opens one again
        self._away_since: float | None = None  # time.monotonic() since when there is no daemon
        self._struck: list[tuple[str, float]] = []

    def run(self) -> Report:
        """Kill until all kills are made and all books are done, then look at what came of it."""
        begin = time.monotonic()
        self.program.paths.tasks.mkdir(exist_ok=True)
        (self.program.paths.tasks / "witness.py").write_text(self._witness.code())
        begin_log(self.program.connection)
        self._submits.start()
        try:
            self._strike_all()
            self._wait_until(self._all_over, "every task ends")
        except Stalled as stalled:
            self.report.lost.append(str(stalled))
        finally:
            self._submits.stop()
            self._close_window()
        self.report.took = time.monotonic() - begin
        self.program.stop()
        self._start_once_more()
        self._witness.read()
        self._measure()
        self.report.refused = self._submits.refused
        check(self.program, self._submits.accepted, self._witness, self.report)
        return self.report

    # Kills.

    def _strike_all(self) -> None:
        """Each kill waits for a page of its own, chosen among all: so they lie as far apart as chance has it."""
        moments = sorted(self._random.uniform(0, 0.9 * self._pages) for _ in self._kinds)
        for kind, moment in zip(self._kinds, moments, strict=True):
            if self._struck and self._random.random() < ECHOES:
                self._go_on(self._random.expovariate(1 / ECHO))
            else:
                self._wait_until(partial(self._have_made, moment), f"page {moment:.0f}")
                self._go_on(self._random.expovariate(1 / DELAY))
            self._wait_until(partial(self._strike, kind), f"there is a {kind} to kill")

    def _have_made(self, pages: float) -> bool:
        return len(self._witness.fresh) >= pages

    def _strike(self, kind: str) -> bool:
        if kind == "power cut":
            with self._submits.quiet:
                at = self._killer.strike(kind)
        else:
            at = self._killer.strike(kind)
        if at is None:
            return False
        self._struck.append((kind, at))
        self.report.kills[kind] += 1
        return True

    # What people do meanwhile.

    def _look(self) -> None:
        """One look at everything: open a window where none is, start a daemon where nobody does."""
        self._witness.read()
        if self._submits.error is not None:
            raise self._submits.error
        now = time.monotonic()
        if self._window is not None and self._window.poll() is not None:
            self._window = None
            self._window_at = now + self._random.expovariate(1 / AWAY)
        if self._window is None and now >= self._window_at:
            self._window = self._open_window()
        if daemon_is_running(self.program.paths):
            self._away_since = None
        elif self._away_since is None:
            self._away_since = now
        elif now - self._away_since > WINDOW_PATIENCE:
            self.report.started += start_daemon(self.program.paths)
            self._away_since = None

    def _open_window(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            self.program.command("window"), env={**self.program.environment, "QT_QPA_PLATFORM": "offscreen"},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def _close_window(self) -> None:
        if self._window is not None:
            self._window.kill()
            self._window.wait()

    def _go_on(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._look()
            time.sleep(TICK)

    def _wait_until(self, true: Callable[[], bool], what: str) -> None:
        """Raises Stalled where no page is made for a long time either."""
        pages, deadline = -1, 0.0
        while not true():
            if len(self._witness.fresh) != pages:
                pages, deadline = len(self._witness.fresh), time.monotonic() + END
            if time.monotonic() >= deadline:
                raise Stalled(f"Waited in vain: {what}; {pages} pages are made")
            self._look()
            time.sleep(TICK)

    # What is left.

    def _start_once_more(self) -> None:
        """A daemon that starts puts right what the last kills have left; so nothing of it may be there after this."""
        self.program.start_daemon()
        self.program.stop()

    def _all_over(self) -> bool:
        if self._submits.error is not None:  # who submits no more because of that is not over
            raise self._submits.error
        left = self.program.connection.execute(
            "SELECT count(*) FROM tasks WHERE ended_at IS NULL OR finish IS NOT NULL"
        ).fetchone()[0]
        return self._submits.over and not left

    def _measure(self) -> None:
        """From each kill to the next new page. After the last page nothing can be measured."""
        for number, (kind, at) in enumerate(self._struck):
            after = [page for page in self._witness.fresh if page > at]
            if after:
                more = tuple(k for k, other in self._struck[number + 1 :] if other < min(after))
                found = Recovery(kind, at - self._struck[0][1], min(after) - at, more)
                self.report.recoveries.append(found)


def _deck(kills: int, chance: random.Random) -> list[str]:
    """As many of each kind, as nearly as can be, in any order."""
    rest = chance.sample(KINDS, kills % len(KINDS))
    deck = [*KINDS * (kills // len(KINDS)), *rest]
    chance.shuffle(deck)
    return deck
