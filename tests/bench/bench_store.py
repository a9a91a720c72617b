"""What the store costs against plain Celery with default settings; prints Markdown for docs/benchmarks.md.

    python -m tests.bench.bench_store [BOOK.pdf] [--pairs N] [--part submit|nothing|book|list] [--tasks N] [--pages N]

`submit`: seconds until many tasks are accepted, by our insert, by Celery's API through our app, and by plain Celery.
`nothing`: tasks that do nothing, a second, from the submit to the last result.
`book`: CPU seconds of Redis, workers and, in ours, the daemon, for the same book with each page rendered.
`list`: milliseconds of the queries behind the table of the window and `ambuda-desktop tasks`, with 100,000 that wait.
"""

import argparse
import signal
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
from celery import group

from ambuda_desktop.paths import Paths, resources
from ambuda_desktop.store.connection import connect, transaction
from ambuda_desktop.store.query import TaskFilter, counts, task_seq_array, tasks
from ambuda_desktop.store.submit import NewTask, insert
from tests.bench.bench_split import PAIRS, first_pages, through_queue, turned
from tests.bench.contenders import Failed, running_program, temporary
from tests.bench.measuring import LIMIT, adopt_orphans, cpu_of, interval, machine, run
from tests.bench.store_contenders import NOTHING, Plain, plain_celery, store_app
from tests.support.program import Program

WAITING = 100_000  # tasks of the part `list`
SCREENFUL = 40  # rows
PROCESSES = 2  # of the part `nothing`
DONE_EVERY = 0.01  # seconds between two looks whether all are done


def main() -> None:
    arguments = _arguments()
    adopt_orphans()
    # Ended from outside, it still ends what it started and removes its folders.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    print(f"{time.strftime('%Y-%m-%d')}, {machine()}, {_file_system()}\n")
    pairs = arguments.pairs
    if "submit" in arguments.part:
        bench_submit(pairs, arguments.tasks or 10_000)
    if "nothing" in arguments.part:
        bench_nothing(pairs, arguments.tasks or 1000)
    if "book" in arguments.part:
        with temporary() as folder:
            pdf = arguments.pdf
            if arguments.pages:
                pdf = first_pages(pdf, arguments.pages, folder)
            bench_book(turned(pdf, folder / f"{pdf.stem}-turned.pdf"), pairs)
    if "list" in arguments.part:
        bench_list(pairs)


def bench_submit(pairs: int, count: int) -> None:
    """The same number of tasks accepted in three ways, in turns."""
    ways: dict[str, tuple[str, Callable[[Plain], float]]] = {
        "this program, one insert": ("fsynced in the store", lambda _: _insert(count)),
        "this program, `group(...).apply_async()`": ("fsynced in the store", lambda _: _group(count)),
        "plain Celery, `group(...).apply_async()`": ("in Redis's memory", lambda plain: _plain(plain, count)),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    with plain_celery(processes=0) as plain:
        for _ in range(pairs):
            for name, (_where, way) in ways.items():
                seconds[name].append(way(plain))
    print(f"Submit of {count:,} tasks, medians of {pairs} interleaved rounds:\n")
    print("| | s | when it returns, the tasks are |\n|---|---:|---|")
    for name, (where, _) in ways.items():
        print(f"| {name} | {statistics.median(seconds[name]):.3f} | {where} |")
    inserted, grouped, theirs = seconds.values()
    print(f"\n{_ratio('one insert: faster', theirs, inserted)}")
    print(f"{_ratio('our group: faster', theirs, grouped)}\n")


def _insert(count: int) -> float:
    with store_app() as app:
        connection = app.connection_to_store()
        begin = time.monotonic()
        with transaction(connection):
            insert(connection, [NewTask("plain.nothing", args=(i,)) for i in range(count)])
        return time.monotonic() - begin


def _group(count: int) -> float:
    with store_app() as app:
        begin = time.monotonic()
        group([app.signature("plain.nothing", (i,)) for i in range(count)], app=app).apply_async()
        return time.monotonic() - begin


def _plain(plain: Plain, count: int) -> float:
    app = plain.new_app()
    begin = time.monotonic()
    plain.submit("nothing", [(i,) for i in range(count)], app)
    seconds = time.monotonic() - begin
    plain.forget()
    app.close()
    return seconds


def bench_nothing(pairs: int, count: int) -> None:
    """Tasks that do nothing, through all of ours and all of plain Celery's, in turns."""
    with running_program(PROCESSES, {"bench": NOTHING}) as program, plain_celery(PROCESSES) as plain:
        _ours_done(program, count), _plain_done(plain, count)  # the first run of each loads what it needs
        found = [(_ours_done(program, count), _plain_done(plain, count)) for _ in range(pairs)]
    ours, theirs = zip(*found, strict=True)
    print(f"{count:,} tasks that do nothing, {PROCESSES} processes, medians of {pairs} interleaved pairs:\n")
    print("| | tasks/s | CPU ms a task |\n|---|---:|---:|")
    for name, runs in (("this program", ours), ("plain Celery", theirs)):
        wall, cpu = (statistics.median(column) for column in zip(*runs, strict=True))
        print(f"| {name} | {count / wall:.0f} | {1000 * cpu / count:.1f} |")
    print(f"\n{_ratio('as many a second', [w for w, _ in theirs], [w for w, _ in ours])}\n")


def _ours_done(program: Program, count: int) -> tuple[float, float]:
    """Seconds, and CPU seconds of daemon, Redis and workers."""
    done = counts(program.connection)["done"]
    before, begin = _ours_cpu(program), time.monotonic()
    with transaction(program.connection):
        insert(program.connection, [NewTask("bench.nothing", args=(i,)) for i in range(count)])
    while counts(program.connection)["done"] < done + count:
        if time.monotonic() - begin > LIMIT:
            raise Failed("our tasks did not end")
        time.sleep(DONE_EVERY)
    return time.monotonic() - begin, _ours_cpu(program) - before


def _plain_done(plain: Plain, count: int) -> tuple[float, float]:
    before, begin = plain.cpu(), time.monotonic()
    plain.submit("nothing", [(i,) for i in range(count)]).get(LIMIT)
    return time.monotonic() - begin, plain.cpu() - before


def _ours_cpu(program: Program) -> float:
    return cpu_of(program.processes())


def bench_book(pdf: Path, pairs: int) -> None:
    """The same pages through all of ours and through plain Celery, in turns; one process each: two pages side by side
    slow each other."""
    with running_program(processes=1) as program, plain_celery(processes=1) as plain:

        def ours() -> float:
            before = _ours_cpu(program)
            through_queue(program, pdf)
            return _ours_cpu(program) - before

        ours(), plain.split(pdf)
        found = [(ours(), plain.split(pdf)) for _ in range(pairs)]
    mine, theirs = zip(*found, strict=True)
    more = [100 * (a / b - 1) for a, b in found]
    low, high = interval(more)
    print(f"CPU seconds of {pdf.stem}, each page rendered, medians of {pairs} interleaved pairs:\n")
    print("| this program | plain Celery | more | 95 % interval |\n|---:|---:|---:|---:|")
    print(
        f"| {statistics.median(mine):.2f} | {statistics.median(theirs):.2f} | {statistics.median(more):.1f} % "
        f"| {low:.1f} to {high:.1f} % |\n"
    )


def bench_list(rounds: int) -> None:
    """The queries of a list of tasks, and the whole command."""
    with temporary() as folder:
        paths = Paths(folder / "data").make()
        connection = connect(paths.store)
        with transaction(connection):
            insert(connection, [NewTask("plain.nothing", args=(i,)) for i in range(WAITING)])
        wanted = TaskFilter(group="waiting")
        seqs = task_seq_array(connection, wanted)
        command = [
            sys.executable,
            "-m",
            "ambuda_desktop",
            "--data-dir",
            str(paths.root),
            "tasks",
            "--state",
            "waiting",
        ]
        looks: dict[str, Callable[[], object]] = {
            "the numbers of all that wait, newest first": lambda: task_seq_array(connection, wanted),
            f"{SCREENFUL} rows of them": lambda: tasks(connection, seqs[:SCREENFUL]),
            "how many there are in each state": lambda: counts(connection),
            "`ambuda-desktop tasks --state waiting`, from start to end": lambda: run(command),
        }
        print(f"Listing of {len(seqs):,} waiting tasks, medians of {rounds}:\n\n| | ms |\n|---|---:|")
        for name, look in looks.items():
            print(f"| {name} | {1000 * statistics.median(_seconds(look) for _ in range(rounds)):.2f} |")
        connection.close()


def _seconds(look: Callable[[], object]) -> float:
    begin = time.monotonic()
    look()
    return time.monotonic() - begin


def _ratio(what: str, theirs: Sequence[float], ours: Sequence[float]) -> str:
    ratios = [a / b for a, b in zip(theirs, ours, strict=True)]
    low, high = interval(ratios)
    return f"{what}: {statistics.median(ratios):.2f}x (95 % interval {low:.2f} to {high:.2f}x)"


def _file_system() -> str:
    """What the temporary folders are on: an fsync costs nothing in memory."""
    with temporary() as folder:
        places = {Path(p.mountpoint): p.fstype for p in psutil.disk_partitions(all=True)}
        return f"data folders on {next(places[p] for p in folder.resolve().parents if p in places)}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pdf", type=Path, nargs="?", default=resources() / "sample" / "sample.pdf")
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--part", action="append", choices=["submit", "nothing", "book", "list"])
    parser.add_argument("--tasks", type=int, help="of the parts `submit` (10,000) and `nothing` (1,000)")
    parser.add_argument("--pages", type=int, help="take the first pages of the PDF only")
    arguments = parser.parse_args()
    arguments.part = arguments.part or ["submit", "nothing", "book", "list"]
    return arguments


if __name__ == "__main__":
    main()
