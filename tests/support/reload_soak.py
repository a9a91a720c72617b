"""Reloads without end, under load, with saves of every kind and kills of every part: for a test and a benchmark."""

import itertools
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from ambuda_desktop.pools import POOLS
from ambuda_desktop.store.connection import connect, transaction
from ambuda_desktop.store.submit import NewTask, insert
from tests.support.program import Program

RATE = 100  # tasks a second
BATCH = 10  # tasks a transaction
MOST_WAITING = 400  # tasks; a machine that is slower than the rate is not buried
SLOW_EVERY = 200  # tasks: one of so many keeps its generation for a while
SETTLED_AFTER = 5  # reloads until memory and descriptors are what they are to stay

#: Each task that comes to its end writes its id down, so that ends that nobody recorded are counted too.
TASKS = """
import os
import time
import _soaked
from ambuda_desktop.celery_app import app
VERSION = {version}

@app.task(bind=True)
def mark(self, seconds=0.0):
    time.sleep(seconds)
    ends = os.open(os.path.join(os.environ["AMBUDA_DESKTOP_DATA_DIR"], "ends"), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(ends, b"\\n" + self.request.id.encode() + b"\\n")  # a kill may leave half a line; not of two tasks
    os.close(ends)
    return max(VERSION, _soaked.VERSION)
"""
HELPER = "VERSION = {version}\n"
BROKEN = {
    "syntax": "def broken(:\n",
    "import": "import not_there\n",
    "exit": "import os\nos._exit(3)\n",
}


def in_place(file: Path, source: str) -> None:
    file.write_text(source)


def renamed_over(file: Path, source: str) -> None:
    part = file.with_name(f".{file.name}.swp")
    part.write_text(source)
    part.replace(file)


def as_vim_does(file: Path, source: str) -> None:
    backup = file.with_name(f"{file.name}~")
    if file.exists():
        file.rename(backup)
    file.write_text(source)
    backup.unlink(missing_ok=True)


def deleted_and_made(file: Path, source: str) -> None:
    file.unlink(missing_ok=True)
    time.sleep(0.02)  # longer than an editor takes, shorter than what counts as quiet
    file.write_text(source)


SAVES: tuple[Callable[[Path, str], None], ...] = (in_place, renamed_over, as_vim_does, deleted_and_made)


@dataclass
class Size:
    """What a process takes, less what it takes for each generation."""

    rss: int = 0  # bytes
    pss: int = 0  # bytes
    descriptors: int = 0


@dataclass
class Report:
    """What happened. `early` and `late`: the fork server after a few reloads and at the end."""

    seed: int
    reloads: int = 0
    broken: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(
        default_factory=list
    )  # from save to the first answer, where nothing was killed
    tasks: int = 0
    states: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)  # of those that did not end well
    reruns: int = 0
    doubled: int = 0  # came to their end more than once, because the first end died with a process
    stale: list[str] = field(
        default_factory=list
    )  # answers by code that was older than what was live when the task was submitted
    went_back: int = 0
    early: Size = field(default_factory=Size)
    late: Size = field(default_factory=Size)
    daemon_descriptors: list[tuple[int, int]] = field(default_factory=list)  # early and late, of each daemon
    zombies: int = 0
    took: float = 0.0  # seconds

    def __str__(self) -> str:
        seconds = sorted(self.seconds)
        median = seconds[len(seconds) // 2] if seconds else 0.0
        mb = 1e6
        return (
            f"seed {self.seed}: {self.reloads} reloads, {self.broken} of them broken, in {self.took:.0f} s; "
            f"median {median:.2f} s from save to answer; kills: {dict(self.kills)}; {self.tasks} tasks: "
            f"{dict(self.states)}, {self.reruns} sent again, {self.doubled} run twice, "
            f"{len(self.stale)} in old code {self.stale[:5]}; "
            f"errors {dict(self.errors)}; went back {self.went_back} times; "
            f"fork server rss {self.early.rss / mb:.1f} -> {self.late.rss / mb:.1f} MB, "
            f"pss {self.early.pss / mb:.1f} -> {self.late.pss / mb:.1f} MB, "
            f"descriptors {self.early.descriptors} -> {self.late.descriptors}; "
            f"daemon's descriptors {self.daemon_descriptors}; zombies {self.zombies}"
        )


class Load(threading.Thread):
    """Submits tasks at a steady rate until it is stopped. `floors`: by id, the version that was live then."""

    def __init__(self, program: Program) -> None:
        super().__init__(name="load", daemon=True)
        self.floors: dict[str, int] = {}
        self.floor = 1
        self._program = program
        self._ended = threading.Event()

    def run(self) -> None:
        numbers = itertools.count(1)
        with closing(connect(self._program.paths.store)) as connection:
            while not self._ended.wait(BATCH / RATE):
                waiting = connection.execute("SELECT count(*) FROM tasks WHERE ended_at IS NULL").fetchone()[
                    0
                ]
                if waiting > MOST_WAITING:
                    continue
                floor = self.floor  # before they are submitted
                tasks = [self._task(next(numbers)) for _ in range(BATCH)]
                with transaction(connection):
                    insert(connection, tasks)
                self.floors |= {task.id: floor for task in tasks}

    def stop(self) -> None:
        self._ended.set()
        self.join()

    def _task(self, number: int) -> NewTask:
        if number % SLOW_EVERY == 0:
            return NewTask("soak.mark", kwargs={"seconds": 1.5})
        return NewTask("soak.mark", pool="net" if number % 5 == 0 else "cpu")


class Soak:
    """One program under load. `kinds`: what may be killed."""

    def __init__(self, program: Program, seed: int, kinds: tuple[str, ...]) -> None:
        self.program, self.kinds = program, kinds
        self.report = Report(seed)
        self._random = random.Random(seed)
        self._version = 1
        self._broken_file: Path | None = None
        self._went_back: set[float] = set()  # when
        self._early_descriptors: int | None = None
        self._since_start = 0  # reloads since the daemon was started
        self._load = Load(program)

    def run(self, reloads: int) -> Report:
        """Reload so many times, then wait until every task has ended."""
        begin = time.monotonic()
        self.program.paths.tasks.mkdir(exist_ok=True)
        for file in self._files:
            file.write_text(self._source(file))
        self.daemon = self.program.start_daemon()
        self._load.start()
        try:
            for number in range(1, reloads + 1):
                self._round(last=number == reloads)
                if self._since_start == SETTLED_AFTER:
                    self._measure_early()
        finally:
            self._load.stop()
        self._wait_for_all()
        self._measure_late()
        self._count()
        self.report.took = time.monotonic() - begin
        return self.report

    @property
    def _files(self) -> list[Path]:
        return [self.program.paths.tasks / name for name in ("_soaked.py", "soak.py")]

    def _source(self, file: Path) -> str:
        return (TASKS if file.name == "soak.py" else HELPER).format(version=self._version)

    def _round(self, *, last: bool) -> None:
        self.report.reloads += 1
        self._since_start += 1
        save = self._random.choice(SAVES)
        file = self._broken_file or self._random.choice(self._files)
        kill = self._random.choice(self.kinds) if self._random.random() < 0.4 else None
        if kill == "daemon":
            self._measure_daemon()
        if not last and self._broken_file is None and kill != "daemon" and self._random.random() < 0.15:
            self._broken_file = file
            self._break(save, file, kill)
            return
        self._broken_file = None
        self._version += 1
        begin = time.monotonic()
        save(file, self._source(file))
        if kill:
            self._kill(kill)
        self._wait_for_answer()
        if not kill:
            self.report.seconds.append(time.monotonic() - begin)
        self._load.floor = self._version

    def _break(self, save: Callable[[Path, str], None], file: Path, kill: str | None) -> None:
        self.report.broken += 1
        at = time.time()
        save(file, self._random.choice(list(BROKEN.values())))
        if kill:
            self._kill(kill)
        self.program.wait_until(
            lambda: any(
                r["outcome"] in ("refused", "went back") and r["at"] >= at
                for r in self.program.fact("reloads") or []
            ),
            "the broken code is refused",
        )

    def _wait_for_answer(self) -> None:
        """Until tasks that are submitted now are answered by the code that was saved last, in both pools: where one of
        them was started again meanwhile, it has the new code before the other."""

        def answers() -> bool:
            tasks = [NewTask("soak.mark", pool=pool, priority=1) for pool in POOLS]
            insert(self.program.connection, tasks)
            return {self.program.wait_for_end(task.id).value for task in tasks} == {self._version}

        self.program.wait_until(answers, f"version {self._version} answers")
        reloads = self.program.fact("reloads") or []  # the last few only
        self._went_back |= {r["at"] for r in reloads if r["outcome"] == "went back"}

    # Kills.

    def _kill(self, kind: str) -> None:
        pid = self._victim(kind)
        if pid is None:
            return
        if kind != "candidate":
            time.sleep(self._random.uniform(0.0, 0.4))  # at any step of the switch
        self.report.kills[kind] += 1
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        if kind == "daemon":
            self.daemon.wait()
            self.program.wait_until(lambda: not self.program.processes(), "nothing outlives the daemon")
            self.daemon = self.program.start_daemon()
            self._early_descriptors, self._since_start = None, 0

    def _victim(self, kind: str) -> int | None:
        if kind == "candidate":
            return self._candidate()
        if kind == "fork server":
            return self._fork_server()
        return self.daemon.pid if kind == "daemon" else self._generation(kind)

    def _candidate(self) -> int | None:
        """A generation that the daemon has not yet spoken of."""
        known = {g["pid"] for g in self.program.fact("generations")}
        deadline = time.monotonic() + 0.5
        while time.monotonic() < deadline:
            for process in self._leaders():
                if process.pid not in known:
                    return process.pid
        return None

    def _leaders(self) -> list[psutil.Process]:
        """The main processes of generations: children of fork servers, and each leads its group."""
        found = []
        for server in self.program.fork_servers():
            with suppress(psutil.Error):
                found += server.children()
        return found

    def _generation(self, state: str) -> int | None:
        found = [g["pid"] for g in self.program.fact("generations") if g["state"] == state and g["pid"]]
        return self._random.choice(found) if found else None

    def _fork_server(self) -> int | None:
        found = self.program.fork_servers()
        return self._random.choice(found).pid if found else None

    # What is left.

    def _wait_for_all(self) -> None:
        def left() -> bool:
            ended = "SELECT count(*) FROM tasks WHERE state NOT IN ('SUCCESS', 'FAILURE', 'REVOKED')"
            return not self.program.connection.execute(ended).fetchone()[0]

        self.program.wait_until(left, "every task ends", timeout=90)

    def _settled(self) -> list[dict[str, Any]]:
        """Wait until nothing starts or ends; returns the generations."""

        def calm() -> list[dict[str, Any]] | None:
            found: list[dict[str, Any]] = self.program.fact("generations")
            return found if {g["state"] for g in found} <= {"live", "resting"} else None

        generations: list[dict[str, Any]] = self.program.wait_until(calm, "no generation starts or ends")
        self.program.wait_until(lambda: len(self.program.fork_servers()) == 1, "there is one fork server")
        return generations

    def _measure_early(self) -> None:
        generations = self._settled()
        if not self.report.early.rss:
            self.report.early = self._server_size()
        self._early_descriptors = self._daemon_descriptors(generations)

    def _measure_late(self) -> None:
        self._measure_daemon()
        self.report.late = self._server_size()
        ours = {self.daemon.pid, *(server.pid for server in self.program.fork_servers())}
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                self.report.zombies += process.ppid() in ours and process.status() == psutil.STATUS_ZOMBIE

    def _measure_daemon(self) -> None:
        generations = self._settled()
        if self._early_descriptors is not None:
            pair = (self._early_descriptors, self._daemon_descriptors(generations))
            self.report.daemon_descriptors.append(pair)

    def _server_size(self) -> Size:
        (server,) = self.program.fork_servers()
        memory = server.memory_full_info()
        return Size(memory.rss, memory.pss, server.num_fds())

    def _daemon_descriptors(self, generations: list[dict[str, Any]]) -> int:
        """Less the two lines of each generation."""
        return psutil.Process(self.daemon.pid).num_fds() - 2 * len(generations)

    def _count(self) -> None:
        rows = self.program.connection.execute(
            "SELECT id, state, attempt, generation, result, error FROM tasks"
        ).fetchall()
        self.report.tasks = len(rows)
        self.report.states = Counter(row["state"] for row in rows)
        self.report.errors = Counter(row["error"] for row in rows if row["state"] != "SUCCESS")
        self.report.reruns = sum(row["attempt"] > 1 for row in rows)
        missing = set(self._load.floors) - {row["id"] for row in rows}
        assert not missing, f"lost: {missing}"
        ends = Counter((self.program.paths.root / "ends").read_text().split())
        self.report.doubled = sum(count > 1 for count in ends.values())
        without = [dict(row) for row in rows if row["state"] == "SUCCESS" and row["id"] not in ends]
        assert not without, f"recorded as done, and never came to their end: {without}"
        self.report.stale = [
            f"{row['id']} in {row['generation']}: {row['result']} < {floor}"
            for row in rows
            if row["state"] == "SUCCESS"
            and int(row["result"]) < (floor := self._load.floors.get(row["id"], 0))
        ]
        self.report.went_back = len(self._went_back)
