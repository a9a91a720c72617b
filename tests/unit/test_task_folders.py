"""task_folders.py: where task code may lie."""

from pathlib import Path

import pytest

from ambuda_desktop.errors import BadInput
from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings
from ambuda_desktop.task_folders import check_task_folder, python_files, top_level, usable_folders


def test_a_folder_that_overlaps_where_files_are_written_is_refused(paths: Paths, tmp_path: Path) -> None:
    (paths.library / "book").mkdir()
    for place in (paths.root, paths.root.parent, paths.library, paths.library / "book", paths.logs):
        with pytest.raises(BadInput, match=r"overlaps|no full path"):
            check_task_folder(paths, place)
    with pytest.raises(BadInput, match="not there"):
        check_task_folder(paths, tmp_path / "nowhere")
    with pytest.raises(BadInput, match="no full path"):
        check_task_folder(paths, Path("tasks"))
    (tmp_path / "code").mkdir()
    check_task_folder(paths, tmp_path / "code")


def test_folders_that_are_no_good_are_told_and_the_others_used(paths: Paths, tmp_path: Path) -> None:
    # Given a good folder in the settings, one that is gone, and one from the command line
    (tmp_path / "good").mkdir()
    (tmp_path / "extra").mkdir()
    Settings(task_folders=[tmp_path / "good", tmp_path / "gone"]).save(paths.settings)

    # Then the good ones are used, after the one in the data folder
    folders, complaints = usable_folders(paths, [tmp_path / "extra"])
    assert folders == [paths.tasks, tmp_path / "good", tmp_path / "extra"]
    assert len(complaints) == 1
    assert "gone" in complaints[0]


def test_modules_and_packages_are_tasks_and_the_rest_is_not(tmp_path: Path) -> None:
    for name in (
        "a.py",
        "_private.py",
        ".swp.py",
        "a.b.py",
        "pack/__init__.py",
        "pack/inner.py",
        "data/x.py",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert top_level(tmp_path) == {"a": tmp_path / "a.py", "pack": tmp_path / "pack" / "__init__.py"}
    assert tmp_path / "data" / "x.py" in list(python_files(tmp_path))
    assert top_level(tmp_path / "nowhere") == {}
