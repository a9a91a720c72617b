"""paths.py and settings.py: where things are, and what the user may set."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from ambuda_desktop.errors import BadInput
from ambuda_desktop.paths import MAX_SOCKET_PATH, Paths
from ambuda_desktop.settings import Settings


def test_everything_is_for_this_user_only(paths: Paths) -> None:
    folders = [paths.root, paths.library, paths.logs, paths.locks, paths.runtime]
    assert [f"{folder.stat().st_mode & 0o777:o}" for folder in folders] == ["700"] * 5


def test_the_socket_path_fits_however_long_the_runtime_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/" + "x" * 200)
    assert len(str(Paths(Path("/data")).redis_socket)) <= MAX_SOCKET_PATH


def test_two_data_folders_have_two_sockets() -> None:
    assert Paths(Path("/a")).redis_socket != Paths(Path("/b")).redis_socket


def test_a_data_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be made"):
        Paths(tmp_path / "file" / "data").make()


def test_a_network_drive_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a folder on a drive of another machine
    mounted = [
        SimpleNamespace(mountpoint="/", fstype="ext4"),
        SimpleNamespace(mountpoint=str(tmp_path), fstype="nfs4"),
    ]
    monkeypatch.setattr("psutil.disk_partitions", lambda all: mounted)

    # When the data folder is to be made there, then it is refused with a sentence
    with pytest.raises(BadInput, match="network drive"):
        Paths(tmp_path / "data").make()


def test_settings_survive_and_bad_ones_are_a_sentence(paths: Paths) -> None:
    Settings(theme="dark").save(paths.settings)
    assert Settings.load(paths.settings).theme == "dark"
    paths.settings.write_text('{"theme": "pink"}')
    with pytest.raises(BadInput, match="theme"):
        Settings.load(paths.settings)


def test_a_lease_stays_in_its_folder_whatever_the_id(paths: Paths) -> None:
    for task_id in ("2f9d7d1e-8d0b-4a86-9d5c-0a8d3f0f1111", "../../store.db", "a/b", "x" * 400, "मेघ"):
        assert paths.lease(task_id).parent == paths.locks
        assert paths.lease(task_id).name not in ("", ".", "..")
        assert len(paths.lease(task_id).name) <= 80
