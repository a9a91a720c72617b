"""`call` and `map`: running a task by its name, and giving tasks without code to another one."""

from collections.abc import Sequence
from typing import Any

import click

from ambuda_desktop.arguments import arguments_from_text
from ambuda_desktop.cli import shapes, words
from ambuda_desktop.cli.completing import TASK_NAME
from ambuda_desktop.cli.options import example, takes_json
from ambuda_desktop.cli.session import Session, pass_session
from ambuda_desktop.cli.waiting import Waiter
from ambuda_desktop.errors import BadInput, NotFound, WorkFailed
from ambuda_desktop.store.connection import transaction
from ambuda_desktop.store.facts import fact
from ambuda_desktop.store.known_tasks import rename_waiting, waiting_for_code
from ambuda_desktop.store.query import Task, task
from ambuda_desktop.store.submit import NewTask, insert

GOES_ON = (
    "The task goes on. “ambuda-desktop show {}” shows how far it is, “ambuda-desktop cancel {}” ends it."
)


class Argument(click.ParamType[tuple[str, str]]):
    """`key=value`."""

    name = "argument"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        key, equals, text = str(value).partition("=")
        if not equals or not key.isidentifier():
            self.fail(f"“{value}” is not NAME=VALUE.", param, ctx)
        return key, text


@click.command()
@click.argument("name", type=TASK_NAME)
@click.argument("arguments", nargs=-1, type=Argument(), metavar="[KEY=VALUE]...")
@click.option("--wait", is_flag=True, help="Show a bar, and end with the task; its result is written.")
@takes_json
@pass_session
@example("call greet.greet name=Kālidāsa times=3 --wait")
def call(session: Session, name: str, arguments: Sequence[tuple[str, str]], wait: bool) -> None:
    """Run the task NAME.

    Values are read as the task's parameters say. The Tab key offers the names; in the window,
    Ctrl+T has a form for each task.
    """
    entry = _entry(session, name)
    if entry is None and wait and _names(session):
        raise NotFound(f"No worker knows a task “{name}”, so nobody can wait for its end.")
    kwargs = arguments_from_text(dict(arguments), entry["schema"] if entry else None)
    new = NewTask(name, kwargs=kwargs, pool=entry["pool"] if entry else "cpu")
    with transaction(session.store):
        insert(session.store, [new])
    if wait:
        _tell_end(session, _until_it_ends(session, new.id))
        return
    session.see_to_work()
    found = task(session.store, new.id)
    assert found is not None
    session.tell(f"{new.id}: accepted", shapes.of_task(found))


@click.command("map")
@click.argument("old", type=TASK_NAME)
@click.argument("new", type=TASK_NAME)
@takes_json
@pass_session
@example("map tasks.ocr_page tasks.ocr_pages")
def map_(session: Session, old: str, new: str) -> None:
    """Let tasks that wait for the code of OLD be run by NEW.

    Tasks wait for their code where no worker knows their name, because it was changed or removed.
    “cancel” drops them.
    """
    waiting = waiting_for_code(session.store).get(old, 0)
    if not waiting:
        raise NotFound(f"No task waits for the code of “{old}”. “ambuda-desktop workers” shows what does.")
    if (known := _names(session)) and new not in known:
        raise BadInput(f"No worker knows a task “{new}”, so it cannot run them either.")
    with transaction(session.store):
        count = rename_waiting(session.store, old, new)
    session.see_to_work()
    session.tell(f"{count} {'task' if count == 1 else 'tasks'} given to {new}.", {"mapped": count, "to": new})


def _entry(session: Session, name: str) -> dict[str, Any] | None:
    """What the workers said of a task; None where they never ran, so that anything may be right."""
    catalogue = fact(session.store, "catalogue") or []
    found: dict[str, Any] | None = next((entry for entry in catalogue if entry["name"] == name), None)
    if found is None and catalogue:
        session.remark(f"No worker knows a task “{name}” now. It is kept until one does.")
    return found


def _names(session: Session) -> set[str]:
    return {entry["name"] for entry in fact(session.store, "catalogue") or []}


def _until_it_ends(session: Session, task_id: str) -> Task:
    waiter = Waiter(session)
    waiter.start()
    session.if_interrupted = GOES_ON.format(task_id, task_id)
    with session.bar(task_id[:8]) as draw:
        while True:
            found = task(session.store, task_id)
            if found is None:
                raise NotFound(f"The task {task_id} was removed meanwhile.")
            if found.ended:
                return found
            draw(found.current, found.total, words.task_state(found))
            waiter.rest()


def _tell_end(session: Session, found: Task) -> None:
    if found.state != "SUCCESS":
        if session.as_json:
            session.tell("", shapes.of_task(found))
        raise WorkFailed(found.error or f"The task was {words.task_state(found)}.")
    session.tell(str(found.value), shapes.of_task(found))
