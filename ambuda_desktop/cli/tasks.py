"""`tasks`: the list of all tasks."""

import click

from ambuda_desktop.cli import names, say, shapes, words
from ambuda_desktop.cli.books import tell_of_pauses
from ambuda_desktop.cli.completing import BOOK
from ambuda_desktop.cli.options import example, takes_json
from ambuda_desktop.cli.session import Session, pass_session
from ambuda_desktop.store.query import STATE_GROUPS, Task, TaskFilter, task_seqs
from ambuda_desktop.store.query import tasks as task_rows

PORTION = 500  # rows read at once


@click.command()
@click.option("--state", type=click.Choice(list(STATE_GROUPS)), help="Only tasks in this state.")
@click.option("--book", type=BOOK, help="Only tasks of this book.")
@click.option("--text", default="", help="Only tasks with this in their name, id, book or arguments.")
@click.option(
    "--limit", type=click.IntRange(0), default=50, show_default=True, help="At most so many; 0 for all."
)
@takes_json
@pass_session
@example("tasks --state failed", "tasks --book meghaduta --limit 0 --json")
def tasks(session: Session, state: str | None, book: str | None, text: str, limit: int) -> None:
    """List tasks, newest first.

    A line has a task's id, its state, the steps that are done, what it does, and its book.
    Failed tasks that were tried again are left out of --state failed.
    """
    wanted = names.book(session.store, book).id if book is not None else None
    seqs = task_seqs(session.store, TaskFilter(group=state, book=wanted, text=text))
    shown = seqs[:limit] if limit else seqs
    for at in range(0, len(shown), PORTION):
        portion = shown[at : at + PORTION]
        rows = task_rows(session.store, portion)
        for seq in portion:
            if seq in rows:  # its book may have been removed just now
                session.tell(line(rows[seq]), shapes.of_task(rows[seq]))
    if not seqs and not session.as_json:
        say.line("No tasks." if wanted is None and state is None and not text else "No such tasks.")
    if len(shown) < len(seqs):
        session.remark(f"{len(shown)} of {len(seqs)}, the newest; --limit 0 lists all.")
    tell_of_pauses(session)


def line(task: Task) -> str:
    """A task as one line for people."""
    how_far = f"{task.current}/{task.total}" if task.total else ""
    notes = [task.error] if task.error else []
    if task.waiting_for:
        notes.append(f"waits for {task.waiting_for}")
    if task.retried:
        notes.append("tried again")
    note = f"  ({'; '.join(notes)})" if notes else ""
    state = words.coloured(words.task_state(task), 9)
    return f"{task.id}  {state}  {how_far:>9}  {words.task_name(task)}  {task.book or ''}{note}".rstrip()
