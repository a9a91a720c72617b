import os
from pathlib import Path

import pytest

from ambuda_desktop.ui.trash import trash_folder


def test_the_trash_of_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert (
        trash_folder(tmp_path / "library") == tmp_path / ".local/share/Trash/files"
    )  # not there: the usual one
    (tmp_path / "library").mkdir()
    assert trash_folder(tmp_path / "library") == tmp_path / ".local/share/Trash/files"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert trash_folder(tmp_path / "library") == tmp_path / "data/Trash/files"


def test_another_disk_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    other = Path("/proc")  # on a file system of its own, whatever the machine
    if other.stat().st_dev == Path.home().stat().st_dev:
        pytest.skip("no other file system")
    assert trash_folder(other / "sys") == other / f".Trash-{os.getuid()}" / "files"
