"""cli/add.py: `split` and `import-images`."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from ambuda_desktop.library import add_book
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings
from ambuda_desktop.store.books import BookSummary, book_ids, summary
from tests.support import pdfs
from tests.support.commands import Commands


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "Megha dūta.pdf"
    path.write_bytes(b"%PDF-1.4\n%...")
    return path


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """A folder with three pictures, and something else."""
    folder = tmp_path / "Kumāra"
    folder.mkdir()
    for number in (1, 2, 10):
        (folder / f"page{number}.jpg").write_bytes(pdfs.jpeg(shade=number))
    (folder / "notes.txt").write_text("none of our business")
    return folder


def see(store: sqlite3.Connection, book: str) -> BookSummary:
    found = summary(store, book)
    assert found is not None
    return found


def test_a_book_is_added_as_it_was_asked_for(
    commands: Commands, store: sqlite3.Connection, pdf: Path
) -> None:
    # When a PDF is split with all options
    said = commands.json(
        "split", str(pdf), "--title", "Meghadūta", "--pages", "3,1-2", "--format", "png", "--quality", "70",
        "--grayscale", "--max-dpi", "300",
    )  # fmt: skip

    # Then the store has the book with them, and so has what was written
    found = see(store, "meghaduta")
    assert found.title == said["title"] == "Meghadūta"
    assert found.asked == said["asked"] == "3,1-2"
    assert found.options == PageOptions(format="png", quality=70, grayscale=True, max_dpi=300)
    assert said["options"] == found.options.model_dump()
    assert said["state"] == "waiting"


def test_what_is_not_said_comes_from_the_preset_or_else_the_settings(
    commands: Commands, store: sqlite3.Connection, paths: Paths, pdf: Path
) -> None:
    # Given settings with a default and a preset
    Settings(
        split=PageOptions(quality=60, grayscale=True, max_dpi=200),
        presets={"archive": PageOptions(format="png")},
    ).save(paths.settings)

    # Then the default holds but for what is said, and a preset takes its place
    commands.run("split", str(pdf), "--color", "--max-dpi", "0")
    assert see(store, "megha-duta").options == PageOptions(quality=60)
    commands.run("split", str(pdf), "--again", "--preset", "archive", "--max-dpi", "150")
    assert see(store, "megha-duta-2").options == PageOptions(format="png", max_dpi=150)


def test_options_are_remembered_under_a_name(commands: Commands, paths: Paths, pdf: Path) -> None:
    commands.run("split", str(pdf), "--quality", "50", "--save-preset", " small  ones ")
    assert Settings.load(paths.settings).presets == {"small ones": PageOptions(quality=50)}
    assert "has no name" in commands.err("split", str(pdf), "--save-preset", " ", code=3)


def test_a_preset_that_is_none_is_told_with_those_there_are(commands: Commands, pdf: Path) -> None:
    assert "none yet" in commands.err("split", str(pdf), "--preset", "x", code=3)
    commands.run("split", str(pdf), "--save-preset", "mine")
    assert "There are: mine." in commands.err("split", str(pdf), "--again", "--preset", "x", code=3)


@pytest.mark.parametrize(
    "option",
    [
        ["--pages", "3-1"],
        ["--pages", "x"],
        ["--max-dpi", "5"],
        ["--max-dpi", "x"],
        ["--quality", "0"],
        ["--format", "gif"],
    ],
)
def test_values_that_are_none_are_refused_before_anything_is_copied(
    commands: Commands, paths: Paths, pdf: Path, option: list[str]
) -> None:
    assert f"'{option[0]}'" in commands.err("split", str(pdf), *option, code=2)
    assert list(paths.library.iterdir()) == []


def test_the_same_book_is_told_and_added_only_if_wished(
    commands: Commands, store: sqlite3.Connection, pdf: Path
) -> None:
    commands.run("split", str(pdf))
    assert "--again" in commands.err("split", str(pdf), code=9)
    assert '"book": "megha-duta"' in commands.err("split", str(pdf), "--json", code=9)
    commands.run("split", str(pdf), "--again")
    assert sorted(book_ids(store)) == ["megha-duta", "megha-duta-2"]


def test_one_bad_file_keeps_no_other_out(
    commands: Commands, store: sqlite3.Connection, pdf: Path, tmp_path: Path
) -> None:
    result = commands.run("split", str(tmp_path / "gone.pdf"), str(pdf), code=3)
    assert "gone.pdf is not there" in result.stderr
    assert "was added as megha-duta" in result.stdout
    assert book_ids(store) == ["megha-duta"]


def test_a_folder_gives_its_pdfs_and_its_pictures(
    commands: Commands, store: sqlite3.Connection, pdf: Path, scans: Path, tmp_path: Path
) -> None:
    commands.run("split", str(tmp_path))
    assert sorted(book_ids(store)) == ["kumara", "megha-duta"]


def test_pictures_become_books_and_pdfs_are_left_to_split(
    commands: Commands, store: sqlite3.Connection, paths: Paths, pdf: Path, scans: Path, tmp_path: Path
) -> None:
    # When a folder above both, and the PDF itself, are imported as images
    assert "“ambuda-desktop split” adds those" in commands.err(
        "import-images", str(tmp_path), str(pdf), code=3
    )

    # Then there is the book of pictures alone, in natural order
    assert book_ids(store) == ["kumara"]
    names = sorted(path.name for path in (paths.library / "kumara" / "original").iterdir())
    assert names == ["00001.jpg", "00002.jpg", "00003.jpg"]
    assert (paths.library / "kumara" / "original" / "00003.jpg").read_bytes() == (
        scans / "page10.jpg"
    ).read_bytes()


def test_pictures_of_one_folder_are_one_book(
    commands: Commands, store: sqlite3.Connection, scans: Path
) -> None:
    commands.run("import-images", *(str(p) for p in scans.glob("*.jpg")), "--title", "Three pages")
    assert book_ids(store) == ["three-pages"]


def test_a_place_with_nothing_to_add_is_told(commands: Commands, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "There is nothing to add" in commands.err("split", str(tmp_path / "empty"), code=3)


def test_a_title_names_one_book(
    commands: Commands, store: sqlite3.Connection, pdf: Path, scans: Path
) -> None:
    assert "--title names one book" in commands.err("split", str(pdf), str(scans), "--title", "x", code=2)
    assert book_ids(store) == []


def test_books_accepted_before_ctrl_c_are_seen_to(
    commands: Commands, pdf: Path, scans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given Ctrl+C while the second book is copied
    started: list[Paths] = []
    monkeypatch.setattr("ambuda_desktop.cli.session.keep_daemon", started.append)

    def interrupted(*arguments: Any) -> str:
        if arguments[2] == scans:
            raise KeyboardInterrupt
        return add_book(*arguments)

    monkeypatch.setattr("ambuda_desktop.cli.add.add_book", interrupted)

    # Then a daemon is started for the first, and the sentence names the other
    assert "Kumāra was not added" in commands.err("split", str(pdf), str(scans), code=130)
    assert len(started) == 1
