"""Any PDF that staff may own, through the real program: a sentence for each, nothing lost, the others done."""

import hashlib
import os
from pathlib import Path

import pytest
from PIL import Image

from ambuda_desktop.books import BookFolder
from ambuda_desktop.errors import AlreadyAdded, BadInput
from ambuda_desktop.library import NewBook, add_book
from ambuda_desktop.manifest import Manifest
from ambuda_desktop.store.books import BookSummary, summary
from tests.support import pdfs
from tests.support.odd import ODD, look
from tests.support.program import Program
from tests.support.splitting import ignore

ENDS = ("done", "incomplete", "failed", "cancelled")


def see(program: Program, book: str) -> BookSummary:
    found = summary(program.connection, book)
    assert found is not None
    return found


def folder(program: Program, book: str) -> BookFolder:
    return BookFolder(program.paths.library / book)


def add(program: Program, place: Path, new: NewBook | None = None) -> str:
    return add_book(program.connection, program.paths, place, ignore, new)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def wait_for_ends(program: Program, *books: str) -> None:
    program.wait_until(
        lambda: all(see(program, book).state in ENDS for book in books),
        f"all books end: { {book: see(program, book).state for book in books} }",
    )


def test_each_odd_book_has_its_sentence_and_the_others_are_done(program: Program, tmp_path: Path) -> None:
    # Given a book for each oddity, and a good one at the end
    sources = {name: tmp_path / f"{name}.pdf" for name in ODD}
    for name, odd in ODD.items():
        odd.write(sources[name])
    good = pdfs.scanned_book(tmp_path / "good.pdf", 3)
    before = {name: sha256(path) for name, path in sources.items()}

    # When all are given to the program
    program.start_daemon()
    books = {name: add(program, path) for name, path in sources.items()}
    last = add(program, tmp_path / "good.pdf")
    wait_for_ends(program, last, *books.values())

    # Then the good one is done
    assert see(program, last).state == "done"
    assert [(folder(program, last).pages / f"{n}.jpg").read_bytes() for n in (1, 2, 3)] == good
    for name, odd in ODD.items():
        found = see(program, books[name])
        told = found.error or found.doubt
        # And each of the others has the end and the sentence it must have
        assert found.state == odd.state, (name, found)
        assert (odd.says in (told or "")) if odd.says else told is None, (name, told)
        sentences = {**found.failures, **found.warnings}
        assert sentences.keys() == (odd.pages or {}).keys(), (name, sentences)
        assert all(part in sentences[number] for number, part in (odd.pages or {}).items()), (name, sentences)
        assert all(sentence.endswith(".") for sentence in (told or ".", *sentences.values())), name
        # And nothing of it is lost: neither what was added, nor our copy, nor the pages that can be made
        assert sha256(sources[name]) == sha256(folder(program, books[name]).original) == before[name]
        page = folder(program, books[name]).page(1)
        if odd.state == "failed" or 1 in (odd.pages or {}):
            assert page is None
        else:
            assert page is not None
            look(name, page)


def test_names_of_any_kind_make_books_of_their_own(program: Program, tmp_path: Path) -> None:
    # Given files whose names are hard, two of which make the same folder name, and some no name at all
    names = {
        "मेघदूतम्.pdf": "मेघदूतम्",
        "Śiva pur\u0101\u1e47a.pdf": "Śiva purāṇa",
        "Siva-Purana.pdf": "Siva-Purana",
        "two\nlines\tand a tab.pdf": "two lines and a tab",
        "  spaces  .pdf": "spaces",
        "%s {} $(touch x) ; 'quoted'.pdf": "%s {} $(touch x) ; 'quoted'",
        "-n.pdf": "-n",
        "....pdf": "...",
        f"{'long ' * 40}.pdf": " ".join(["long"] * 40),
    }
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    for number, name in enumerate(names):
        pdfs.scanned_book(shelf / name, 1, size=(160 + number, 80))

    # When they are given to the command line, a name after the end of its options
    done = program.cli("split", "--wait", "--", *(str(shelf / name) for name in names))

    # Then each is a book with its title, in a folder of the library that can be typed
    assert done.returncode == 0, done.stderr
    rows = program.connection.execute("SELECT id, title FROM books ORDER BY added_at").fetchall()
    assert [row["title"] for row in rows] == list(names.values())
    assert len({row["id"] for row in rows}) == len(names)
    for row in rows:
        assert row["id"].isascii()
        assert see(program, row["id"]).state == "done"
        assert (folder(program, row["id"]).pages / "1.jpg").exists()
    assert {row["id"] for row in rows} >= {"siva-purana", "siva-purana-2", "two-lines-and-a-tab"}


def test_what_is_no_book_is_refused_before_anything_is_made(program: Program, tmp_path: Path) -> None:
    # Given what people drop by mistake
    (tmp_path / "text.pdf").write_text("Dear reader")
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "folder.pdf").mkdir()
    os.mkfifo(tmp_path / "pipe.pdf")
    (tmp_path / "lost.pdf").symlink_to(tmp_path / "gone.pdf")

    # When all of it is given to the command line
    names = ("text", "empty", "folder", "pipe", "lost", "nothing")
    refused = program.cli("split", *(str(tmp_path / f"{name}.pdf") for name in names), "--wait")

    # Then each has its sentence, and there is no book
    assert refused.returncode == 3
    for sentence in (
        "text.pdf is not a PDF", "empty.pdf is empty", "There is nothing to add in", "pipe.pdf is no file",
        "lost.pdf is not there", "nothing.pdf is not there",
    ):  # fmt: skip
        assert sentence in refused.stderr
    assert not list(program.paths.library.iterdir())
    assert not program.connection.execute("SELECT 1 FROM books").fetchall()


def test_a_source_that_goes_or_changes_meanwhile_is_refused(program: Program, tmp_path: Path) -> None:
    # Given a daemon at work, and a stick that is pulled out, or written to, in the middle of a copy
    program.start_daemon()
    pdfs.scanned_book(tmp_path / "good.pdf", 2)
    good = add(program, tmp_path / "good.pdf")
    pdfs.scanned_book(tmp_path / "gone.pdf", 2)
    pdfs.scanned_book(tmp_path / "changed.pdf", 2)

    def unplug(_done: int, _total: int) -> None:
        (tmp_path / "gone.pdf").unlink(missing_ok=True)

    def change(done: int, _total: int) -> None:
        with (tmp_path / "changed.pdf").open("r+b") as file:
            file.write(b"%PDF-2")

    # When they are added, then each is refused with a sentence, and nothing is left of it
    with pytest.raises(BadInput, match=r"gone\.pdf is no longer there\. Nothing was added"):
        add_book(program.connection, program.paths, tmp_path / "gone.pdf", unplug)
    with pytest.raises(BadInput, match=r"changed\.pdf changed while it was copied\. Nothing was added"):
        add_book(program.connection, program.paths, tmp_path / "changed.pdf", change)
    wait_for_ends(program, good)
    assert [path.name for path in program.paths.library.iterdir()] == [good]

    # And what changed can be added when it rests; the same once more is offered
    changed = add(program, tmp_path / "changed.pdf")
    with pytest.raises(AlreadyAdded, match="in the library already") as offered:
        add(program, tmp_path / "changed.pdf", NewBook(title="another"))
    assert offered.value.book == changed
    wait_for_ends(program, changed)
    assert {see(program, good).state, see(program, changed).state} == {"done"}


def test_a_library_that_cannot_be_written_is_a_sentence(program: Program, tmp_path: Path) -> None:
    # Given a library folder that nobody may write: root may write all but what the kernel keeps
    place = Path("/sys/kernel") if os.geteuid() == 0 else tmp_path / "library"
    if os.geteuid():
        place.mkdir(mode=0o500)
    program.paths.settings.write_text(f'{{"library": "{place}"}}')
    pdfs.scanned_book(tmp_path / "book.pdf", 1)

    # When a book is added
    refused = program.cli("split", str(tmp_path / "book.pdf"))

    # Then the sentence says so
    assert refused.returncode == 3
    assert f"{place} cannot be written" in refused.stderr
    assert "Nothing was added" in refused.stderr


def test_a_folder_of_scans_with_a_damaged_one_is_a_book(program: Program, tmp_path: Path) -> None:
    # Given a folder of pictures: one of several pages, one upside down, one damaged
    scans = tmp_path / "Raghuvaṃśa"
    scans.mkdir()
    (scans / "1.jpg").write_bytes(pdfs.jpeg())
    pages = [pdfs.picture(shade=shade) for shade in (20, 90)]
    pages[0].save(scans / "2.tiff", save_all=True, append_images=pages[1:])
    exif = Image.Exif()
    exif[0x0112] = 6
    pdfs.picture().save(scans / "10.JPG", exif=exif)
    (scans / "11.png").write_bytes(b"\x89PNG\r\n\x1a\nand nothing else")
    (scans / "notes.txt").write_text("mine")

    # When it is split on the command line
    split = program.cli("split", str(scans), "--wait")

    # Then each picture is a page, in natural order, and the damaged one says so
    assert split.returncode == 8
    found = see(program, "raghuvamsa")
    assert (found.pages, found.state, list(found.failures)) == (5, "incomplete", [5])
    assert found.failures[5].startswith("The picture is damaged: ")
    records = Manifest.load(folder(program, "raghuvamsa").manifest).pages
    assert [record.method for record in records] == ["copied", "rendered", "rendered", "rendered", "failed"]
    assert (records[3].width, records[3].height) == (pdfs.HEIGHT, pdfs.WIDTH)
    assert (folder(program, "raghuvamsa").pages / "1.jpg").read_bytes() == pdfs.jpeg()
    assert len(list(scans.iterdir())) == 5
