import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from ambuda_desktop.library import NewBook
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings
from ambuda_desktop.sources import Pictures
from ambuda_desktop.store import books
from ambuda_desktop.ui.adding import Adding, Incoming, Twice, name_of


@pytest.fixture
def picture(tmp_path: Path) -> Callable[[str], Path]:
    def make(name: str) -> Path:
        path = tmp_path / "scans" / name
        path.parent.mkdir(exist_ok=True)
        Image.new("RGB", (20, 30), (len(list(path.parent.iterdir())), 0, 0)).save(path)
        return path

    return make


def test_a_folder_of_pictures_and_loose_ones_are_a_book_each(
    qtbot: QtBot, adding: Adding, store: sqlite3.Connection, tmp_path: Path, picture: Callable[[str], Path]
) -> None:
    # Given pictures in a folder, and a PDF beside it
    pages = [picture(f"page{number}.jpg") for number in (1, 2, 10)]
    pdf = tmp_path / "Meghadūta.pdf"
    pdf.write_bytes(b"%PDF-1.4 good enough to be accepted")

    # When the folder and the PDF are added, and then two of its pictures together
    adding.add([pages[0].parent, pdf])
    qtbot.waitUntil(lambda: set(books.book_ids(store)) == {"scans", "meghaduta"})
    adding.add([pages[2], pages[1]])

    # Then those are one book, in natural order
    qtbot.waitUntil(lambda: "scans-2" in books.book_ids(store))


def test_what_the_settings_say_is_what_is_made(
    qtbot: QtBot, adding: Adding, store: sqlite3.Connection, paths: Paths, picture: Callable[[str], Path]
) -> None:
    gray = PageOptions(grayscale=True, quality=70)
    Settings(split=gray).save(paths.settings)
    adding.add([picture("a.jpg")])
    qtbot.waitUntil(lambda: books.book_ids(store) == ["a"])
    found = books.summary(store, "a")
    assert found is not None
    assert found.options == gray


def test_what_is_asked_for_comes_before_the_settings(
    qtbot: QtBot, adding: Adding, store: sqlite3.Connection, picture: Callable[[str], Path]
) -> None:
    adding.add_books([picture("a.jpg")], NewBook("Ṛtusaṃhāra", "1", PageOptions(format="png")))
    assert adding.incoming[0].title == "Ṛtusaṃhāra"
    qtbot.waitUntil(lambda: bool(books.book_ids(store)))
    found = books.summary(store, "rtusamhara")
    assert found is not None
    assert (found.title, found.asked, found.options.format) == ("Ṛtusaṃhāra", "1", "png")


def test_the_same_book_twice_is_offered_again(
    qtbot: QtBot, adding: Adding, store: sqlite3.Connection, picture: Callable[[str], Path]
) -> None:
    # Given a book that is there
    place = picture("a.jpg")
    adding.add([place])
    qtbot.waitUntil(lambda: books.book_ids(store) == ["a"])

    # When it comes once more
    twice: list[Twice] = []
    adding.twice.connect(twice.append)
    adding.add([place])

    # Then nothing is added, and the one that is there is named
    qtbot.waitUntil(lambda: len(twice) == 1)
    assert twice[0].book == "a"
    assert books.book_ids(store) == ["a"]

    # And who wants it all the same gets it
    adding.add_again(twice[0])
    qtbot.waitUntil(lambda: set(books.book_ids(store)) == {"a", "a-2"})


def test_a_folder_without_books_is_said(qtbot: QtBot, adding: Adding, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    with qtbot.waitSignal(adding.refused) as refused:
        adding.add([tmp_path / "notes"])
    assert refused.args == [f"There is no PDF and no JPEG, PNG or TIFF picture in {tmp_path / 'notes'}."]


def test_names_are_found_without_asking_the_disk() -> None:
    assert name_of(Path("/x/Meghadūta 1.5.pdf")) == "Meghadūta 1.5"
    assert name_of(Path("/x/scans vol. 2")) == "scans vol. 2"
    assert name_of(Pictures(Path("/x/scans"), (Path("/x/scans/1.jpg"),))) == "scans"
    assert Incoming(Path("/x/1.TIFF")).title == "1"
