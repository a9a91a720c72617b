"""CONTRIBUTING.md: what it tells newcomers to type is run here."""

import re
import subprocess
import sys
from pathlib import Path

from ambuda_desktop.store.query import TaskFilter, task_seqs, tasks
from tests.support.program import Program

GUIDE = Path(__file__).resolve().parents[2] / "CONTRIBUTING.md"


def test_the_ten_line_task_runs(program: Program) -> None:
    # Given the task and the submit as the guide shows them
    task, submit = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), flags=re.DOTALL)
    assert len([line for line in task.splitlines() if line.strip()]) <= 10
    program.add_tasks(task, name="greet")

    # When it is submitted while nothing runs, and the program is started
    subprocess.run([sys.executable, "-c", submit], env=program.environment, check=True, timeout=30)
    program.start_daemon()

    # Then it runs
    [seq] = task_seqs(program.connection, TaskFilter(text="greet.greet"))
    ended = program.wait_for_end(tasks(program.connection, [seq])[seq].id)
    assert (ended.value, ended.current, ended.total) == ("namaste, Kālidāsa", 3, 3)
