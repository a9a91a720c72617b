"""Measuring a tree of processes: wall seconds, CPU seconds of all of them, and peak memory."""

import contextlib
import ctypes
import os
import platform
import resource
import statistics
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import psutil

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
INTERVAL = 0.02  # seconds between two looks at the memory
LIMIT = 900  # seconds any one run may take


@dataclass
class Cost:
    """What one run took."""

    wall: float  # seconds
    cpu: float  # seconds, of all processes
    peak: float = 0.0  # MB, of all processes together, each shared page counted once


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose parents end, so that the kernel counts their CPU for us."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def reap() -> None:
    """Wait for all children, the adopted ones too."""
    deadline = time.monotonic() + LIMIT
    with contextlib.suppress(ChildProcessError):
        while time.monotonic() < deadline:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.005)


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> int:
    """Run a command to its end without its output; returns its exit code."""
    return subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, timeout=LIMIT, check=False,
    ).returncode  # fmt: skip


def cpu_of_ended() -> float:
    """CPU seconds of all children that were waited for, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def cpu_of_living() -> float:
    """CPU seconds of our living descendants, and of the children they waited for."""
    return cpu_of(psutil.Process().children(recursive=True))


def cpu_of(processes: Iterable[psutil.Process]) -> float:
    """CPU seconds of these processes, and of the children they waited for."""
    total = 0.0
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            t = process.cpu_times()
            total += t.user + t.system + t.children_user + t.children_system
    return total


@contextlib.contextmanager
def ended_tree(cost: Cost) -> Iterator[None]:
    """Measure a block that starts processes and ends when the last of them has ended."""
    reap()
    begin, cpu = time.monotonic(), cpu_of_ended()
    yield
    reap()
    cost.wall, cost.cpu = time.monotonic() - begin, cpu_of_ended() - cpu


@contextlib.contextmanager
def peak_memory(cost: Cost) -> Iterator[None]:
    """Look at the memory of all descendants again and again. Slows things down: not while time counts."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(INTERVAL):
            cost.peak = max(cost.peak, sum(_pss(p) for p in psutil.Process().children(recursive=True)) / 1e6)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _pss(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0


def machine() -> str:
    """What this runs on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GB, "
        f"Python {platform.python_version()}"
    )


def interval(values: Sequence[float]) -> tuple[float, float]:
    """An interval around the median that covers the true one in about 95 of 100 cases (order statistics)."""
    ordered = sorted(values)
    skip = max(0, int((len(ordered) - 1.96 * len(ordered) ** 0.5) / 2))
    return ordered[skip], ordered[-1 - skip]


def median(costs: Sequence[Cost]) -> Cost:
    """The medians of each number; the peak is the highest."""
    return Cost(
        statistics.median(c.wall for c in costs),
        statistics.median(c.cpu for c in costs),
        max(c.peak for c in costs),
    )
