"""cli/completion.py and completing.py: what the Tab key offers, asked through bash itself."""

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings
from ambuda_desktop.store.submit import NewTask, insert, insert_book
from tests.support.commands import Commands

TRY = """
source <(ambuda-desktop completion bash)
complete -p ambuda-desktop >/dev/null || exit 1
compopt() { :; }  # it works in a completion only
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
_ambuda_desktop_completion ambuda-desktop
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def folder(paths: Paths, store: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on PATH with the program in it; the library has books and tasks."""
    program = tmp_path / "bin" / "ambuda-desktop"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m ambuda_desktop "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    for book in ("meghaduta", "megha-2", "gita"):
        insert_book(store, book, book, book)
    insert(store, [NewTask("t", id="4f2a-mail"), NewTask("t", id="99-split")])
    Settings(presets={"archive": PageOptions()}).save(paths.settings)
    return program.parent


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("re", {"resplit", "retry", "remove", "resume"}),
        ("show me", {"meghaduta", "megha-2"}),
        ("show 4f", {"4f2a-mail"}),
        ("remove 4f", set()),
        ("logs 9", {"99-split"}),
        ("logs me", set()),
        ("pause n", {"net"}),
        ("tasks --book g", {"gita"}),
        ("split --preset a", {"archive"}),
        ("settings get split.q", {"split.quality"}),
        ("--data-dir /nowhere/at/all show me", set()),
    ],
)
def test_bash_completes(folder: Path, typed: str, offered: set[str]) -> None:
    bash = shutil.which("bash")
    assert bash is not None
    done = subprocess.run(
        [bash, "-c", TRY, "bash", "ambuda-desktop", *typed.split(" ")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (set(done.stdout.split()), done.stderr) == (offered, "")


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_script_of_a_shell_is_one_that_it_can_read(
    commands: Commands, tmp_path: Path, shell: str
) -> None:
    script = tmp_path / "script"
    script.write_text(commands.out("completion", shell))
    assert "_AMBUDA_DESKTOP_COMPLETE" in script.read_text()
    if program := shutil.which(shell):
        subprocess.run([program, "-n", str(script)], check=True)


def test_the_shell_is_that_of_the_user_where_none_is_named(commands: Commands) -> None:
    assert "#compdef" in commands.out("completion", SHELL="/usr/bin/zsh")
    assert "no completion for “tcsh”" in commands.err("completion", code=3, SHELL="/bin/tcsh")
