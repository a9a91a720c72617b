"""A book's text through the real program: offline, online, and through the end of the process that reads."""

import os
import signal
from pathlib import Path

from PIL import Image

from ambuda_desktop.books import BookFolder
from ambuda_desktop.google_account import EMULATOR
from ambuda_desktop.params.ocr import OcrPages
from ambuda_desktop.recognised import record_file, text_file
from ambuda_desktop.store import query
from ambuda_desktop.store.books import summary
from ambuda_desktop.store.texts import TextSummary, text_summary
from tests.support import devanagari
from tests.support.fake_vision import fake_vision
from tests.support.program import Program

POISON = 777  # pixels: the width of a page that ends the process which reads it

#: Takes the place of the real tesserocr, and is it but for two things.
ODD_TESSERACT = f"""
import os, sys, time
here = os.path.dirname(os.path.abspath(__file__))
sys.path.remove(here)
del sys.modules["tesserocr"]
import tesserocr as real

class Odd(real.PyTessBaseAPI):
    def SetImageBytes(self, data, width, *rest):
        time.sleep(float(os.environ.get("SLOW", "0")))
        if width == {POISON}:
            os.kill(os.getpid(), 9)
        return super().SetImageBytes(data, width, *rest)

real.PyTessBaseAPI = Odd
"""


def scans(folder: Path, pages: int) -> Path:
    """Pictures of Devanagari, no two the same."""
    folder.mkdir()
    for number in range(1, pages + 1):
        image = devanagari.page(("कुरुक्षेत्रे",), size=56, width=600)
        image.putpixel((0, 0), number)
        image.save(folder / f"{number:02}.png", dpi=(300, 300))
    return folder


def odd_tesseract(folder: Path) -> dict[str, str]:
    folder.mkdir()
    (folder / "tesserocr.py").write_text(ODD_TESSERACT)
    return {"PYTHONPATH": str(folder)}


def book(program: Program) -> BookFolder:
    return BookFolder(program.paths.library / "book")


def split(program: Program, tmp_path: Path, pages: int) -> BookFolder:
    done = program.cli("split", str(scans(tmp_path / "book", pages)), "--wait")
    assert done.returncode == 0, done.stderr
    return book(program)


def text(program: Program) -> TextSummary:
    found = text_summary(program.connection, "book")
    assert found is not None
    return found


def has_text(program: Program) -> list[int]:
    return [number for number in range(1, 30) if text_file(book(program), number).exists()]


def ranges(program: Program) -> list[query.Task]:
    found = query.children(program.connection, text(program).task)
    return [task for task in found if task.name == OcrPages.task]


def test_a_book_is_split_then_recognised_and_a_person_has_the_last_word(
    program: Program, tmp_path: Path
) -> None:
    # When a book with a blank page is split, and its text recognised behind that
    folder = scans(tmp_path / "book", 4)
    Image.new("L", (600, 200), 255).save(folder / "04.png")
    done = program.cli("split", str(folder), "--then-ocr", "--wait")

    # Then the text is there, page by page and as a whole, and the book is split
    assert done.returncode == 0, done.stderr
    assert text_file(book(program), 1).read_text("utf-8") == "कुरुक्षेत्रे\n"
    whole = (book(program).path / "book.txt").read_text("utf-8")
    assert whole.startswith("[page 1]\nकुरुक्षेत्रे\n\n[page 2]\n")
    assert whole.endswith("[page 4]\n")
    assert (text(program).state, text(program).confidence[4]) == ("done", None)
    pages = summary(program.connection, "book")
    assert pages is not None
    assert (pages.state, pages.cells) == ("done", "dddd")

    # When a person corrects a page, and all is read again in another way
    text_file(book(program), 2).write_text("अथ\n", encoding="utf-8")
    again = program.cli("ocr", "book", "--again", "--preset", "old-type", "--wait")

    # Then the person's text stands, and the earlier result is kept
    assert again.returncode == 0, again.stderr
    assert "kept as a person left it: page 2" in again.stdout
    assert text_file(book(program), 2).read_text("utf-8") == "अथ\n"
    assert "[page 2]\nअथ\n" in (book(program).path / "book.txt").read_text("utf-8")
    assert (book(program).path / "ocr" / "1.1.json").exists()


def test_a_loose_picture_needs_no_daemon(program: Program, tmp_path: Path) -> None:
    done = program.cli("ocr", str(devanagari.save(tmp_path / "1.png", size=64)))
    assert done.stdout.startswith("धर्मक्षेत्रे कुरुक्षेत्रे"), done.stderr
    assert program.processes() == []


def test_the_end_of_a_pool_process_costs_the_page_in_hand(program: Program, tmp_path: Path) -> None:
    # Given a book in the middle of its recognition
    program.start_daemon(**odd_tesseract(tmp_path / "odd"), SLOW="0.3")
    split(program, tmp_path, 12)
    program.cli("ocr", "book")
    program.wait_until(lambda: len(has_text(program)) >= 4, "pages are read")

    # When the process that reads is killed
    victim = next(task for task in ranges(program) if task.state == "PROGRESS")
    assert victim.pid is not None
    os.kill(victim.pid, signal.SIGKILL)
    made = {n: record_file(book(program), n).stat().st_mtime_ns for n in has_text(program)}

    # Then all pages are read, and none of those twice that were read before
    program.wait_until(lambda: text(program).state == "done", "the text is complete")
    assert has_text(program) == list(range(1, 13))
    again = [n for n, at in made.items() if record_file(book(program), n).stat().st_mtime_ns != at]
    assert len(again) <= 1
    assert not list((book(program).path / "ocr").glob(".*"))


def test_a_page_that_ends_the_process_fails_alone(program: Program, tmp_path: Path) -> None:
    # Given a book in which one page does that
    folder = scans(tmp_path / "book", 10)
    Image.new("L", (POISON, 200), 255).save(folder / "03.png")
    program.start_daemon(**odd_tesseract(tmp_path / "odd"))
    assert program.cli("split", str(folder), "--wait").returncode == 0

    # When its text is recognised
    done = program.cli("ocr", "book", "--wait")

    # Then all others have theirs, and it is told why that one has none
    assert done.returncode == 8, done.stderr
    assert "9 pages with text, 1 not read" in done.stdout
    assert "page 3 failed: Reading this page stopped its worker 3 times" in done.stdout
    assert has_text(program) == [1, 2, *range(4, 11)]
    assert {task.state for task in ranges(program)} == {"SUCCESS"}


def test_pages_wait_for_the_network_and_go_on_by_themselves(program: Program, tmp_path: Path) -> None:
    # Given a book, and a network that is gone
    with fake_vision() as server:
        program.environment[EMULATOR] = server.endpoint
        split(program, tmp_path, 20)
        server.stop()

        # When Google is to read it, then its pages wait, and no worker is occupied
        begun = program.cli("ocr", "book", "--engine", "google")
        assert "Google will read 20 pages, about $0.03" in begun.stderr
        program.wait_until(lambda: text(program).waiting_for, "the pages wait")
        assert str(text(program).waiting_for).startswith("the network since ")
        assert has_text(program) == []

        # When the network is there again, and it is time to look, then all are read, 16 a request
        server.start()
        program.connection.execute("UPDATE tasks SET not_before = 0 WHERE state = 'PENDING'")
        program.wait_until(lambda: text(program).state == "done", "the text is complete")
        assert sorted(count for count, _ in server.sizes) == [4, 16]
    assert text_file(book(program), 20).read_text("utf-8") == "रामो वनं गच्छति\n"
