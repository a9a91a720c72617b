"""What splitting a book costs, against other ways to do it; prints Markdown for docs/benchmarks.md.

    python -m tests.bench.bench_split BOOK.pdf [--rounds N] [--part split|queue|memory] [--pages N] [--as-is]

`split`: the book as it is and, unless --as-is, with each page turned, so that every page is rendered.
`queue`: CPU seconds of daemon, Redis and workers together, against the same functions in a loop.
`memory`: peak of a made book of 1,000 scans against one of 200; needs no PDF.
"""

import argparse
import os
import platform
import resource
import signal
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pikepdf

from ambuda_desktop.library import add_book
from ambuda_desktop.store.books import summary
from ambuda_desktop.worker.pdf.preflight import Copy, preflight
from ambuda_desktop.worker.split.finish import finish
from ambuda_desktop.worker.split.plan import plan
from ambuda_desktop.worker.split.ranges import split_range
from tests.bench.contenders import Failed, cold, other, others, running_program, temporary, warm
from tests.bench.measuring import (
    LIMIT,
    Cost,
    adopt_orphans,
    cpu_of_living,
    interval,
    median,
    peak_memory,
)
from tests.support import pdfs
from tests.support.program import Program

SCAN = (1700, 2267)  # pixels of a page of the made books
PAIRS = 7  # the fewest of the queue part

Contender = Callable[[Path], Cost]


def ignore(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


def main() -> None:
    arguments = _arguments()
    adopt_orphans()
    # Ended from outside, it still ends the daemons it started and removes its folders.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    pdf: Path | None = arguments.pdf
    print(f"{time.strftime('%Y-%m-%d')}, {machine()}\n\n    python -m tests.bench.bench_split {_command()}\n")
    with temporary() as folder:
        if pdf and arguments.pages:
            pdf = first_pages(pdf, arguments.pages, folder)
        if pdf and "split" in arguments.part:
            bench_split(pdf, arguments.rounds)
            if not arguments.as_is:
                bench_split(turned(pdf, folder / f"{pdf.stem}-turned.pdf"), arguments.rounds)
        if pdf and "queue" in arguments.part:
            books = [pdf] if arguments.as_is else [pdf, turned(pdf, folder / f"{pdf.stem}-turned.pdf")]
            bench_queue(books, max(PAIRS, arguments.rounds))
        if "memory" in arguments.part:
            bench_memory(folder)


def bench_split(pdf: Path, rounds: int) -> None:
    """One interleaved run of all contenders, and one more of each for its memory."""
    contenders: dict[str, Contender] = {"Ambuda Desktop, cold": cold, "Ambuda Desktop, warm": warm}
    contenders |= {name: other(code) for name, code in others().items()}
    costs: dict[str, list[Cost]] = {name: [] for name in contenders}
    faults: dict[str, str] = {}
    for number in range(rounds + 1):
        for name, split in contenders.items():
            if name in faults:
                continue
            try:
                _measure(split, pdf, costs[name], memory=number == rounds)
            except Failed as error:
                faults[name] = str(error)
    print(f"{_label(pdf)}, medians of {rounds}:\n")
    print("| | wall s | CPU s | peak MB |\n|---|---:|---:|---:|")
    for name in contenders:
        if name in faults:
            print(f"| {name} | {faults[name]} | | |")
        else:
            cost = median(costs[name])
            print(f"| {name} | {cost.wall:.2f} | {cost.cpu:.2f} | {cost.peak:.0f} |")
    if not any("PyMuPDF" in name for name in contenders):
        print("| (c) PyMuPDF | not installed | | |")
    print()


def _measure(split: Contender, pdf: Path, costs: list[Cost], *, memory: bool) -> None:
    if not memory:
        costs.append(split(pdf))
        return
    watched = Cost(0, 0)
    with peak_memory(watched):
        split(pdf)
    costs[0].peak = watched.peak


def bench_queue(books: list[Path], pairs: int) -> None:
    """The same pages through the queue and in a loop, in turns."""
    print(f"The queue's cost, medians of {pairs} interleaved pairs:\n")
    print("| book | CPU s, queue | CPU s, loop | more | 95 % interval |\n|---|---:|---:|---:|---:|")
    for pdf in books:
        # One process, as in the loop: two pages side by side slow each other, which is no cost of the queue.
        with running_program(processes=1) as program:
            through_queue(program, pdf), in_a_loop(pdf)  # the first run of each loads what it needs
            found = [(through_queue(program, pdf), in_a_loop(pdf)) for _ in range(pairs)]
        more = [100 * (queue / loop - 1) for queue, loop in found]
        low, high = interval(more)
        queue, loop = (statistics.median(column) for column in zip(*found, strict=True))
        print(
            f"| {_label(pdf)} | {queue:.2f} | {loop:.2f} | {statistics.median(more):.1f} % "
            f"| {low:.1f} to {high:.1f} % |"
        )
    print()


def through_queue(program: Program, pdf: Path) -> float:
    """CPU seconds of daemon, Redis and workers, from the accepted row to the manifest."""
    before = cpu_of_living()
    book = add_book(program.connection, program.paths, pdf, ignore)
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        found = summary(program.connection, book)
        if found and found.state not in ("waiting", "working"):
            return cpu_of_living() - before
        time.sleep(0.05)
    raise Failed("did not end")


def in_a_loop(pdf: Path) -> float:
    """CPU seconds of the same functions, called one after another in this process."""
    with temporary() as folder:
        book = pdfs.put_in_library(folder, pdf)
        before = _own_cpu()
        for numbers in plan(book, None, ignore).ranges:
            split_range(book, numbers, ignore)
        finish(book)
        return _own_cpu() - before


def bench_memory(folder: Path) -> None:
    """Peak memory of daemon, Redis, workers and command for a long book and a short one."""
    print("| made book | peak MB, all processes |\n|---|---:|")
    for pages in (200, 1000):
        path = folder / f"made-{pages}.pdf"
        pdfs.scanned_book(path, pages, SCAN)
        cost = Cost(0, 0)
        with peak_memory(cost):
            warm(path)
        print(f"| {pages} scans of {SCAN[0]} × {SCAN[1]} pixels, copied | {cost.peak:.0f} |")
    print()


def first_pages(pdf: Path, count: int, folder: Path) -> Path:
    """The same book, shorter."""
    target = folder / f"{pdf.stem}-{count}.pdf"
    with pikepdf.open(pdf) as book:
        del book.pages[count:]
        book.save(target)
    return target


def turned(pdf: Path, target: Path) -> Path:
    """The same book with each page turned by 180 degrees, so that each has to be rendered."""
    if not target.exists():
        with pikepdf.open(pdf) as book:
            for page in book.pages:
                page.rotate(180, relative=True)
            book.save(target)
    return target


def _own_cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def _label(pdf: Path) -> str:
    with pikepdf.open(pdf) as book:
        pages = len(book.pages)
        copied = sum(isinstance(preflight(page), Copy) for page in book.pages)
    return f"{pdf.stem}: {copied} pages copied, {pages - copied} rendered"


def machine() -> str:
    """What this was measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GB, "
        f"Python {platform.python_version()}"
    )


def _command() -> str:
    return " ".join(Path(a).name if a.endswith(".pdf") else a for a in sys.argv[1:])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("pdf", type=Path, nargs="?")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--part", action="append", choices=["split", "queue", "memory"])
    parser.add_argument("--pages", type=int, help="take the first pages of the PDF only")
    parser.add_argument("--as-is", action="store_true", help="leave out the book with turned pages")
    arguments = parser.parse_args()
    arguments.part = arguments.part or ["split", "queue", "memory"]
    return arguments


if __name__ == "__main__":
    main()
