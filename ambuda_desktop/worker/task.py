"""The base class of every task: it asks the store before it starts and between two steps, and holds a lease.

It is `app.Task`, so tasks of the user's own have it too, without naming it.
"""

import contextlib
import logging
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from celery import Task
from celery.exceptions import Ignore

from ambuda_desktop import logs
from ambuda_desktop.celery_app import ATTEMPT, StoreCelery
from ambuda_desktop.errors import StoreDamaged
from ambuda_desktop.locks import holding
from ambuda_desktop.paths import Paths
from ambuda_desktop.store import schema
from ambuda_desktop.store.connection import is_damage, transaction
from ambuda_desktop.store.running import claim, may_go_on, park, revoke, spawn
from ambuda_desktop.store.submit import NewTask

log = logging.getLogger(__name__)

MIN_INTERVAL = 0.1  # seconds between two reports of progress: a person sees no more


class Cancelled(Ignore):
    """Somebody cancelled the task. Not an error: Celery stores nothing, the store says REVOKED."""


class Park(Ignore):
    """Raised by a task that cannot go on now: it waits in the store and occupies no worker.

    `waiting_for`: what for, in words. `until`: seconds since 1970; 0 means as soon as there is a free slot,
    `math.inf` when a person lets it go on.
    """

    def __init__(self, waiting_for: str | None, until: float = 0.0) -> None:
        super().__init__(waiting_for)
        self.waiting_for = waiting_for
        self.until = until


@contextlib.contextmanager
def not_the_fault_of_the_task() -> Iterator[None]:
    """A store that is locked or full ends the attempt without an end: the daemon sends the task again. One that is
    damaged does, too: the daemon builds another."""
    try:
        yield
    except (sqlite3.DatabaseError, StoreDamaged) as error:
        if not isinstance(error, sqlite3.OperationalError) and not is_damage(error):
            raise
        log.warning("The store cannot be used: %s", error)
        raise Ignore("the store cannot be used") from error


class StoreTask(Task):  # type: ignore[type-arg]
    """A Celery task whose truth is a row of the store."""

    abstract = True
    #: The worker pool it runs in: `@app.task(pool="net")`.
    pool: Literal["cpu", "net"] = "cpu"
    #: The feed lives on results: a task that stores none would seem to run for ever.
    ignore_result = False
    app: StoreCelery

    _reported = 0.0  # time.monotonic() of the last report that was sent

    @property
    def paths(self) -> Paths:
        return Paths.current()

    def connection(self) -> sqlite3.Connection:
        """This thread's connection to the store."""
        return self.app.connection_to_store()

    @property
    def task_id(self) -> str:
        """The id of the task in hand."""
        return self.request.id or ""

    @property
    def _in_worker(self) -> bool:
        return not self.request.called_directly and bool(self.request.id)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        # Not `super().__call__`: that would push a second request, without our id.
        if not self._in_worker:
            return self.run(*args, **kwargs)
        with logs.task_id(self.task_id), holding(self.paths.lease(self.task_id)) as leased:
            if not leased:
                raise Ignore("another worker runs this task")
            with not_the_fault_of_the_task():
                attempt = self.request.get(ATTEMPT, 0)
                self._check(claim(self.connection(), self.task_id, attempt, os.getpid()))
            try:
                return self.run(*args, **kwargs)
            except Park as parked:
                with not_the_fault_of_the_task():
                    park(self.connection(), self.task_id, parked.waiting_for, parked.until)
                raise

    def progress(self, current: int, total: int) -> None:
        """Report that `current` of `total` steps are done; call it after each step.

        Raises Cancelled or Park, so that a task ends between two steps when it is cancelled or the daemon
        stops; let them pass. At most ten reports a second leave the process, and the last one always.
        """
        if not self._in_worker:
            return
        now = time.monotonic()
        if now - self._reported >= MIN_INTERVAL or current >= total:
            self._reported = now
            self.update_state(state=schema.PROGRESS, meta={"current": current, "total": total})
        if current < total:
            with not_the_fault_of_the_task():
                self._check(may_go_on(self.connection(), self.task_id))

    def spawn(self, children: Sequence[NewTask], finish: NewTask) -> None:
        """Submit `children`, and `finish` for when the last of them has ended: together or not at all.

        Give the children ids that follow from this task's own: a task that is run again must not submit
        its children again.
        """
        with not_the_fault_of_the_task(), transaction(self.connection()) as connection:
            verdict = may_go_on(connection, self.task_id)
            if verdict != "cancelled":
                spawn(connection, self.task_id, children, finish)
        if verdict == "cancelled":
            self._check(verdict)

    def _check(self, verdict: str) -> None:
        if verdict == "ignore":
            raise Ignore("this message is out of date")
        if verdict == "cancelled":
            revoke(self.connection(), self.task_id)
            raise Cancelled("cancelled")
        if verdict == "wait":
            raise Park(None)
