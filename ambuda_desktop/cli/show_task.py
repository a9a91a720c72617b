"""A task as `show` tells it."""

import json
from typing import Any

import click

from ambuda_desktop.cli import shapes, words
from ambuda_desktop.cli.session import Session
from ambuda_desktop.store import schema
from ambuda_desktop.store.query import Task, children, history


def task_json(session: Session, task: Task) -> dict[str, Any]:
    """The task, with its history (itself in it, oldest first) and the ids of what it submitted."""
    return {
        **shapes.of_task(task),
        "history": [shapes.of_task(one) for one in history(session.store, task.id)],
        "children": [child.id for child in children(session.store, task.id)],
    }


def task_lines(session: Session, task: Task) -> list[str]:
    """The task in lines for people: the error and what to do first, the traceback last."""
    lines = [click.style(words.task_name(task), bold=True) + (f" of {task.book}" if task.book else "")]
    lines.append(words.coloured(words.task_state(task)) + (f": {task.error}" if task.error else ""))
    if hint := _what_to_do(task):
        lines.append(f"What to do: {hint}")
    lines += ["", *_rows(_facts(task)), "", *_rows(_times(task))]
    lines += ["", "Arguments:", *_indented(_arguments(task))]
    if task.value is not None:
        lines += ["Result:", *_indented(json.dumps(task.value, indent=2, ensure_ascii=False))]
    made = children(session.store, task.id)
    if made:
        ended = sum(child.ended for child in made)
        lines += [
            "",
            f"Submitted {len(made)} tasks, {ended} have ended.",
        ]
    tries = history(session.store, task.id)
    if len(tries) > 1:
        lines += ["", "History:", *(f"  {_try_line(one, task)}" for one in tries)]
    if task.traceback:
        lines += ["", "Traceback:", *_indented(task.traceback.rstrip())]
    return lines


def _what_to_do(task: Task) -> str:
    if task.retried:
        return "nothing: it was tried again, see its history."
    if task.state in (schema.FAILURE, schema.REVOKED):
        short = task.id
        return f"“ambuda-desktop retry {short}” tries it again, “ambuda-desktop logs {short}” shows its log."
    if words.task_state(task) == "locked":
        return f"“ambuda-desktop unlock {task.book}” asks for the password."
    if words.task_state(task) == "paused":
        return f"“ambuda-desktop resume {task.book or '--all'}” lets it go on."
    return ""


def _facts(task: Task) -> dict[str, str]:
    rows = {"Task": task.id, "Name": task.name, "Pool": task.pool}
    if task.total:
        rows["Progress"] = f"{task.current} of {task.total}"
    if task.attempt:
        rows["Attempt"] = str(task.attempt)
    if task.generation:
        rows["Generation"] = task.generation
    if task.pid:
        rows["Process"] = str(task.pid)
    if task.waiting_for:
        rows["Waits for"] = task.waiting_for
    if task.parent:
        rows["Submitted by"] = task.parent
    return rows


def _times(task: Task) -> dict[str, str]:
    """The timeline; what follows another tells how much later it was."""
    rows = {"Submitted": words.clock(task.submitted_at)}
    before = task.submitted_at
    for name, at in (("Sent", task.sent_at), ("Started", task.started_at), ("Ended", task.ended_at)):
        if at:
            rows[name] = f"{words.clock(at)}  after {words.lasting(at - before)}"
            before = at
    return rows


def _rows(values: dict[str, str]) -> list[str]:
    return [f"  {name:12} {value}" for name, value in values.items()]


def _arguments(task: Task) -> str:
    payload = json.loads(task.payload)
    shown = {key: value for key, value in payload.items() if value}
    return json.dumps(shown, indent=2, ensure_ascii=False)


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in text.splitlines()]


def _try_line(one: Task, shown: Task) -> str:
    mark = "  ← this one" if one.id == shown.id else ""
    state = words.coloured(words.task_state(one), 9)
    return f"{words.clock(one.submitted_at)}  {state}  {one.id}  {one.error or ''}{mark}".rstrip()
