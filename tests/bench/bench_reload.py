"""From a save to the first answer by new code: this program beside what people use with Celery today.

    .venv/bin/python -m tests.bench.bench_reload [ROUNDS]

Wants watchfiles and watchdog's command line: pip install watchfiles PyYAML. Each round saves the same module for each
contender in turn; all are at rest meanwhile. Last line: our ratio, median and 95th percentile.
"""

import os
import statistics
import sys
import time
from pathlib import Path

import psutil

from tests.bench.contenders import temporary
from tests.bench.reload_contenders import LONG, Contender, Ours, all_contenders, wait_for_answer

PATIENCE = 15.0  # seconds for new code to answer
PINGS, EVERY = 60, 0.05  # pings across a broken save, and seconds between them
REST = 1.0  # seconds between two saves, at least
AT_REST = 10.0  # per cent of all cores: what a machine with five idle workers does


def measure(contenders: list[Contender], rounds: int) -> dict[str, list[float | None]]:
    """Seconds from save to answer, a list for each contender."""
    seconds: dict[str, list[float | None]] = {contender.name: [] for contender in contenders}
    for number in range(1, rounds + 1):
        for contender in contenders:
            rest()
            contender.save(number)
            seconds[contender.name].append(wait_for_answer(contender, number, PATIENCE))
    return seconds


def rest() -> None:
    """Wait until nobody works any more: a restart may go on long after it was given up."""
    deadline = time.monotonic() + PATIENCE
    while psutil.cpu_percent(interval=REST) > AT_REST and time.monotonic() < deadline:
        pass


def long_tasks(contenders: list[Contender], version: int) -> dict[str, str]:
    """What becomes of a task of 20 seconds that runs while code is saved."""
    words = {}
    for contender in contenders:
        begin = time.monotonic()
        task_id = contender.submit("pings.long", LONG)
        time.sleep(2.0)
        contender.save(version)
        while (answer := contender.answer(task_id)) is None and time.monotonic() - begin < 2 * LONG + 5:
            time.sleep(0.05)
        took = time.monotonic() - begin
        again = " (run twice)" if answer == "survived" and took > 1.5 * LONG else ""
        words[contender.name] = f"{answer or 'lost'} after {took:.0f} s{again}"
        wait_for_answer(contender, version, PATIENCE)
    return words


def broken_saves(contenders: list[Contender], version: int) -> dict[str, int]:
    """How many of 60 pings are answered that are sent across a broken save."""
    answered = {}
    for contender in contenders:
        asked = []
        for number in range(PINGS):
            if number == PINGS // 4:
                contender.save(version, broken=True)
            asked.append(contender.submit("pings.ping"))
            time.sleep(EVERY)
        deadline = time.monotonic() + 5.0
        while time.monotonic() < deadline and any(contender.answer(t) is None for t in asked):
            time.sleep(0.05)
        answered[contender.name] = sum(contender.answer(t) is not None for t in asked)
        contender.save(version)
    return answered


def told(contender: Ours, saves: int = 20) -> list[float]:
    """Seconds from a save with an error of syntax to the fact that the window paints."""
    seconds = []
    for number in range(saves):
        begin = time.monotonic()
        contender.save(number, broken=True)
        while not (contender.program.fact("code").get("fault") or time.monotonic() - begin > PATIENCE):
            time.sleep(0.001)
        seconds.append(time.monotonic() - begin)
        contender.save(10_000 + number)
        while contender.program.fact("code").get("fault") and time.monotonic() - begin < PATIENCE:
            time.sleep(0.005)
        time.sleep(REST / 2)
    return seconds


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    os.environ.pop(
        "PYTHONDONTWRITEBYTECODE", None
    )  # all may write it; the plain ones, where it goes stale, may not
    with temporary() as folder, all_contenders(Path(folder)) as contenders:
        seconds = measure(contenders, rounds)
        long = long_tasks(contenders, rounds + 1)
        broken = broken_saves(contenders, rounds + 2)
        faults = [seconds for one in contenders if isinstance(one, Ours) for seconds in told(one)]
    print(
        f"| {rounds} rounds | save → answer, median | p95 | a {LONG} s task meanwhile | 60 pings over a broken save |"
    )
    print("|---|---|---|---|---|")
    for name, taken in seconds.items():
        good = [value for value in taken if value is not None]
        missed = f" ({rounds - len(good)} never)" if len(good) < rounds else ""
        shown = f"{_ms(statistics.median(good))} | {_ms(percentile(good, 0.95))}" if good else "never | never"
        print(f"| {name} | {shown}{missed if good else ''} | {long[name]} | {broken[name]} answered |")
    print(
        f"an error of syntax is told in {_ms(statistics.median(faults))}, p95 {_ms(percentile(faults, 0.95))}"
    )
    ours, theirs = (
        [v for v in seconds[n] if v is not None] for n in ("this program", "watchmedo auto-restart")
    )
    if ours and theirs:
        ratio = statistics.median(theirs) / statistics.median(ours)
        middle, worst = _ms(statistics.median(ours)), _ms(percentile(ours, 0.95))
        print(f"ours vs watchmedo: {ratio:.0f}x, median {middle}, p95 {worst}")


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


if __name__ == "__main__":
    main()
