"""doctor/: each thing that can be wrong is found, and told with how to mend it."""

import multiprocessing
import shutil
import sqlite3
from collections import namedtuple
from pathlib import Path

import pytest

from ambuda_desktop import doctor
from ambuda_desktop.doctor import CHECKS, examine, folders, machine, programs, qt, running
from ambuda_desktop.locks import holding
from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings
from ambuda_desktop.store.facts import put_fact
from tests.support.commands import Commands

Usage = namedtuple("Usage", "total used free")


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_a_healthy_machine_has_no_problem(paths: Paths, store: sqlite3.Connection) -> None:
    found = list(examine(paths))
    assert len(found) == len(CHECKS)
    assert [f for f in found if f.level == "problem" and f.what != "Qt libraries"] == []
    assert all(f.mend for f in found if f.level != "ok")


def test_looking_makes_nothing(tmp_path: Path) -> None:
    list(examine(Paths(tmp_path / "nothing" / "yet")))
    assert list(tmp_path.iterdir()) == []


def test_a_check_that_breaks_hides_no_other(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_paths: Paths) -> doctor.Finding:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(doctor, "CHECKS", (broken, folders.network_drive))
    first, second = examine(paths)
    assert (first.what, first.level, "ZeroDivisionError" in first.says) == ("broken", "problem", True)
    assert second.level == "ok"


# --- programs ------------------------------------------------------------------------------------------------


def test_a_redis_that_is_no_program_is_a_problem(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMBUDA_REDIS_SERVER", "/nowhere/redis")
    assert "/nowhere/redis" in programs.redis_server(paths).says

    # Nor is one that does not start
    monkeypatch.setenv(
        "AMBUDA_REDIS_SERVER", str(script(tmp_path / "redis-server", "echo no such library; exit 127"))
    )
    found = programs.redis_server(paths)
    assert (found.level, "no such library" in found.says) == ("problem", True)

    # One that starts tells its version
    monkeypatch.setenv(
        "AMBUDA_REDIS_SERVER", str(script(tmp_path / "redis", "echo Redis server v=7.0.15 sha=0"))
    )
    assert programs.redis_server(paths).says.startswith("7.0.15, ")


def test_a_missing_poppler_is_worth_a_look(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given half of poppler, then the other half is named
    monkeypatch.setenv("PATH", str(tmp_path))
    script(tmp_path / "pdftocairo", "echo pdftocairo version 24.02.0 >&2")
    found = programs.poppler_programs(paths)
    assert (found.level, found.says.split()[0]) == ("look", "pdfinfo")

    # Given all of it, then its version is told
    script(tmp_path / "pdfinfo", "exit 0")
    assert programs.poppler_programs(paths).says.startswith("24.02.0, ")

    # Given one that does not start
    script(tmp_path / "pdftocairo", "exit 1")
    assert programs.poppler_programs(paths).level == "problem"


def test_missing_libraries_of_qt_are_named_by_their_packages(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given an ldd that misses two libraries, one of which we know no package of
    lines = ("libxcb-cursor.so.0 => not found", "libnew.so.1 => not found", "libc.so.6 => /x (0x1)")
    script(tmp_path / "ldd", "\n".join(f"echo '\t{line}'" for line in lines))
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    found = qt.qt_libraries(paths)
    assert found.level == "problem"
    assert "libnew.so.1, libxcb-cursor.so.0 not found" in found.says
    assert found.mend == "apt-get install libnew.so.1 libxcb-cursor0"


def test_the_packages_of_libraries_are_those_that_the_set_up_installs() -> None:
    setup = (Path(__file__).resolve().parents[2] / "packaging" / "setup.sh").read_text()
    assert [package for package in qt.PACKAGES.values() if package not in setup] == []


def test_no_display_is_worth_a_look(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert qt.display(paths).level == "look"
    monkeypatch.setenv("DISPLAY", ":7")
    assert qt.display(paths).says == "DISPLAY=:7"


# --- machine -------------------------------------------------------------------------------------------------


def test_packages_that_are_missing_are_named(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "importlib.metadata.requires", lambda _name: ["nothing-like-it>=1", 'ruff; extra == "dev"']
    )
    assert "nothing-like-it" in machine.package_versions(paths).says


def test_a_locale_that_loses_diacritics_is_a_problem(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("locale.getpreferredencoding", lambda _set: "ANSI_X3.4-1968")
    assert machine.locale(paths).mend == "export LANG=C.UTF-8"


def test_shared_memory_that_cannot_be_written_is_worth_a_look(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(64 << 20, 64 << 20, 1_000_000))
    assert "only 1 MB" in machine.shared_memory(paths).says

    def refused() -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(multiprocessing, "Lock", refused)
    found = machine.shared_memory(paths)
    assert (found.level, "threads" in found.says) == ("look", True)


def test_missing_fonts_are_a_problem(paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "resources", lambda: tmp_path)
    assert "Lohit-Devanagari.ttf" in machine.resource_files(paths).says


# --- folders -------------------------------------------------------------------------------------------------


def test_a_data_folder_that_cannot_be_written_is_a_problem(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda _path, _mode: False)  # root may write anywhere
    assert folders.data_folder(paths).level == "problem"
    assert "cannot be made in" in folders.data_folder(Paths(paths.root / "a" / "b")).says
    assert folders.library(paths).level == "problem"
    assert running.runtime_folder(paths).level == "problem"


def test_a_data_folder_that_others_can_read_is_worth_a_look(paths: Paths) -> None:
    assert folders.data_folder(paths).level == "ok"
    paths.root.chmod(0o755)
    found = folders.data_folder(paths)
    assert (found.level, found.mend) == ("look", f"chmod -R go= '{paths.root}'")


def test_a_network_drive_is_a_problem(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "network_file_system", lambda _folder: "nfs4")
    found = folders.network_drive(paths)
    assert (found.level, "(nfs4)" in found.says) == ("problem", True)


def test_a_library_on_a_disk_that_is_not_there_is_a_problem(paths: Paths, tmp_path: Path) -> None:
    Settings(library=tmp_path / "stick" / "books").save(paths.settings)
    found = folders.library(paths)
    assert (found.level, found.mend.startswith("Connect the disk")) == ("problem", True)


@pytest.mark.parametrize(
    ("free", "level"), [(100_000_000, "problem"), (2_000_000_000, "look"), (10**11, "ok")]
)
def test_a_disk_that_is_nearly_full_is_told(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, free: int, level: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**12, 0, free))
    assert folders.disk_space(paths).level == level


def test_damaged_settings_and_a_damaged_store_are_problems(paths: Paths, store: sqlite3.Connection) -> None:
    assert folders.store(paths).level == "ok"
    paths.settings.write_text("{")
    assert folders.settings(paths).level == "problem"
    store.close()
    for path in paths.root.glob("store.db*"):
        path.unlink()
    paths.store.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    found = folders.store(paths)
    assert (found.level, "ambuda-desktop daemon" in found.mend) == ("problem", True)
    assert {f.level for f in examine(paths) if f.what in ("settings", "task store", "library")} == {"problem"}


# --- what runs -----------------------------------------------------------------------------------------------


def test_a_daemon_that_died_is_told_and_a_stopped_one_is_not(paths: Paths, store: sqlite3.Connection) -> None:
    put_fact(store, "daemon", {"pid": 4711, "state": "running", "started_at": 1.0})
    found = running.daemon(paths)
    assert (found.level, "4711 ended without a word" in found.says) == ("look", True)
    put_fact(store, "daemon", {"pid": 4711, "state": "stopped", "started_at": 1.0})
    assert running.daemon(paths).level == "ok"


def test_a_daemon_that_hangs_is_a_problem(paths: Paths, store: sqlite3.Connection) -> None:
    # Given one that has been starting for ages
    with holding(paths.locks / "daemon.lock"):
        put_fact(store, "daemon", {"pid": 1, "state": "starting", "started_at": 1.0})
        found = running.daemon(paths)
        assert (found.level, "kill -9 1" in found.mend) == ("problem", True)

        # One that works is well, and one whose Redis is silent is worth a look
        put_fact(store, "daemon", {"pid": 1, "state": "running", "started_at": 1.0})
        assert running.daemon(paths).level == "ok"
        put_fact(store, "redis", {"state": "silent"})
        assert running.daemon(paths).level == "look"

        # And a lock that a stranger holds is a problem
        put_fact(store, "daemon", {"pid": 2**22 + 1, "state": "running", "started_at": 1.0})
        assert running.daemon(paths).level == "problem"


def test_what_a_dead_daemon_left_is_told(paths: Paths) -> None:
    assert running.left_behind(paths).level == "ok"
    with holding(paths.runtime / "redis.lock"), holding(paths.locks / "cpu.ab12.1.lock", shared=True):
        found = running.left_behind(paths)
    assert (found.level, "a Redis" in found.says, "cpu.ab12.1" in found.says) == ("look", True, True)


# --- the command ---------------------------------------------------------------------------------------------


def test_the_exit_code_tells_of_problems(
    commands: Commands, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "CHECKS", (folders.network_drive, folders.settings))
    assert commands.out("doctor").endswith("Nothing is wrong.\n")
    paths.settings.write_text("{")
    text = commands.out("doctor", code=1)
    assert "Mend: mv" in text
    assert [f["level"] for f in commands.lines("doctor", code=1)] == ["ok", "problem"]
