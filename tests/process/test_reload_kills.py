"""The daemon is killed at every step of a switch to new code: nothing is lost, and nothing is left behind."""

from pathlib import Path

import pytest

from tests.process.test_reload import LONG, PINGS, ping, save, submit, wait_for
from tests.support.program import Program

#: Task code that halts its own generation at a step, and says that the step is reached.
HELD = '''
import pathlib
import time
from celery import signals
from ambuda_desktop.celery_app import app

FOLDER, STEP = pathlib.Path({folder!r}), {step!r}

def halt():
    (FOLDER / "reached").touch()
    while not (FOLDER / "go").exists():
        time.sleep(0.01)

if STEP == "ordered":
    halt()

@signals.worker_init.connect(weak=False)
def before_the_pool(sender, **_):
    """Imported, and no pool process yet."""
    if STEP == "loaded" or (STEP == "one ready" and sender.hostname.startswith("net.")):
        halt()
'''


SWITCHED = ("promoted", "draining", "drained")  # steps from which on tasks begin in the new code only


def source(version: int, folder: Path, step: str = "") -> str:
    """The tasks `ping` and `long` in this version, in code that halts at a step."""
    held = HELD.format(folder=str(folder), step=step)
    return PINGS.format(version=version) + LONG.format(version=version) + held


def reached(program: Program, step: str, folder: Path) -> bool:
    """Whether the switch is at this step now."""
    states = {(g["pool"], g["state"]) for g in program.fact("generations")}
    draining = [g for g in program.fact("generations") if g["state"] == "draining"]
    match step:
        case "ordered" | "loaded":
            return (folder / "reached").exists()
        case "one ready":
            return (folder / "reached").exists() and ("cpu", "ready") in states
        case "promoted":
            return any(r["outcome"] == "reloaded" for r in program.fact("reloads") or [])
        case "draining":
            return any(g["tasks"] for g in draining)
        case _:  # the old generations rest, for as long as they may be needed again
            return not draining


@pytest.mark.parametrize("step", ["ordered", "loaded", "one ready", *SWITCHED])
def test_a_daemon_killed_at_a_step_of_a_switch_loses_nothing(
    program: Program, tmp_path: Path, step: str
) -> None:
    # Given a task that runs in the first code, and a save whose switch is at this step
    save(program, "pings", source(1, tmp_path))
    daemon = program.start_daemon()
    old = submit(program, "pings.long", gate=str(tmp_path / "gate"))
    program.wait_until((tmp_path / "gate.begun").exists, "the task has begun")
    save(program, "pings", source(2, tmp_path, step))
    if step == "drained":
        wait_for(program, "reloaded")
        (tmp_path / "gate").touch()
        program.wait_for_end(old)
    program.wait_until(lambda: reached(program, step, tmp_path), f"the switch is at “{step}”")
    waiting = [submit(program, "pings.ping") for _ in range(20)]

    # When the daemon is killed
    daemon.kill()
    daemon.wait()

    # Then all that it started goes, wherever it was
    program.wait_until(lambda: not program.processes(), "no process is left", timeout=10)

    # And the next daemon has the new code live, runs again what ran, and ends each task once
    (tmp_path / "go").touch()
    (tmp_path / "gate").touch()
    program.start_daemon()
    assert ping(program) == 2
    ended = program.wait_for_end(old)
    assert (ended.value, ended.attempt) == ((1, 1) if step == "drained" else (2, 2))
    answers = {program.wait_for_end(task).value for task in waiting}
    assert answers == {2} if step in SWITCHED else answers <= {1, 2}
