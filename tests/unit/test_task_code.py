"""daemon/task_code.py: which files changed, and whether that matters."""

import os
import time
from pathlib import Path

import pytest

from ambuda_desktop.daemon.task_code import TaskCode


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A task folder with a module, a package, and what is no code."""
    for name in (
        "a.py",
        "pack/__init__.py",
        "pack/inner.py",
        ".hidden/x.py",
        "__pycache__/a.py",
        "notes.txt",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("X = 1\n")
    return tmp_path


def test_only_other_content_is_a_change(folder: Path) -> None:
    # Given code that was looked at
    code = TaskCode([folder], None)
    before = code.hash

    # When a file is touched, then it has not changed
    os.utime(folder / "a.py", (1, 1))
    assert code.changed([folder / "a.py"]) == set()
    assert code.hash == before

    # When other words of the same length are in it, then it has, once
    (folder / "a.py").write_text("X = 2\n")
    assert code.changed([folder / "a.py"]) == {folder / "a.py"}
    assert code.changed([folder / "a.py"]) == set()
    assert code.hash != before

    # And when it is as it was, then the whole is, too
    (folder / "a.py").write_text("X = 1\n")
    code.changed([folder / "a.py"])
    assert code.hash == before


def test_other_folders_are_a_change_of_what_is_in_them(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    # Given code of one folder
    other = tmp_path_factory.mktemp("other")
    (other / "b.py").write_text("Y = 1\n")
    code = TaskCode([folder], None)
    before = code.hash

    # When another is looked at too, then its files came
    assert code.follow([folder, other]) == {other / "b.py"}
    assert code.order()["folders"] == [str(folder), str(other)]
    assert code.hash != before

    # And when it is looked at no more, they went, and all is as it was
    assert code.follow([folder]) == {other / "b.py"}
    assert code.follow([folder]) == set()
    assert code.hash == before


def test_a_folder_that_moved_concerns_all_that_is_and_was_in_it(folder: Path) -> None:
    code = TaskCode([folder], None)
    (folder / "pack").rename(folder / "other")
    assert code.changed([folder / "pack", folder / "other"]) == {
        folder / "pack" / "__init__.py", folder / "pack" / "inner.py",
        folder / "other" / "__init__.py", folder / "other" / "inner.py",
    }  # fmt: skip


def test_of_the_program_only_what_workers_import_counts(tmp_path: Path) -> None:
    # Given the program's own code, with a window
    for name in ("worker/task.py", "ui/app.py"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("X = 1\n")
    code = TaskCode([], tmp_path)
    before = code.hash

    # When all of it is looked at, or the window is saved, then nothing has changed
    assert code.changed([tmp_path]) == set()
    (tmp_path / "ui/app.py").write_text("X = 2\n")
    assert code.changed([tmp_path / "ui/app.py"]) == set()
    assert code.hash == before


def test_a_checkout_in_a_big_folder_does_not_hold_up_the_daemon(folder: Path) -> None:
    # Given a folder of many files, deep down
    deep = folder / "one" / "two" / "three"
    deep.mkdir(parents=True)
    for number in range(1000):
        (deep / f"m{number}.py").write_text("X = 1\n")
    code = TaskCode([folder], None)

    # When 200 of them are written at once, then looking at them takes no time; each with each took seconds
    begin = time.process_time()
    assert code.changed([deep / f"m{number}.py" for number in range(200)]) == set()
    assert time.process_time() - begin < 0.5


def test_what_is_no_code_is_never_seen(folder: Path) -> None:
    code = TaskCode([folder], None)
    for name in (".hidden/x.py", "__pycache__/a.py"):
        (folder / name).write_text("X = 2\n")
    assert code.changed([folder]) == set()


def test_a_change_matters_where_workers_import_it(folder: Path) -> None:
    code = TaskCode([folder], None)
    imported = {str(folder / "pack" / "inner.py")}
    assert code.is_imported(folder / "pack" / "inner.py", imported)
    assert code.is_imported(folder / "new.py", set())  # every file that lies there is a task file
    assert code.is_imported(folder / "pack" / "__init__.py", set())
    assert not code.is_imported(folder / "pack" / "unused.py", imported)
    assert not code.is_imported(folder / "_unused.py", imported)


def test_a_file_that_hung_is_tried_again_once_it_changed(folder: Path) -> None:
    code = TaskCode([folder], None)
    code.skip.add(str(folder / "a.py"))
    assert code.order()["skip"] == [str(folder / "a.py")]
    (folder / "a.py").write_text("X = 3\n")
    code.changed([folder])
    assert code.order()["skip"] == []


def test_the_window_is_no_task_code(tmp_path: Path) -> None:
    (tmp_path / "ui").mkdir()
    (tmp_path / "ui" / "app.py").write_text("X = 1\n")
    (tmp_path / "books.py").write_text("X = 1\n")
    code = TaskCode([], tmp_path)
    before = code.hash
    (tmp_path / "books.py").write_text("X = 2\n")
    assert code.changed([tmp_path / "books.py"])
    assert code.hash != before
