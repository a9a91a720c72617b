"""Pausing a book or a pool while the real daemon works: nothing is lost, and a pause survives restarts."""

from pathlib import Path

from ambuda_desktop.library import add_book
from ambuda_desktop.store.books import BookSummary, summary
from ambuda_desktop.store.connection import transaction
from ambuda_desktop.store.control import pause_books, pause_pools, resume_books, resume_pools
from tests.support import pdfs
from tests.support.program import Program, steps_done, submit
from tests.support.splitting import ignore


def see(program: Program, book: str) -> BookSummary:
    found = summary(program.connection, book)
    assert found is not None
    return found


def test_a_paused_pool_rests_through_a_restart_and_goes_on_where_it_was(
    program: Program, folder: Path
) -> None:
    # Given a task of many steps that has begun
    program.add_tasks()
    program.start_daemon()
    task_id = submit(program, "steps", count=40, folder=str(folder))
    program.wait_until(lambda: steps_done(folder) >= 2, "the task has begun")

    # When its pool is paused, then the task waits after the step in hand, and its process has nothing in hand
    with transaction(program.connection):
        pause_pools(program.connection, ["cpu"])
    program.wait_until(lambda: program.task(task_id).state == "PENDING", "the task waits")
    program.wait_until(lambda: program.fact("pools")["cpu"]["paused"], "the daemon says so")
    assert steps_done(folder) < 40

    # And the other pool works on, and so it is after a restart
    assert program.wait_for_end(submit(program, "mail")).state == "SUCCESS"
    program.cli("daemon", "--stop")
    program.start_daemon()
    assert program.wait_for_end(submit(program, "mail")).state == "SUCCESS"
    assert program.task(task_id).state == "PENDING"

    # When it is resumed, then the task comes to its end
    with transaction(program.connection):
        resume_pools(program.connection)
    assert program.wait_for_end(task_id).state == "SUCCESS"


def test_a_paused_book_lets_others_pass_and_is_finished_later(program: Program, tmp_path: Path) -> None:
    # Given a paused book, and one that is added after it
    for name, pages in (("slow", 6), ("quick", 3)):
        pdfs.scanned_book(tmp_path / f"{name}.pdf", pages)
    slow = add_book(program.connection, program.paths, tmp_path / "slow.pdf", ignore)
    pause_books(program.connection, [slow])
    quick = add_book(program.connection, program.paths, tmp_path / "quick.pdf", ignore)

    # When the daemon works, then only the other is made
    program.start_daemon()
    program.wait_until(lambda: see(program, quick).state == "done", "the other book is done")
    assert see(program, slow).state == "waiting"
    assert see(program, slow).paused

    # And when it is resumed, it is made as well
    resume_books(program.connection, [slow])
    program.wait_until(lambda: see(program, slow).state == "done", "the book is done")


def test_a_daemon_that_is_not_needed_goes_though_a_paused_book_waits(
    program: Program, tmp_path: Path
) -> None:
    # Given a book that is paused
    pdfs.scanned_book(tmp_path / "book.pdf", 2)
    book = add_book(program.connection, program.paths, tmp_path / "book.pdf", ignore)
    pause_books(program.connection, [book])

    # When a daemon that stays only as long as it is needed is started, then it goes, and the book waits
    daemon = program.start_daemon("--while-needed")
    assert daemon.wait(timeout=30) == 0
    assert see(program, book).state == "waiting"


def test_processes_and_their_exits_are_told(program: Program, folder: Path) -> None:
    # Given a task in hand
    program.add_tasks()
    program.start_daemon()
    task_id = submit(program, "steps", count=200, folder=str(folder), pause=0.02)

    def in_hand() -> dict[str, object] | None:
        lines = [p for g in program.fact("generations") for p in g["processes"] if p["task"] == task_id]
        return lines[0] if lines else None

    # Then the process that has it is named by the very pid that works on it
    line = program.wait_until(in_hand, "the process in hand is told")
    assert str(line["pid"]) in (folder / "1").read_text().split()
    program.wait_until(lambda: (in_hand() or {}).get("memory"), "its memory is told")
    program.wait_for_end(task_id)

    # When a task takes its process with it, then that is told, with the reason
    crashing = submit(program, "crash")
    program.wait_until(
        lambda: [
            e for e in program.fact("exits") or [] if e["task"] == crashing and "SIGKILL" in e["reason"]
        ],
        "the exit is told",
    )
    program.wait_for_end(crashing)
