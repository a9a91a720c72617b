"""Hot reload through the real daemon: saved code is live, and nothing running notices."""

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from ambuda_desktop.settings import Settings
from ambuda_desktop.store.facts import put_wish
from ambuda_desktop.store.known_tasks import rename_waiting
from ambuda_desktop.store.submit import NewTask, insert
from tests.support.program import Program

PINGS = """
from ambuda_desktop.celery_app import app

@app.task
def ping():
    return {version}
"""

LONG = """
import pathlib
import time
from ambuda_desktop.celery_app import app
VERSION = {version}

@app.task(bind=True)
def long(self, gate):
    open(gate + ".begun", "w").close()
    while not pathlib.Path(gate).exists():
        time.sleep(0.01)
    return VERSION
"""


def save(program: Program, name: str, source: str) -> None:
    """As an editor does: a new file takes the place of the old one."""
    program.paths.tasks.mkdir(exist_ok=True)
    part = program.paths.tasks / f".{name}.py.swp"
    part.write_text(source)
    part.replace(program.paths.tasks / f"{name}.py")


def submit(program: Program, name: str, **kwargs: Any) -> str:
    task = NewTask(name, kwargs=kwargs)
    insert(program.connection, [task])
    return task.id


def ping(program: Program) -> Any:
    """What the live code answers."""
    return program.wait_for_end(submit(program, "pings.ping")).value


def last(program: Program) -> dict[str, Any]:
    reloads = program.fact("reloads") or [{"outcome": None, "files": []}]
    found: dict[str, Any] = reloads[-1]
    return found


def wait_for(program: Program, outcome: str, count: int = 1) -> dict[str, Any]:
    """Wait until so many reloads had this outcome, and return the last of them."""

    def found() -> list[dict[str, Any]] | None:
        having = [r for r in program.fact("reloads") or [] if r["outcome"] == outcome]
        return having if len(having) >= count else None

    reloads: list[dict[str, Any]] = program.wait_until(found, f"a reload is {outcome}")
    return reloads[-1]


@pytest.fixture
def pings(program: Program) -> Program:
    """A daemon with the task `ping`, which answers 1."""
    save(program, "pings", PINGS.format(version=1))
    program.start_daemon()
    assert ping(program) == 1
    return program


def test_a_save_is_live_and_a_running_task_ends_in_its_own_code(pings: Program, tmp_path: Path) -> None:
    # Given a task that runs in the first code
    save(pings, "slow", LONG.format(version=1))
    wait_for(pings, "reloaded")
    old = submit(pings, "slow.long", gate=str(tmp_path / "gate"))
    pings.wait_until((tmp_path / "gate.begun").exists, "the task has begun")

    # When both files are saved
    save(pings, "slow", LONG.format(version=2))
    wait_for(pings, "reloaded", 2)
    save(pings, "pings", PINGS.format(version=2))
    wait_for(pings, "reloaded", 3)

    # Then new tasks run in the new code, and the old generation is seen to end what it runs
    assert ping(pings) == 2
    draining = [g for g in pings.fact("generations") if g["state"] == "draining" and g["tasks"]]
    assert [g["tasks"] for g in draining] == [1]

    # And the task that runs ends in the code it began in, with its first attempt
    (tmp_path / "gate").touch()
    ended = pings.wait_for_end(old)
    assert (ended.value, ended.attempt) == (1, 1)
    assert last(pings)["seconds"] < 10


@pytest.mark.parametrize(
    ("source", "sentence", "traceback"),
    [
        ("def broken(:\n", "pings.py, line 1", False),
        ("import not_there\n", "ModuleNotFoundError", True),
        ("1 / 0\n", "ZeroDivisionError", True),
        ("raise SystemExit(3)\n", "SystemExit", True),
        ("import os\nos._exit(3)\n", "ended its process while it was imported", False),
    ],
)
def test_a_broken_save_changes_nothing_and_is_told(
    pings: Program, source: str, sentence: str, traceback: bool
) -> None:
    # Given workers in service
    before = {g["queue"] for g in pings.fact("generations") if g["state"] == "live"}

    # When broken code is saved
    save(pings, "pings", source)
    refused = wait_for(pings, "refused")

    # Then it is said what is wrong and where, and the live workers answer as before
    assert sentence in refused["sentence"]
    fault = pings.fact("code")["fault"]
    assert fault["file"].endswith("pings.py")
    assert ("Traceback" in fault["traceback"]) == traceback
    assert ping(pings) == 1
    assert {g["queue"] for g in pings.fact("generations") if g["state"] == "live"} == before

    # And when it is mended, it is live
    save(pings, "pings", PINGS.format(version=3))
    wait_for(pings, "reloaded")
    assert ping(pings) == 3
    assert pings.fact("code")["fault"] is None


def test_an_import_that_hangs_is_told_with_its_traceback(pings: Program) -> None:
    # When code is saved that never ends to be imported
    save(pings, "pings", "import time\n\n\ndef wait_for_ever():\n    time.sleep(600)\n\n\nwait_for_ever()\n")

    # Then it is told where it hangs, and the live workers answer meanwhile and afterwards
    assert ping(pings) == 1
    refused = wait_for(pings, "refused")
    assert "pings.py was not imported within the time" in refused["sentence"]
    assert "in wait_for_ever" in pings.fact("code")["fault"]["traceback"]
    assert ping(pings) == 1


def test_new_workers_that_are_killed_are_no_fault_of_the_code(pings: Program) -> None:
    # Given code that takes a while to import
    save(pings, "pings", "import time\ntime.sleep(1)\n" + PINGS.format(version=2))

    # When its workers are killed meanwhile
    known = {g["pid"] for g in pings.fact("generations")}
    (pid,) = pings.wait_until(
        lambda: [
            g["pid"] for g in pings.fact("generations")
            if g["pid"] and g["pid"] not in known and g["pool"] == "cpu" and g["state"] == "starting"
        ],
        "they start",
    )  # fmt: skip
    os.kill(pid, signal.SIGKILL)

    # Then it goes live all the same, and nobody is told that it was bad
    pings.wait_until(lambda: ping(pings) == 2, "the new code is live")
    wait_for(pings, "reloaded")
    assert [r["outcome"] for r in pings.fact("reloads")] == ["reloaded"]


def test_every_way_to_save_is_heard(pings: Program) -> None:
    # Given a task that imports a module which no task file is
    tasks = pings.paths.tasks
    (tasks / "_words.py").write_text("ANSWER = 1\n")
    save(
        pings,
        "pings",
        PINGS.format(version="_words.ANSWER").replace("import app", "import app\nimport _words"),
    )
    wait_for(pings, "reloaded")

    # When that is written in place, renamed over as vim does, and put there by a rename, then each is live
    (tasks / "_words.py").write_text("ANSWER = 2\n")
    pings.wait_until(lambda: ping(pings) == 2, "written in place")
    (tasks / "_words.py").rename(tasks / "_words.py~")
    (tasks / "_words.py").write_text("ANSWER = 3\n")
    (tasks / "_words.py~").unlink()
    pings.wait_until(lambda: ping(pings) == 3, "saved as vim does")
    save(pings, "_words", "ANSWER = 4\n")
    pings.wait_until(lambda: ping(pings) == 4, "renamed over")

    # And a package, a new file, and a file that is gone
    (tasks / "pack").mkdir()
    (tasks / "pack" / "__init__.py").write_text("from pack import inner\n")
    (tasks / "pack" / "inner.py").write_text(PINGS.format(version=5))
    assert pings.wait_for_end(submit(pings, "pack.inner.ping")).value == 5
    (tasks / "pings.py").unlink()
    pings.wait_until(
        lambda: "pings.ping" not in [t["name"] for t in pings.fact("catalogue") or []], "the task is gone"
    )


def test_what_is_no_edit_is_no_reload(pings: Program) -> None:
    # Given workers in service
    tasks = pings.paths.tasks
    queue = pings.live_generation("cpu")["queue"]

    # When files are touched, notes are written, and a module that nobody imports is saved; and then a task file
    os.utime(tasks / "pings.py")
    (tasks / "notes.txt").write_text("x")
    (tasks / "data").mkdir()
    (tasks / "data" / "unused.py").write_text("X = 1\n")
    pings.wait_until(lambda: pings.fact("code")["state"] == "idle", "the daemon rests")
    assert pings.live_generation("cpu")["queue"] == queue
    save(pings, "pings", PINGS.format(version=2))
    wait_for(pings, "reloaded")

    # Then only the last was one
    assert [r["outcome"] for r in pings.fact("reloads")] == ["reloaded"]
    assert [Path(f).name for f in last(pings)["files"]] == ["pings.py"]


def test_tasks_without_code_wait_and_are_counted(pings: Program) -> None:
    # Given waiting tasks of a name that is renamed away
    save(pings, "pings", PINGS.format(version=1).replace("def ping", "def pong"))
    wait_for(pings, "reloaded")
    waiting = [submit(pings, "pings.ping") for _ in range(3)]

    # Then they are kept and counted, and others pass
    pings.wait_until(lambda: pings.fact("waiting_for_code") == {"pings.ping": 3}, "they are counted")
    assert pings.wait_for_end(submit(pings, "pings.pong")).value == 1
    assert {pings.task(t).state for t in waiting} == {"PENDING"}

    # When a person maps them to the new name, then they run
    rename_waiting(pings.connection, "pings.ping", "pings.pong")
    assert [pings.wait_for_end(t).value for t in waiting] == [1, 1, 1]


def test_tasks_wait_for_a_file_that_is_broken_from_the_start(program: Program) -> None:
    # Given a task whose file is broken when the daemon starts
    save(program, "pings", "def broken(:\n")
    save(program, "good", PINGS.format(version=7))
    program.start_daemon()
    task_id = submit(program, "pings.ping")
    assert program.wait_for_end(submit(program, "good.ping")).value == 7
    program.wait_until(lambda: program.fact("waiting_for_code"), "it waits for its code")

    # When another file is saved, then that is live, although the first is broken still
    save(program, "good", PINGS.format(version=8))
    wait_for(program, "reloaded")
    assert program.wait_for_end(submit(program, "good.ping")).value == 8

    # And when the file is mended, the task runs
    save(program, "pings", PINGS.format(version=1))
    assert program.wait_for_end(task_id).value == 1


def test_code_that_stops_its_workers_gives_way_to_the_code_before(pings: Program) -> None:
    # Given code that is imported well and ends its workers a moment later
    deadly = "import os, threading\nthreading.Timer(1.0, lambda: os._exit(9)).start()\n"
    save(pings, "pings", deadly + PINGS.format(version=2))
    wait_for(pings, "reloaded")

    # Then the code before runs again, and it is said
    wait_for(pings, "went back")
    assert ping(pings) == 1
    assert any("the code before runs again" in n["sentence"] for n in pings.fact("notices"))


def test_an_old_generation_can_be_ended_by_a_person(pings: Program, tmp_path: Path) -> None:
    # Given a task that would keep an old generation for ever
    save(pings, "slow", LONG.format(version=1))
    wait_for(pings, "reloaded")
    task_id = submit(pings, "slow.long", gate=str(tmp_path / "gate"))
    pings.wait_until((tmp_path / "gate.begun").exists, "the task has begun")
    save(pings, "slow", LONG.format(version=2))
    wait_for(pings, "reloaded", 2)
    old = pings.task(task_id).generation

    # When a person ends it
    put_wish(pings.connection, "stop_generations", [old])
    pings.wait_until(lambda: old not in [g["queue"] for g in pings.fact("generations")], "it has gone")

    # Then its task is run again, in the new code
    (tmp_path / "gate").touch()
    ended = pings.wait_for_end(task_id)
    assert (ended.value, ended.attempt) == (2, 2)


def test_a_checkout_of_200_files_is_one_or_two_reloads(pings: Program) -> None:
    # Given a package of 200 modules
    pack = pings.paths.tasks / "pack"

    def checkout(version: int) -> None:
        pack.mkdir(exist_ok=True)
        for number in range(200):
            part = pack / f".m{number}.part"
            part.write_text(f"VERSION = {version}\n")
            part.replace(pack / f"m{number}.py")
        names = ", ".join(f"m{n}" for n in range(200))
        (pack / "__init__.py").write_text(
            f"from pack import {names}\n" + PINGS.format(version="m199.VERSION")
        )

    checkout(1)
    assert pings.wait_for_end(submit(pings, "pack.ping")).value == 1
    before = len(pings.fact("reloads"))

    # When all of them change at once
    checkout(2)
    pings.wait_until(lambda: pings.wait_for_end(submit(pings, "pack.ping")).value == 2, "all are live")

    # Then that is not 200 reloads
    pings.wait_until(lambda: pings.fact("code")["state"] == "idle", "the daemon rests")
    assert len(pings.fact("reloads")) - before <= 3


def test_task_folders_follow_the_settings(pings: Program, tmp_path: Path) -> None:
    # Given a folder of task code that nobody has named
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "more.py").write_text(PINGS.format(version=1))
    asked = submit(pings, "more.ping")
    pings.wait_until(lambda: pings.fact("waiting_for_code"), "its task waits")

    # When the settings name it, beside one that overlaps the library
    Settings.change(pings.paths.settings, task_folders=[folder, pings.paths.library])

    # Then its tasks go live, and are live again when they are saved; and the other is refused, once
    assert pings.wait_for_end(asked).value == 1
    (folder / "more.py").write_text(PINGS.format(version=2))
    pings.wait_until(lambda: pings.wait_for_end(submit(pings, "more.ping")).value == 2, "it is watched")
    assert str(folder) in pings.fact("code")["folders"]
    assert sum("overlaps the library" in n["sentence"] for n in pings.fact("notices")) == 1

    # And when they name it no more, its tasks wait
    Settings.change(pings.paths.settings, task_folders=[])
    pings.wait_until(
        lambda: "more.ping" not in [t["name"] for t in pings.fact("catalogue")], "its tasks are gone"
    )
    assert ping(pings) == 1


@pytest.mark.parametrize("victim", ["fork server", "live", "draining"])
def test_whatever_is_killed_in_a_switch_nothing_is_lost(pings: Program, tmp_path: Path, victim: str) -> None:
    # Given a task in an old generation and one in the live one
    save(pings, "slow", LONG.format(version=1))
    wait_for(pings, "reloaded")
    tasks = [submit(pings, "slow.long", gate=str(tmp_path / "one"))]
    pings.wait_until((tmp_path / "one.begun").exists, "the first has begun")
    save(pings, "slow", LONG.format(version=2))
    wait_for(pings, "reloaded", 2)
    tasks.append(submit(pings, "slow.long", gate=str(tmp_path / "two")))
    pings.wait_until((tmp_path / "two.begun").exists, "the second has begun")

    # When one of the parts is killed
    if victim == "fork server":
        servers = pings.fork_servers()
        assert servers  # a test that kills nothing proves nothing
        for server in servers:
            with contextlib.suppress(psutil.NoSuchProcess):  # it has just ended
                server.kill()
    else:
        found = [g for g in pings.fact("generations") if g["state"] == victim and g["pool"] == "cpu"]
        os.kill(found[0]["pid"], signal.SIGKILL)

    # Then both tasks end, and saved code is live as before
    for name in ("one", "two"):
        (tmp_path / name).touch()
    assert {pings.wait_for_end(t).state for t in tasks} == {"SUCCESS"}
    save(pings, "pings", PINGS.format(version=9))
    pings.wait_until(lambda: ping(pings) == 9, "new code is live")


def test_a_syntax_error_is_told_within_the_blink_of_an_eye(pings: Program) -> None:
    # Given a few broken saves and mended ones
    seconds = []
    for number in range(5):
        begin = time.monotonic()
        save(pings, "pings", f"def broken{number}(:\n")
        pings.wait_until(lambda: (pings.fact("code").get("fault") or {}).get("line") == 1, "it is told")
        seconds.append(time.monotonic() - begin)
        save(pings, "pings", PINGS.format(version=100 + number))
        pings.wait_until(lambda: pings.fact("code")["fault"] is None, "it is mended")

    # Then each was told at once: a busy machine may be late once
    assert sorted(seconds)[3] < 0.5
