"""A store that is damaged: every book that was accepted is finished all the same, and it is said."""

import subprocess
from pathlib import Path

from ambuda_desktop.books import BookFolder
from ambuda_desktop.library import add_book
from ambuda_desktop.store.books import summary
from ambuda_desktop.store.connection import is_replaced
from tests.support import damage, pdfs
from tests.support.program import Program
from tests.support.splitting import ignore


def add(program: Program, folder: Path, name: str, pages: int) -> list[bytes]:
    """Add a book of scans; returns the bytes that its pages should have."""
    jpegs = pdfs.scanned_book(folder / f"{name}.pdf", pages)
    assert add_book(program.connection, program.paths, folder / f"{name}.pdf", ignore) == name
    return jpegs


def pages_made(program: Program, book: str) -> int:
    pages = BookFolder(program.paths.library / book).pages
    return len(list(pages.iterdir())) if pages.is_dir() else 0


def is_done(program: Program, book: str) -> bool:
    found = summary(program.connection, book)
    return found is not None and found.state == "done"


def bytes_of(program: Program, book: str) -> list[bytes]:
    folder = BookFolder(program.paths.library / book)
    return [(folder.pages / f"{n}.jpg").read_bytes() for n in range(1, pages_made(program, book) + 1)]


def test_books_go_on_after_the_store_was_damaged_while_nothing_ran(program: Program, tmp_path: Path) -> None:
    # Given a book that is done, one in the middle when the daemon is killed, and one that waits
    daemon = program.start_daemon()
    made = {"done": add(program, tmp_path, "done", 5)}
    program.wait_until(lambda: is_done(program, "done"), "the first book is done")
    made["middle"] = add(program, tmp_path, "middle", 600)
    program.wait_until(lambda: pages_made(program, "middle") > 5, "the second is in work")
    daemon.kill()
    daemon.wait()
    made["waiting"] = add(program, tmp_path, "waiting", 7)
    program.wait_until(lambda: not program.processes(), "nothing runs", timeout=10)
    assert pages_made(program, "middle") < 600

    # When the store is damaged (in the file, not only under its -wal), and somebody asks for the books
    program.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    damage.overwrite_header(program.paths.store)
    listed = program.cli("books")

    # Then the store was built anew, with a sentence, and the books are made as they should be
    assert listed.returncode == 0, listed.stderr
    assert all(book in listed.stdout for book in made)
    assert "3 books were taken over from their folders, and 2 of them go on" in str(program.fact("notices"))
    for book, jpegs in made.items():
        program.wait_until(lambda book=book: is_done(program, book), f"{book} is done")  # type: ignore[misc]
        assert bytes_of(program, book) == jpegs


def test_a_daemon_whose_store_is_damaged_starts_over_with_another(program: Program, tmp_path: Path) -> None:
    # Given a daemon in the middle of a book, and somebody who waits for another
    daemon = program.start_daemon()
    made = {"middle": add(program, tmp_path, "middle", 600)}
    made["waiting"] = pdfs.scanned_book(tmp_path / "waiting.pdf", 200)
    command = subprocess.Popen(
        program.command("split", str(tmp_path / "waiting.pdf"), "--wait"), env=program.environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    program.wait_until(lambda: summary(program.connection, "waiting"), "the other is accepted")
    assert pages_made(program, "waiting") < 200

    # When all of the store is overwritten
    for path in program.paths.root.glob("store.db*"):
        if not path.name.endswith("-shm"):
            damage.overwrite(path, 0, path.stat().st_size)
    program.wait_until(lambda: is_replaced(program._connection), "another store is there", timeout=15)

    # Then the same daemon finishes the books, has said so once, and who waits is told of the end
    for book, jpegs in made.items():
        program.wait_until(lambda book=book: is_done(program, book), f"{book} is done")  # type: ignore[misc]
        assert bytes_of(program, book) == jpegs
    _, complaint = command.communicate(timeout=30)
    assert (command.returncode, daemon.poll()) == (0, None), complaint
    assert "The task store was damaged. It was set aside" in str(program.fact("notices"))
    log = (program.paths.logs / "daemon.log").read_text()
    assert log.count("The store cannot be used any more") == 1


def test_a_table_that_is_dropped_by_hand_is_damage(program: Program, tmp_path: Path) -> None:
    # Given a daemon and a book in work
    daemon = program.start_daemon()
    made = add(program, tmp_path, "gita", 200)
    program.wait_until(lambda: pages_made(program, "gita") > 5, "the book is in work")

    # When somebody drops the tasks
    program.connection.execute("DROP TABLE tasks")

    # Then the same daemon builds another store, and finishes the book
    program.wait_until(lambda: is_replaced(program._connection), "another store is there", timeout=20)
    program.wait_until(lambda: is_done(program, "gita"), "the book is done")
    assert bytes_of(program, "gita") == made
    assert daemon.poll() is None
    assert "The task store was damaged. It was set aside" in str(program.fact("notices"))
