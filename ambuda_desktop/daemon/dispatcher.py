"""The way of a task: from a waiting row to a free slot of the live generation, and back as an end or a wait."""

import logging
import sqlite3
import time
from collections import Counter
from collections.abc import Sequence

from kombu.exceptions import OperationalError

from ambuda_desktop.celery_app import StoreCelery
from ambuda_desktop.daemon.feed import LOST
from ambuda_desktop.daemon.generation import Generation
from ambuda_desktop.locks import is_held
from ambuda_desktop.paths import Paths
from ambuda_desktop.store import dispatch, schema
from ambuda_desktop.store.connection import transaction
from ambuda_desktop.store.dispatch import Update

log = logging.getLogger(__name__)

SWEEP_EVERY = 0.5  # seconds
#: Seconds that a task may be in flight without a lease, times its attempts: then its message, or its result,
#: is lost, and it waits again. It grows, so that a machine that is merely slow gets there in the end.
PATIENCE = 3.0


class Dispatcher:
    """Works on the store in one thread; holds nothing that the store does not."""

    def __init__(self, paths: Paths, connection: sqlite3.Connection, app: StoreCelery) -> None:
        self._paths = paths
        self._connection = connection
        self._app = app
        self._next_sweep = 0.0
        self._without_lease: dict[str, float] = {}  # task id to time.monotonic()

    def in_flight(self) -> Counter[str]:
        """How many tasks each generation has, by queue."""
        return Counter(row["generation"] for row in dispatch.in_flight(self._connection))

    def record(self, news: Sequence[Update], gone: Sequence[Generation]) -> None:
        """Write down what came back, and let wait again what went down with a generation."""
        if not news and not gone:
            return
        ends_and_steps = [u for u in news if u.state != LOST]
        with transaction(self._connection):
            ended = dispatch.record(self._connection, ends_and_steps)
            in_flight = dispatch.in_flight(self._connection)
            for update in news:
                if update.state == LOST:
                    ended |= self._lost(update, in_flight)
            for generation in gone:
                rows = [r for r in in_flight if r["generation"] == generation.queue]
                self._went_down(generation, rows)
                ended = True
            if ended:
                dispatch.insert_finishes(self._connection)

    def send(self, live: Sequence[Generation]) -> int:
        """Fill the free slots of the live generations; returns how many tasks went out."""
        in_flight = self.in_flight()
        sent = 0
        for generation in live:
            free = generation.size - in_flight[generation.queue]
            if free > 0 and dispatch.waiting(self._connection, generation.pool, 1):
                sent += self._fill(generation, free)
        return sent

    def sweep(self, redis_started_at: float) -> None:
        """Let tasks wait again that are in flight while nobody holds their lease.

        One that was sent before Redis started (seconds since 1970) lost its message or its result with the old
        Redis. One that started since then took its pool process with it: that counts.
        """
        now = time.monotonic()
        if now < self._next_sweep:
            return
        self._next_sweep = now + SWEEP_EVERY
        rows = [r for r in dispatch.in_flight(self._connection) if not is_held(self._paths.lease(r["id"]))]
        since = {r["id"]: self._without_lease.get(r["id"], now) for r in rows}
        overdue = [r for r in rows if now - since[r["id"]] > PATIENCE * r["attempt"]]
        self._without_lease = {i: at for i, at in since.items() if i not in {r["id"] for r in overdue}}
        if not overdue:
            return
        log.warning("In flight without a lease, so waiting again: %s", ", ".join(r["id"] for r in overdue))
        started = [r["id"] for r in overdue if r["state"] != schema.SENT and r["sent_at"] > redis_started_at]
        with transaction(self._connection):
            if dispatch.lost(self._connection, started, "its process ended without a word"):
                dispatch.insert_finishes(self._connection)
            dispatch.wait_again(self._connection, [r["id"] for r in overdue])

    def recover(self) -> int:
        """After a start: what an earlier daemon had in flight waits again. Returns how many tasks that are."""
        rows = dispatch.in_flight(self._connection)
        with transaction(self._connection):
            dispatch.wait_again(self._connection, [r["id"] for r in rows])
            dispatch.insert_finishes(self._connection)
        return len(rows)

    def _fill(self, generation: Generation, free: int) -> int:
        with transaction(self._connection):
            waiting = dispatch.waiting(self._connection, generation.pool, free)
            rows = dispatch.mark_sent(self._connection, [r["id"] for r in waiting], generation.queue)
        for row in rows:
            try:
                self._app.publish(row, generation.queue)
            except OperationalError as error:
                log.warning("Redis did not take task %s: %s", row["id"], error)
                with transaction(self._connection):
                    dispatch.wait_again(self._connection, [row["id"]])
        return len(rows)

    def _lost(self, update: Update, in_flight: list[sqlite3.Row]) -> bool:
        """Whether the end of its pool process ended the task too. Old news is left out: a task that is sent
        again has not started yet, or holds its lease."""
        for row in in_flight:
            if (row["id"], row["generation"]) == (update.id, update.generation) and row[
                "state"
            ] != schema.SENT:
                if is_held(self._paths.lease(update.id)):
                    return False
                log.warning("Task %s took its pool process with it: %s", update.id, update.error)
                return dispatch.lost(self._connection, [update.id], "its pool process ended")
        return False

    def _went_down(self, generation: Generation, rows: list[sqlite3.Row]) -> None:
        ids = [r["id"] for r in rows]
        started = [r["id"] for r in rows if r["state"] != schema.SENT]
        if generation.kind == "threads" and generation.terminated_at is None:
            # One of these stopped the process they share; nobody can say which.
            dispatch.lost(self._connection, started, "its worker process died")
        dispatch.wait_again(self._connection, ids)
