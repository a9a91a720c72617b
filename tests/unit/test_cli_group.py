"""cli/group.py: every failure is a sentence and an exit code, whoever reads it."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from ambuda_desktop import launch
from ambuda_desktop.cli.main import run
from ambuda_desktop.daemon.rebuild import see_to_store
from ambuda_desktop.errors import NotRunning
from ambuda_desktop.paths import Paths
from ambuda_desktop.store.connection import connect, transaction
from ambuda_desktop.store.submit import NewTask, insert
from tests.support import damage
from tests.support.commands import Commands


def test_a_failure_is_a_sentence_on_standard_error(commands: Commands) -> None:
    result = commands.run("show", "nothing", code=4)
    assert (result.stdout, result.stderr) == ("", "There is no task or book “nothing”.\n")


def test_a_failure_is_an_object_for_programs(commands: Commands) -> None:
    assert json.loads(commands.err("show", "nothing", "--json", code=4)) == {
        "error": "There is no task or book “nothing”.",
        "exit_code": 4,
    }


@pytest.mark.parametrize(
    "arguments",
    [["nothing"], ["tasks", "--limit", "-1"], ["split"], ["workers", "--set", "gpu=1"], ["retry"]],
)
def test_wrong_usage_has_a_code_of_its_own(commands: Commands, arguments: list[str]) -> None:
    assert "Usage: ambuda-desktop" in commands.err(*arguments, code=2)
    assert json.loads(commands.err(*arguments, "--json", code=2))["exit_code"] == 2


def test_a_name_that_looks_like_an_option_asks_for_no_json(commands: Commands) -> None:
    # A file behind “--” may be called anything
    assert commands.err("split", "--", "--json", code=3) == "--json is not there.\n"


def test_a_damaged_store_that_no_daemon_mends_is_a_sentence(
    commands: Commands, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "start_daemon", lambda _paths: False)
    monkeypatch.setattr(launch, "REBUILD_TIMEOUT", 0.1)
    paths.store.write_bytes(b"this is no database, whatever it is called" * 100)
    assert "Your books are files in the library folder" in commands.err("books", code=1)


def test_a_mistake_of_ours_is_kept_in_a_file(
    commands: Commands, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a command that breaks
    def broken(*_: object) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr("ambuda_desktop.cli.books.book_ids", broken)

    # Then a sentence says where the traceback is, and there it is
    report = paths.logs / "command-line.log"
    assert f"ZeroDivisionError: on purpose. {report}" in commands.err("books", code=1)
    assert "Traceback" in report.read_text()


def test_ctrl_c_says_what_becomes_of_the_work(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ambuda_desktop.cli.books.book_ids", interrupted)
    assert "Interrupted." in commands.err("books", code=130)
    assert json.loads(commands.err("books", "--json", code=130))["exit_code"] == 130


def test_a_store_that_is_busy_is_said(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr("ambuda_desktop.cli.books.book_ids", busy)
    assert "database is locked. Try it again." in commands.err("books", code=1)


def test_a_reader_that_goes_away_is_no_reason_to_complain(paths: Paths) -> None:
    # Given a pipe that nobody reads
    read, write = os.pipe()
    os.close(read)

    # When a command writes into it
    done = subprocess.run(
        [sys.executable, "-m", "ambuda_desktop", "settings"],
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)

    # Then it ends quietly
    assert (done.returncode, done.stderr) == (141, b"")


def test_the_program_returns_the_code(
    commands: Commands, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["ambuda-desktop", "show", "nothing"])
    assert run() == 4
    monkeypatch.setattr(sys, "argv", ["ambuda-desktop", "books"])
    assert run() == 0
    assert "No books." in capsys.readouterr().out


def test_a_daemon_that_does_not_stop_has_its_code(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stuck(_paths: Paths) -> bool:
        raise NotRunning("The daemon (process 7) did not stop in time.")

    monkeypatch.setattr("ambuda_desktop.cli.start.stop_daemon", stuck)
    assert "did not stop in time" in commands.err("daemon", "--stop", code=6)


def test_a_damaged_store_is_built_anew_by_the_daemon_and_the_command_goes_on(
    commands: Commands, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a store that is no database
    paths.store.write_bytes(b"no database" * 500)
    monkeypatch.setattr(launch, "start_daemon", see_to_store)

    # When a command needs it, then it finds the new one
    assert "no books" in commands.out("books").lower()
    assert list(paths.root.glob("store-damaged-*/store.db"))


def test_a_store_that_turns_out_damaged_is_a_sentence_and_the_daemon_is_told(
    commands: Commands, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a store that can be opened, with damage in the middle
    with closing(connect(paths.store)) as connection, transaction(connection):
        insert(connection, [NewTask("t", kwargs={"text": "x" * 300}) for _ in range(500)])
    damage.overwrite_rows(paths.store)
    started: list[Paths] = []
    monkeypatch.setattr("ambuda_desktop.cli.group.start_daemon", started.append)

    # When a command meets it, then it says so, and a daemon looks for it
    assert "The task store is damaged" in commands.err("tasks", "--limit", "1000", code=1)
    assert started == [paths]
    assert paths.store_doubt.exists()
