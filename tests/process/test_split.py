"""The main job through the real program: a PDF becomes page images."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pikepdf
import pytest

from ambuda_desktop.books import BookFolder
from ambuda_desktop.library import add_book
from ambuda_desktop.manifest import Manifest
from ambuda_desktop.store.books import BookSummary, summary
from tests.support import pdfs
from tests.support.program import Program

SLOW = "sleep 0.2"


def text_book(path: Path, pages: int) -> Path:
    """A book whose pages must all be rendered."""
    with pikepdf.Pdf.new() as pdf:
        for number in range(1, pages + 1):
            pdfs.add_text(pdf, f"page {number}")
        pdf.save(path)
    return path


def fake_poppler(folder: Path, before: str) -> dict[str, str]:
    """An environment in which `before` (shell) runs before each pdftocairo; `$page` is the page's number."""
    real = shutil.which("pdftocairo")
    assert real is not None, "poppler-utils is missing: ./test installs it"
    folder.mkdir()
    script = folder / "pdftocairo"
    words = 'for word in "$@"; do [ "$last" = -f ] && page=$word; last=$word; done'
    script.write_text(f'#!/bin/sh\n{words}\n{before}\nexec {real} "$@"\n')
    script.chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def book(program: Program, name: str) -> BookSummary:
    found = summary(program.connection, name)
    assert found is not None
    return found


def folder(program: Program, name: str) -> BookFolder:
    return BookFolder(program.paths.library / name)


def page_count(program: Program, name: str) -> int:
    return len(list(folder(program, name).pages.glob("*.jpg"))) if folder(program, name).pages.exists() else 0


def test_a_scan_is_split_byte_for_byte(program: Program, tmp_path: Path) -> None:
    # Given a book of scans, and no daemon
    scans = pdfs.scanned_book(tmp_path / "Ṛtusaṃhāra.pdf", 120)
    source = hashlib.sha256((tmp_path / "Ṛtusaṃhāra.pdf").read_bytes()).hexdigest()

    # When it is split on the command line
    done = program.cli("split", str(tmp_path / "Ṛtusaṃhāra.pdf"), "--wait")

    # Then each page is the very JPEG of the PDF, the manifest says so, and the source is as it was
    assert done.returncode == 0, done.stderr
    assert "120 pages" in done.stdout
    made = folder(program, "rtusamhara")
    assert [(made.pages / f"{n}.jpg").read_bytes() for n in range(1, 121)] == scans
    manifest = Manifest.load(made.manifest)
    assert {p.method for p in manifest.pages} == {"copied"}
    assert manifest.source_sha256 == source
    assert hashlib.sha256((tmp_path / "Ṛtusaṃhāra.pdf").read_bytes()).hexdigest() == source

    # And programs can read the tasks
    listed = [json.loads(line) for line in program.cli("tasks", "--json").stdout.splitlines()]
    assert {t["state"] for t in listed} == {"SUCCESS"}


def test_one_bad_page_costs_one_page_and_a_retry_completes_the_book(program: Program, tmp_path: Path) -> None:
    # Given a page that poppler does not make as long as a file is missing
    mended = tmp_path / "mended"
    poppler = fake_poppler(tmp_path / "bin", f'[ "$page" = 7 ] && [ ! -e {mended} ] && exit 1')
    program.start_daemon(**poppler)

    # When its book of 40 pages is split
    split = program.cli("split", str(text_book(tmp_path / "book.pdf", 40)), "--wait")

    # Then 39 pages are there, and the user is told of the one that is not, and why
    assert split.returncode == 8
    assert "39 of 40 pages" in split.stdout
    assert "page 7 failed" in split.stdout
    assert page_count(program, "book") == 39
    assert book(program, "book").state == "incomplete"
    assert list(book(program, "book").failures) == [7]

    # When the cause is mended and the book retried
    before = {
        n: (folder(program, "book").pages / f"{n}.jpg").stat().st_mtime_ns for n in range(1, 41) if n != 7
    }
    mended.touch()
    retry = program.cli("retry", "book", "--wait")

    # Then the book is complete, and the other pages were not made again
    assert retry.returncode == 0, retry.stderr
    assert book(program, "book").state == "done"
    after = {n: (folder(program, "book").pages / f"{n}.jpg").stat().st_mtime_ns for n in before}
    assert after == before
    assert {p.method for p in Manifest.load(folder(program, "book").manifest).pages} == {"rendered"}


def test_a_book_that_cannot_be_opened_says_why_and_others_go_on(program: Program, tmp_path: Path) -> None:
    # Given a damaged PDF, something that is no PDF, and a good one
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4\nnothing follows")
    (tmp_path / "text.pdf").write_text("Dear reader")
    pdfs.scanned_book(tmp_path / "good.pdf", 3)

    # When all three are given to the program
    names = [str(tmp_path / f"{name}.pdf") for name in ("broken", "text", "good")]
    split = program.cli("split", *names, "--wait")

    # Then each has its sentence, and the good one is done
    assert split.returncode == 8
    assert "text.pdf is not a PDF" in split.stderr
    assert "damaged" in split.stdout
    assert book(program, "broken").state == "failed"
    assert book(program, "good").state == "done"


def test_a_waiting_book_is_cancelled_at_once(program: Program, tmp_path: Path) -> None:
    # Given a book that waits, because nothing runs
    pdfs.scanned_book(tmp_path / "book.pdf", 3)
    add_book(program.connection, program.paths, tmp_path / "book.pdf", lambda _done, _total: None)

    # When it is cancelled
    cancelled = program.cli("cancel", "book")

    # Then it is over
    assert cancelled.stdout == "1 task cancelled.\n"
    assert book(program, "book").state == "cancelled"


def test_a_running_book_stops_after_the_page_in_hand(program: Program, tmp_path: Path) -> None:
    # Given a long book in the middle of its split
    program.start_daemon(**fake_poppler(tmp_path / "bin", SLOW))
    program.cli("split", str(text_book(tmp_path / "book.pdf", 30)))
    program.wait_until(lambda: page_count(program, "book") >= 4, "pages appear")

    # When it is cancelled, and the daemon is killed at the same moment and started again
    assert program.cli("cancel", "book").returncode == 0
    os.kill(program.fact("daemon")["pid"], signal.SIGKILL)
    program.wait_until(lambda: not program.processes(), "all have gone")
    program.start_daemon()

    # Then it stays cancelled, and what was made is kept and told
    program.wait_until(lambda: book(program, "book").state == "cancelled", "the book has ended")
    made = page_count(program, "book")
    assert 4 <= made < 30
    methods = [p.method for p in Manifest.load(folder(program, "book").manifest).pages]
    assert methods.count("rendered") == made
    assert methods.count("missing") == 30 - made

    # And a retry makes the rest
    program.cli("retry", "book", "--wait")
    assert book(program, "book").state == "done"


def test_a_cancelled_book_ends_under_the_same_daemon(program: Program, tmp_path: Path) -> None:
    # Given a book in the middle of its split
    program.start_daemon(**fake_poppler(tmp_path / "bin", SLOW))
    program.cli("split", str(text_book(tmp_path / "book.pdf", 30)))
    program.wait_until(lambda: page_count(program, "book") >= 2, "pages appear")

    # When it is cancelled, then it ends, and its manifest tells what there is
    program.cli("cancel", "book")
    program.wait_until(lambda: book(program, "book").state == "cancelled", "the book has ended", timeout=15)
    assert any(p.method == "missing" for p in Manifest.load(folder(program, "book").manifest).pages)


def test_whoever_waits_survives_the_death_of_the_daemon(program: Program, tmp_path: Path) -> None:
    # Given a command that waits for a book
    environment = {**program.environment, **fake_poppler(tmp_path / "bin", SLOW)}
    command = program.command("split", str(text_book(tmp_path / "book.pdf", 20)), "--wait")
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as waiting:
        program.wait_until(
            lambda: (program.paths.library / "book").exists() and page_count(program, "book") >= 2,
            "pages appear",
        )

        # When the daemon is killed, then the command starts another, and ends well
        os.kill(program.fact("daemon")["pid"], signal.SIGKILL)
        assert waiting.wait(timeout=60) == 0
    assert book(program, "book").state == "done"


@pytest.mark.parametrize("victim", ["daemon", "worker"])
def test_a_kill_costs_at_most_the_pages_in_hand(program: Program, tmp_path: Path, victim: str) -> None:
    # Given a book in the middle of its split
    slow = fake_poppler(tmp_path / "bin", SLOW)
    program.start_daemon(**slow)
    program.cli("split", str(text_book(tmp_path / "book.pdf", 24)))
    program.wait_until(lambda: page_count(program, "book") >= 6, "pages appear")

    # When the daemon, or the main process of the workers, is killed
    if victim == "daemon":
        os.kill(program.fact("daemon")["pid"], signal.SIGKILL)
    else:
        program.kill_generation("cpu")
    made = {p.name: p.stat().st_mtime_ns for p in folder(program, "book").pages.glob("*.jpg")}
    if victim == "daemon":
        program.wait_until(lambda: not program.processes(), "all have gone")
        program.start_daemon(**slow)
        assert "1 book continues" in program.fact("notices")[-1]["sentence"]

    # Then the book is finished, and of the pages made before at most those in hand were made again
    program.wait_until(lambda: book(program, "book").state == "done", "the book is done")
    again = [n for n, at in made.items() if (folder(program, "book").pages / n).stat().st_mtime_ns != at]
    assert len(again) <= 2  # one a pool process


def test_the_pages_are_for_this_user_only(program: Program, tmp_path: Path) -> None:
    # When a book was split under a generous umask
    pdfs.scanned_book(tmp_path / "book.pdf", 2)
    program.cli("split", str(tmp_path / "book.pdf"), "--wait", umask=0)

    # Then nobody else can read anything of it
    modes = {p.stat().st_mode & 0o077 for p in program.paths.root.rglob("*")}
    assert modes == {0}
