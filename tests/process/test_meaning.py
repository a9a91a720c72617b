"""Cancel, pause, park and finish mean the same after everything was killed, Redis emptied, or the power cut."""

import random
from pathlib import Path

import pytest

from ambuda_desktop.store import control
from ambuda_desktop.store.connection import transaction
from ambuda_desktop.store.query import Task, children
from ambuda_desktop.store.submit import NewTask, insert
from tests.support.chaos_kills import Killer
from tests.support.program import Program, steps_done, submit

TASKS = '''
import time
from ambuda_desktop.celery_app import app
from ambuda_desktop.store.submit import NewTask, child_id
from ambuda_desktop.worker.task import Park

@app.task(bind=True)
def parked(self):
    """Waits for an hour, or until somebody lets it go on."""
    raise Park("the monsoon", until=time.time() + 3600)

@app.task(bind=True)
def parent(self, folder):
    """Two children that take long, and a last task when both have ended."""
    children = [NewTask("example.steps", {"count": 60, "folder": folder}, id=child_id(self.task_id, str(n)),
                        parent=self.task_id) for n in range(2)]
    self.spawn(children, NewTask("meaning.last"))

@app.task
def last():
    return "both have ended"
'''


@pytest.mark.parametrize("disaster", ["all at once", "power cut", "flush"])
def test_what_was_wished_holds_through_a_disaster(program: Program, folder: Path, disaster: str) -> None:
    # Given a parked task, one in a paused pool, a parent whose children run, and one that is just cancelled
    program.add_tasks()
    program.add_tasks(TASKS, name="meaning")
    program.start_daemon()
    parked, parent = NewTask("meaning.parked"), NewTask("meaning.parent", {"folder": str(folder)})
    with transaction(program.connection):
        control.pause_pools(program.connection, ["net"])
        insert(program.connection, [parked, parent])
    mail = submit(program, "mail")
    program.wait_until(lambda: program.task(parked.id).waiting_for, "one is parked")
    program.wait_until(lambda: steps_done(folder) > 2, "the children have begun")
    cancelled = children(program.connection, parent.id)[0].id
    with transaction(program.connection):
        control.cancel(program.connection, [cancelled])

    # When everything is killed, the power is cut, or Redis is emptied
    assert Killer(program, random.Random(1)).strike(disaster)
    if disaster != "flush":
        program.wait_until(lambda: not program.processes(), "all have gone")
        program.start_daemon()

    # Then what was cancelled ends so, its sibling well, and after both the last task runs, once
    family = program.wait_until(lambda: all_ended(program, parent.id), "the family has ended")
    assert sorted((task.name, task.state) for task in family) == [
        ("example.steps", "REVOKED"), ("example.steps", "SUCCESS"), ("meaning.last", "SUCCESS"),
    ]  # fmt: skip

    # And what is parked or paused rests still, and goes on when it may
    assert (program.task(parked.id).state, program.task(parked.id).waiting_for) == ("PENDING", "the monsoon")
    assert program.task(mail).state == "PENDING"
    with transaction(program.connection):
        control.resume_pools(program.connection)
        control.cancel(program.connection, [parked.id])
    assert program.wait_for_end(mail).state == "SUCCESS"
    assert program.wait_for_end(parked.id).state == "REVOKED"


def all_ended(program: Program, parent: str) -> list[Task] | None:
    """Three children that have ended; None before."""
    found = children(program.connection, parent)
    return found if len(found) == 3 and all(task.ended for task in found) else None
