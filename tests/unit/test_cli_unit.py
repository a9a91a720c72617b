"""cli/unit.py: the systemd user unit. No systemd is asked: `systemctl` is the test's own."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ambuda_desktop import launch
from ambuda_desktop.cli.unit import quoted, unit_path, unit_text
from ambuda_desktop.locks import PROBE, FileLock
from ambuda_desktop.paths import ENVIRONMENT, Paths
from ambuda_desktop.settings import Settings
from tests.support.commands import Commands


@pytest.fixture(autouse=True)
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where units go; a folder that is not there yet."""
    folder = tmp_path / "my config"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    return folder


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A systemctl that writes down what it was told, and is the only program there is."""
    folder = tmp_path / "bin"
    folder.mkdir()
    file = tmp_path / "said"
    file.touch()
    (folder / "systemctl").write_text(f'#!/bin/sh\necho "$@" >> {shlex.quote(str(file))}\n')
    (folder / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return file


def lines(text: str) -> dict[str, str]:
    """The settings of a unit by name."""
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def test_the_unit_starts_this_program_for_this_data_folder(paths: Paths) -> None:
    Settings(stop_timeout=42).save(paths.settings)
    found = lines(unit_text(paths))
    assert found["ExecStart"] == f'":{sys.executable}" "-P" "-m" "ambuda_desktop" "daemon"'
    assert found["Environment"] == f'"{ENVIRONMENT}={paths.root}"'
    assert found["Restart"] == "on-failure"
    assert found["RestartPreventExitStatus"] == "5"
    assert found["TimeoutStopSec"] == "57"


def test_the_folder_that_everybody_has_is_not_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "Environment" not in unit_text(Paths(tmp_path / "Ambuda"))


def test_the_packaged_program_is_started_itself(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/opt/Ambuda Desktop/ambuda-desktop")
    assert lines(unit_text(paths))["ExecStart"] == '":/opt/Ambuda Desktop/ambuda-desktop" "daemon"'


def test_words_are_quoted_as_systemd_reads_them() -> None:
    assert quoted('/my "books"/100%/a\\b/$x\n') == r'"/my \"books\"/100%%/a\\b/$x\x0a"'


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_understands_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a program and a data folder with everything in their paths that means something to systemd
    folder = tmp_path / "a 'b' \"c\" 100% $HOME \\d"
    folder.mkdir()
    program = folder / "ambuda desktop"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setattr("ambuda_desktop.cli.unit.program", lambda *words: [str(program), *words])
    unit = tmp_path / "ambuda-desktop.service"
    unit.write_text(unit_text(Paths(folder)))

    # Then it finds the program, and complains of nothing
    checked = subprocess.run(
        ["systemd-analyze", "--user", "verify", str(unit)],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (checked.returncode, [line for line in checked.stderr.splitlines() if unit.name in line]) == (
        0,
        [],
    )


def test_it_is_installed_and_removed(commands: Commands, configuration: Path, said: Path) -> None:
    # When it is installed
    told = commands.out("daemon", "--install-unit")

    # Then it is where systemd looks, and systemd starts it
    unit = configuration / "systemd" / "user" / "ambuda-desktop.service"
    assert unit.exists()
    assert told.startswith(f"Wrote {unit}. The daemon runs")
    assert said.read_text().splitlines() == [
        "--user daemon-reload",
        "--user enable --now ambuda-desktop.service",
    ]

    # When it is removed, then it is stopped first, and removing it again is no failure
    assert commands.json("daemon", "--remove-unit") == {"unit": str(unit), "removed": True, "error": None}
    assert said.read_text().splitlines()[2:] == [
        "--user disable --now ambuda-desktop.service",
        "--user daemon-reload",
    ]
    assert not unit.exists()
    assert commands.json("daemon", "--remove-unit") == {"unit": str(unit), "removed": False}


def test_a_daemon_that_runs_is_left_alone(commands: Commands, paths: Paths, said: Path) -> None:
    daemon = FileLock.take(paths.locks / "daemon.lock", wait=PROBE)
    assert daemon is not None
    assert launch.daemon_is_running(paths)
    told = commands.out("daemon", "--install-unit")
    assert "A daemon runs already" in told
    assert said.read_text().splitlines()[-1] == "--user enable ambuda-desktop.service"

    # And nothing is promised of it, because it may go when there is no work: only how to have the unit's at once
    assert "goes on" not in told
    assert "ambuda-desktop daemon --stop && systemctl --user start ambuda-desktop.service" in told
    daemon.release()


@pytest.mark.parametrize(
    ("systemctl", "why"),
    [("", "There is no systemctl here."),
     ("echo 'Failed to connect to bus:' >&2; echo 'No medium found.' >&2; exit 1",
      "” failed: Failed to connect to bus: No medium found."),
     ("exit 4", "“systemctl --user daemon-reload” failed: exit code 4.")],
)  # fmt: skip
def test_where_systemd_does_not_do_it_the_user_is_told_why_and_what_to_run(
    commands: Commands, said: Path, systemctl: str, why: str
) -> None:
    # Given no systemctl, or one that cannot reach systemd, or one that says nothing
    program = said.parent / "bin" / "systemctl"
    if systemctl:
        program.write_text(f"#!/bin/sh\n{systemctl}\n")
    else:
        program.unlink()

    # Then the unit is written all the same
    told = commands.out("daemon", "--install-unit")
    assert why in told
    assert why in commands.json("daemon", "--install-unit")["error"]
    assert unit_path().exists()
    assert "systemctl --user daemon-reload && systemctl --user enable --now ambuda-desktop.service" in told
    link = unit_path().parent / "default.target.wants" / unit_path().name
    link.parent.mkdir()
    link.symlink_to(unit_path())
    told = commands.out("daemon", "--remove-unit")
    assert "systemctl --user stop" in told
    assert why.replace("daemon-reload", "disable --now ambuda-desktop.service") in told
    assert not unit_path().exists()
    assert not link.is_symlink()


def test_a_place_that_cannot_be_written_is_told(commands: Commands, configuration: Path, said: Path) -> None:
    configuration.write_text("a file where a folder should be")
    assert "cannot be written" in commands.err("daemon", "--install-unit", code=3)
    assert not said.read_text()


def test_one_thing_at_a_time(commands: Commands, said: Path) -> None:
    commands.err("daemon", "--install-unit", "--stop", code=2)
    assert not said.read_text()
