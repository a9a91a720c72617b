"""What must be true when all is over: of each accepted book its row, its tasks, its files and their bytes."""

from collections import defaultdict

from ambuda_desktop.books import BookFolder
from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.manifest import Manifest
from ambuda_desktop.store.books import summary
from ambuda_desktop.store.facts import fact
from tests.support.chaos_books import Expected, sha256
from tests.support.chaos_log import ended_twice
from tests.support.chaos_report import Report
from tests.support.chaos_witness import Witness
from tests.support.program import Program


def check(program: Program, accepted: list[Expected], witness: Witness, report: Report) -> None:
    """Look at everything once the program is at rest, and put what is wrong into the report."""
    report.accepted, report.accepted_pages = len(accepted), sum(len(book.pages) for book in accepted)
    report.twice = sum(count - 1 for count in witness.pages.values())
    report.doubled += [*ended_twice(program.connection), *witness.overlaps]
    books: dict[str, list[str]] = defaultdict(list)
    for row in program.connection.execute("SELECT id, source_sha256 FROM books").fetchall():
        books[row["source_sha256"]].append(row["id"])
    for book in accepted:
        found = books[book.sha256]
        if not found:
            report.lost.append(f"{book.pdf.name}: there is no such book")
        elif len(found) > 1:
            report.doubled.append(f"{book.pdf.name} is in the library as {found}")
        for name in found[:1]:
            _check_book(program, name, book, report)
    known = {name for names in books.values() for name in names}
    paths = program.paths
    report.litter += [str(path) for path in sorted(paths.library.iterdir()) if path.name not in known]
    # Those in the folder of a book are told of with the book.
    report.litter += [str(p) for p in sorted(paths.root.rglob(".*.tmp")) if paths.library not in p.parents]
    report.litter += [str(path) for path in sorted(paths.root.glob("store.db.new*"))]
    report.lost += _rows_that_came_back(program)


def _rows_that_came_back(program: Program) -> list[str]:
    """Nobody damages the store here or deletes it: a book that was taken over from its folder had lost its row."""
    paths = program.paths
    said = [notice["sentence"] for notice in fact(program.connection, "notices") or []]
    for log in sorted(paths.logs.glob("daemon.log*")):
        said += log.read_text(encoding="utf-8").splitlines()
    aside = [f"the store was damaged: {path}" for path in sorted(paths.root.glob("store-damaged-*"))]
    return [*aside, *(line for line in said if "taken over" in line)]


def _check_book(program: Program, name: str, book: Expected, report: Report) -> None:
    found = summary(program.connection, name)
    if found is None or found.state != "done" or found.failures or found.missing:
        report.lost.append(f"{name} is {found.state if found else 'unknown'}: {found and found.error}")
    for row in program.connection.execute(
        "SELECT id, name, state, error, attempt FROM tasks WHERE book = ? AND state <> 'SUCCESS'", (name,)
    ).fetchall():
        report.lost.append(f"{name}: {dict(row)}")
    folder = BookFolder(program.paths.library / name)
    for number, digest in enumerate(book.pages, 1):
        page = folder.pages / f"{number}.jpg"
        if not page.exists():
            report.lost.append(f"{name}: page {number} is not there")
        elif sha256(page.read_bytes()) != digest:
            report.corrupt.append(f"{name}: page {number} has other bytes")
        else:
            report.finished_pages += 1
    _check_files(folder, book, report)


def _check_files(folder: BookFolder, book: Expected, report: Report) -> None:
    """The original as it was, a whole manifest, and no file besides."""
    right = {
        folder.original,
        folder.manifest,
        *(folder.pages / f"{n + 1}.jpg" for n in range(len(book.pages))),
    }
    report.corrupt += [f"{path} should not be there" for path in sorted(set(folder.files()) - right)]
    if not folder.original.exists() or sha256(folder.original.read_bytes()) != book.sha256:
        report.corrupt.append(f"{folder.original} is not what was added")
    try:
        records = Manifest.load(folder.manifest).pages
    except AmbudaError as error:
        report.corrupt.append(str(error))
        return
    if [record.sha256 for record in records] != book.pages:
        report.corrupt.append(f"{folder.manifest} does not name the pages as they are")
