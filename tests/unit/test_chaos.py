"""What the chaos test counts as lost, doubled or corrupt: it must be able to fail."""

import json
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ambuda_desktop import logs
from ambuda_desktop.books import BookFolder
from ambuda_desktop.daemon.rebuild import see_to_store
from ambuda_desktop.library import add_book
from ambuda_desktop.manifest import Manifest
from ambuda_desktop.paths import Paths
from ambuda_desktop.worker.split.finish import finish
from ambuda_desktop.worker.split.plan import plan
from ambuda_desktop.worker.split.ranges import split_range
from tests.support.chaos import Chaos
from tests.support.chaos_books import Expected, make_books
from tests.support.chaos_check import check
from tests.support.chaos_log import begin_log, ended_twice
from tests.support.chaos_report import Report
from tests.support.chaos_witness import Witness
from tests.support.program import Program
from tests.support.splitting import ignore


def witness(tmp_path: Path, *lines: str) -> Witness:
    """What comes of these lines: pid, what and page of one task."""
    made = Witness(tmp_path / "witness")
    made.place.write_text("".join("1.0\t{}\t{}\ttask\t{}\n".format(*line.split()) for line in lines))
    made.read()
    return made


def test_attempts_one_after_another_are_no_overlap(tmp_path: Path) -> None:
    # Given a process that was killed in a page, and two that came after it; one of them is the first again
    seen = witness(
        tmp_path, "7 claim 1", "7 begin b/1", "8 claim 2", "8 wrote b/1", "7 claim 3", "7 wrote b/1"
    )

    # Then that is no overlap, and the page was made twice
    assert seen.overlaps == []
    assert (seen.pages["b/1"], len(seen.fresh)) == (2, 1)


@pytest.mark.parametrize("last", ["7 wrote b/1", "7 leave -"])
def test_a_process_that_goes_on_after_another_claim_is_an_overlap(tmp_path: Path, last: str) -> None:
    # Given a process that claimed a task, and another one
    seen = witness(tmp_path, "7 claim 1", "8 claim 2", last)

    # Then whatever the first one does now is told of
    assert len(seen.overlaps) == 1


@pytest.mark.parametrize("then", ["FAILURE", "PENDING"])
def test_a_second_end_is_noticed(store: sqlite3.Connection, then: str) -> None:
    # Given a task that has ended
    begin_log(store)
    store.execute(
        "INSERT INTO tasks(id, name, pool, payload, state, submitted_at) VALUES('a', 'a', 'cpu', '{}', 'SENT', 0)"
    )
    store.execute("UPDATE tasks SET state = 'SUCCESS'")
    assert ended_twice(store) == []

    # When it ends again, or goes on
    store.execute("UPDATE tasks SET state = ?", (then,))

    # Then that is noticed
    assert len(ended_twice(store)) == 1


@pytest.fixture
def done(store: sqlite3.Connection, paths: Paths, tmp_path: Path) -> tuple[Program, Expected]:
    """A program with one book, wholly made."""
    (_, book) = make_books(tmp_path / "made", pages=4, a_book=2)
    folder = BookFolder(paths.library / add_book(store, paths, book.pdf, ignore))
    store.execute("UPDATE books SET pages = 2")
    numbers = plan(folder, None, ignore).ranges[0]
    split_range(folder, numbers, ignore)
    finish(folder)
    store.execute("UPDATE tasks SET state = 'SUCCESS', ended_at = 1, result = '{}'")
    for name, params in (("split_pages", {"pages": "1-2"}), ("finish_split", {})):
        payload = json.dumps({"kwargs": {"params": {"book": "book-2", **params}}})
        store.execute(
            """INSERT INTO tasks(id, name, pool, book, parent, payload, state, current, total, submitted_at, ended_at)
               SELECT ?, 'ambuda.' || ?, 'cpu', book, id, ?, 'SUCCESS', 2, 2, 0, 1 FROM tasks WHERE parent IS NULL""",
            (name, name, payload),
        )
    begin_log(store)
    return cast(Program, SimpleNamespace(connection=store, paths=paths)), book


def look(done: tuple[Program, Expected]) -> Report:
    program, book = done
    report = Report(seed=0)
    check(program, [book], Witness(Path("/nowhere")), report)
    return report


def test_a_whole_book_is_good(done: Any) -> None:
    report = look(done)
    assert report.good, report.details()
    assert (report.accepted, report.finished_pages) == (1, 2)


def test_what_is_missing_or_wrong_is_named(done: tuple[Program, Expected]) -> None:
    # Given a book of which a page is gone, another has a wrong byte, and a file was left behind
    program, _ = done
    folder = BookFolder(program.paths.library / "book-2")
    (folder.pages / "1.jpg").unlink()
    data = bytearray((folder.pages / "2.jpg").read_bytes())
    data[-3] ^= 1
    (folder.pages / "2.jpg").write_bytes(data)
    (folder.pages / ".2.jpg.77").write_bytes(b"")

    # Then each of them is named
    report = look(done)
    assert [("page 1" in one) for one in report.lost] == [True]
    assert ["page 2" in report.corrupt[0], "should not be there" in report.corrupt[1]] == [True, True]
    assert report.finished_pages == 0


@pytest.mark.parametrize(
    "left",
    [
        "library/book-3/original.pdf",
        "library/.incoming-1/original.pdf",
        ".settings.json.77.tmp",
        "store.db.new",
        "store.db.new.part",
    ],
)
def test_what_was_left_behind_is_not_good(done: tuple[Program, Expected], left: str) -> None:
    # Given a folder without a row, or a file that is needed no more
    place = done[0].paths.root / left
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(b"")

    # Then it is named, and the result is not good
    report = look(done)
    assert (len(report.litter), report.good) == (1, False)
    assert "LEFT OVER" in report.details()


def test_a_row_that_was_lost_and_came_back_from_the_folder_is_lost(done: tuple[Program, Expected]) -> None:
    # Given a book whose row vanished, and that a daemon takes over from its folder
    program, _ = done
    program.connection.execute("DELETE FROM books")
    program.connection.execute("DELETE FROM tasks")
    logs.to_file(program.paths.logs / "daemon.log")
    see_to_store(program.paths)

    # Then the book is whole, and the loss is told of all the same: by the notice, and where that is gone by the log
    report = look(done)
    assert (report.finished_pages, report.good) == (2, False)
    assert ["The task store was empty" in report.lost[0], "into the store" in report.lost[1]] == [True, True]
    program.connection.execute("DELETE FROM facts")
    assert len(look(done).lost) == 1


def test_a_store_that_was_damaged_is_lost(done: tuple[Program, Expected]) -> None:
    (done[0].paths.root / "store-damaged-20260101-120000").mkdir()
    assert "the store was damaged" in look(done).details()
    assert not look(done).good


def test_a_page_that_was_accepted_and_is_not_there_is_not_good() -> None:
    report = Report(0, accepted_pages=3, finished_pages=2)
    assert not report.good
    report.finished_pages = 3
    assert report.good


def test_submits_that_ended_by_an_error_are_not_over(store: sqlite3.Connection) -> None:
    # Given nothing that is left to do, because who submits met an error
    submits = SimpleNamespace(error=OSError("No space left on device"), over=True)
    chaos = SimpleNamespace(_submits=submits, program=SimpleNamespace(connection=store))

    # Then the run has not ended well
    with pytest.raises(OSError, match="No space left"):
        Chaos._all_over(cast(Chaos, chaos))
    submits.error = None
    assert Chaos._all_over(cast(Chaos, chaos))


def test_a_task_that_failed_a_torn_manifest_and_a_book_twice_are_named(
    done: tuple[Program, Expected],
) -> None:
    # Given a failed range, a manifest of one page, and the same PDF once more
    program, book = done
    folder = BookFolder(program.paths.library / "book-2")
    manifest = Manifest.load(folder.manifest)
    manifest.pages.pop()
    manifest.save(folder.manifest)
    program.connection.execute("UPDATE tasks SET state = 'FAILURE', error = 'no' WHERE id = 'split_pages'")
    program.connection.execute(
        "INSERT INTO books(id, title, source_sha256, added_at) VALUES('book-3', '', ?, 1)", (book.sha256,)
    )

    # Then all three are named
    report = look(done)
    assert report.lost
    assert report.corrupt
    assert len(report.doubled) == 1
