"""One task in words, for its detail pane: what to do about it, its times, and what developers ask for."""

from PySide6.QtCore import QCoreApplication

from ambuda_desktop.store import schema
from ambuda_desktop.store.query import Task
from ambuda_desktop.ui import words
from ambuda_desktop.ui.durations import exact_clock, lasting
from ambuda_desktop.ui.models import task_columns


def _tr(text: str) -> str:
    return QCoreApplication.translate("task_words", text)


def may_retry(task: Task) -> bool:
    """Whether it can be tried again."""
    return task.state in (schema.FAILURE, schema.REVOKED) and not task.retried


def sentence(task: Task) -> str:
    """What happened; of a task that runs, since when."""
    if task.error:
        return task.error
    state = task_columns.state(task)
    return f"{state[:1].upper()}{state[1:]}."


def what_to_do(task: Task) -> str:
    """The second sentence of a task that failed."""
    if task.state != schema.FAILURE:
        return ""
    if task.retried:
        return _tr("It was tried again since.")
    if task.book:
        return _tr("The pages made so far are kept. Mend the cause, then retry: what is done is skipped.")
    return _tr("Nothing else was stopped by this. Mend the cause, then retry.")


def timeline(task: Task) -> str:
    """When what happened to it, a line each."""
    lines = [_tr("{}  submitted").format(exact_clock(task.submitted_at))]
    if task.sent_at:
        lines.append(_tr("{}  given to a worker").format(exact_clock(task.sent_at)))
    if task.started_at:
        lines.append(_tr("{}  started").format(exact_clock(task.started_at)))
    if task.ended_at:
        lasted = ""
        if task.started_at:
            lasted = _tr(" after {}").format(lasting(task.ended_at - task.started_at))
        state, _ = words.task_state(task)
        lines.append(f"{exact_clock(task.ended_at)}  {state}{lasted}")
    return "\n".join(lines)


def identifiers(task: Task) -> str:
    """Names and ids in columns of fixed width."""
    pairs = [
        (_tr("task"), task.id),
        (_tr("name"), task.name),
        (_tr("state"), task.state),
        (_tr("attempt"), str(task.attempt) if task.attempt else None),
        (_tr("queue"), task.generation),
        (_tr("process"), str(task.pid) if task.pid else None),
        (_tr("parent"), task.parent),
        (_tr("retry of"), task.retry_of),
        (_tr("result"), task.result if task.result not in (None, "null") else None),
    ]
    wide = max(len(name) for name, value in pairs if value)
    return "\n".join(f"{name:<{wide}}  {value}" for name, value in pairs if value)
