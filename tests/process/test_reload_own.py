"""Hot reload of the program's own code, in a copy of it that a test may edit."""

import shutil
from pathlib import Path
from typing import Any

import pytest

import ambuda_desktop
from tests.support.program import Program


@pytest.fixture
def checkout(program: Program, tmp_path: Path) -> Path:
    """A copy of the program whose daemon runs, and whose fork server has learned what its tasks need."""
    copy = tmp_path / "checkout" / "ambuda_desktop"
    original = Path(ambuda_desktop.__file__).parent
    shutil.copytree(original, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy.parent / "resources").symlink_to(original.parent / "resources")
    # The folder that the tests are started in would come first.
    program.start_daemon(PYTHONPATH=str(copy.parent), PYTHONSAFEPATH="1")
    program.wait_until(lambda: "pdf.geometry" in learned(program), "what tasks need is learned")
    return copy


def learned(program: Program) -> str:
    file = program.paths.learned_modules
    return file.read_text() if file.exists() else ""


def servers(program: Program, said: str = "is warm") -> int:
    """How many fork servers have become warm, or were started to learn more."""
    return (program.paths.logs / "daemon.log").read_text().count(said)


def edit(program: Program, file: Path) -> dict[str, Any]:
    """Save a file with another line, and return what the reload is told to have been."""
    before = len(program.fact("reloads"))
    file.write_text(file.read_text() + "#\n")
    program.wait_until(lambda: len(program.fact("reloads")) > before, f"{file.name} is reloaded")
    told: dict[str, Any] = program.fact("reloads")[-1]
    return told


def test_what_own_tasks_need_costs_a_new_server_once(program: Program, checkout: Path) -> None:
    # Given a helper of our own tasks, which is not task code: the fork server has it
    helper, begun = checkout / "worker" / "pdf" / "geometry.py", servers(program)
    lessons = servers(program, "Learning")

    # When it is edited, then a server without it takes over, and the new code is live
    first = edit(program, helper)
    assert (first["outcome"], first["files"]) == ("reloaded", [str(helper)])
    program.wait_until(lambda: servers(program) == begun + 1, "a new server is warm")
    program.wait_until(
        lambda: "pdf.geometry" not in learned(program), "it is imported no more before the fork"
    )

    # And a further edit of it, as one of task code, needs no other server
    for file in (helper, checkout / "worker" / "tasks" / "split.py"):
        again = edit(program, file)
        assert (again["outcome"], again["files"]) == ("reloaded", [str(file)])
    assert (servers(program), servers(program, "Learning")) == (begun + 1, lessons)
