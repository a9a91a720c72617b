"""`logs`: what was logged while one task was in hand."""

import time

import click

from ambuda_desktop.cli import names, say
from ambuda_desktop.cli.completing import TASK
from ambuda_desktop.cli.options import example, takes_json
from ambuda_desktop.cli.session import Session, pass_session
from ambuda_desktop.store.query import task as find_task
from ambuda_desktop.task_log import LogLine, TaskLog

POLL = 0.3  # seconds between two looks


@click.command()
@click.argument("task", type=TASK)
@click.option("--follow", "-f", is_flag=True, help="Go on until the task has ended.")
@takes_json
@pass_session
@example("logs 3f2a9c41", "logs 3f2a9c41 --follow")
def logs(session: Session, task: str, follow: bool) -> None:
    """Show what was logged for one TASK.

    The lines come from the logs of all processes. The beginning of its id is enough."""
    found = names.a_task(session.store, task)
    log = TaskLog(session.paths, found.id)
    seen = set[LogLine]()
    while True:
        # Asked before the log is read, so that its last lines are read after its end.
        now = find_task(session.store, found.id)
        for line in log.read():
            if line not in seen:
                seen.add(line)
                session.tell(line.text, {"time": line.time, "level": line.level, "text": line.text})
        if not follow or now is None or now.ended:
            break
        time.sleep(POLL)
    if not seen:
        say_nothing_logged(session)


def say_nothing_logged(session: Session) -> None:
    """Most tasks have nothing to say: that is no error."""
    if not session.as_json:
        say.line(f"Nothing was logged for this task. All logs are in {session.paths.logs}.")
