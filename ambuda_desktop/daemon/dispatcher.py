"""The way of a task: from a waiting row to a free slot of the live generation, and back as an end or a wait."""

import contextlib
import logging
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Sequence

import psutil
from kombu.exceptions import OperationalError

from ambuda_desktop.broker_refusal import BrokerRefuses
from ambuda_desktop.celery_app import StoreCelery
from ambuda_desktop.daemon.census import Census, exit_reason
from ambuda_desktop.daemon.feed import LOST, Feed
from ambuda_desktop.daemon.generation import Generation
from ambuda_desktop.daemon.redis_server import RedisServer
from ambuda_desktop.locks import is_held
from ambuda_desktop.logs import task_id
from ambuda_desktop.paths import Paths
from ambuda_desktop.store import dispatch, schema
from ambuda_desktop.store.connection import transaction
from ambuda_desktop.store.control import paused_pools
from ambuda_desktop.store.dispatch import Update
from ambuda_desktop.store.known_tasks import match_code

log = logging.getLogger(__name__)

SWEEP_EVERY = 0.5  # seconds
#: Seconds that a task may be in flight without a lease, times its attempts: then its message, or its result,
#: is lost, and it waits again. It grows, so that a machine that is merely slow gets there in the end.
PATIENCE = 3.0
MOST_PATIENCE = 60.0
CLOCK_STEP = 5.0  # seconds; less than that a clock may be corrected without anybody minding


class Dispatcher:
    """Works on the store in one thread; holds nothing that the store does not."""

    def __init__(
        self, paths: Paths, connection: sqlite3.Connection, app: StoreCelery, census: Census,
        notice: Callable[[str], None], on_refused: Callable[[str], None] = lambda _: None,
    ) -> None:  # fmt: skip
        """`on_refused` is called when the broker does not take a task, with what a person has to mend, or nothing."""
        self._paths, self._census, self._notice = paths, census, notice
        self._connection = connection
        self._app, self._on_refused = app, on_refused
        self._next_sweep = 0.0
        self._without_lease: dict[str, float] = {}  # task id to time.monotonic()
        self._sent_at: dict[str, float] = {}  # task id to time.monotonic(), of those in flight
        self._clock = _clock()
        self._live: set[str] = set()  # queues of the live generations
        self._known: dict[str, frozenset[str]] = {}  # by pool, the names of the tasks that they can run

    def in_flight(self) -> list[sqlite3.Row]:
        """The tasks that a generation has."""
        return dispatch.in_flight(self._connection)

    def record(self, news: Sequence[Update], gone: Sequence[Generation]) -> None:
        """Write down what came back, and let wait again what went down with a generation."""
        if not news and not gone:
            return
        try:
            self._record(news, gone)
        except sqlite3.OperationalError:
            raise  # the store is locked or full: the same news may be written later
        except Exception:
            # One piece of news that the store does not take must not keep all the others from it.
            log.exception("News could not be written together; writing them one by one")
            self._record([], gone)
            for update in news:
                with contextlib.suppress(sqlite3.Error, ValueError, TypeError, OverflowError):
                    self._record([update], [])

    def _record(self, news: Sequence[Update], gone: Sequence[Generation]) -> None:
        with transaction(self._connection):
            ended = dispatch.record(self._connection, [u for u in news if u.state != LOST])
            in_flight = dispatch.in_flight(self._connection)
            for update in news:
                if update.state == LOST:
                    ended |= self._lost(update, in_flight)
            for generation in gone:
                self._went_down(generation, [r for r in in_flight if r["generation"] == generation.queue])
            if ended or gone:
                dispatch.insert_finishes(self._connection)

    def send(self, live: Sequence[Generation]) -> int:
        """Fill the free slots of the live generations; returns how many tasks went out."""
        self._switch(live)
        in_flight = Counter(row["generation"] for row in self.in_flight())
        paused = paused_pools(self._connection)
        sent = 0
        for generation in live:
            free = generation.size - in_flight[generation.queue]
            if generation.pool in paused:
                continue
            if free > 0 and dispatch.waiting(self._connection, generation.pool, 1):
                sent += self._fill(generation, free)
        return sent

    def _switch(self, live: Sequence[Generation]) -> None:
        """Where others are live than before: nothing may start in the old ones, and what can be run may differ."""
        queues = {generation.queue for generation in live}
        if not live or queues == self._live:
            return
        known = {g.pool: g.names for g in live}
        with transaction(self._connection):
            back = dispatch.take_back(self._connection, queues)
            for pool, names in known.items():
                if names != self._known.get(pool):
                    match_code(self._connection, pool, names)
        if back:
            log.info("%s tasks that had not begun go to newer workers", back)
        self._live = queues
        self._known |= known

    def sweep(self, redis: RedisServer, feed: Feed) -> None:
        """What no news tells: tasks in flight that nobody runs, and finish tasks that became due by a cancel.

        A task in flight whose lease nobody holds waits again, unless Redis knows its end after all. If it was sent
        before Redis started, its message or its result died with the old Redis; if its process still lives, it could
        not say how the task ended (a store that was locked or full). Else it took its process with it, and that counts.
        """
        now = time.monotonic()
        if not redis.answers:
            self._without_lease.clear()  # nobody can hear how tasks end now
        if now < self._next_sweep or not redis.answers:
            return
        self._next_sweep = now + SWEEP_EVERY
        self._mind_the_clock()
        if dispatch.parents_to_finish(self._connection):
            with transaction(self._connection):
                dispatch.insert_finishes(self._connection)
        overdue = self._overdue(now)
        if overdue:
            self.record(feed.look_up(list(overdue)), [])
            self._send_back(
                [r for r in dispatch.in_flight(self._connection) if r["id"] in overdue], redis.started_at
            )

    def _mind_the_clock(self) -> None:
        """Who waits for ten seconds must not wait for a day because the clock was set back by one."""
        now = _clock()
        back = self._clock - now
        if back > CLOCK_STEP:
            log.warning("The clock was set back by %.0f s", back)
            with transaction(self._connection):
                dispatch.bring_forward(self._connection, back)
        self._clock = now  # not before that is written: a store that is locked is asked again

    def _overdue(self, now: float) -> set[str]:
        in_flight = dispatch.in_flight(self._connection)
        self._sent_at = {r["id"]: self._sent_at.get(r["id"], now) for r in in_flight}
        rows = [r for r in in_flight if not is_held(self._paths.lease(r["id"]))]
        since = {r["id"]: self._without_lease.get(r["id"], now) for r in rows}
        patience = {r["id"]: min(PATIENCE * r["attempt"], MOST_PATIENCE) for r in rows}
        overdue = {i for i, at in since.items() if now - at > patience[i]}
        self._without_lease = {i: at for i, at in since.items() if i not in overdue}
        return overdue

    def _send_back(self, rows: list[sqlite3.Row], redis_started_at: float) -> None:
        log.warning("In flight without a lease, so waiting again: %s", ", ".join(r["id"] for r in rows))
        begun = [
            r["id"] for r in rows
            if r["state"] != schema.SENT and self._sent_at[r["id"]] > redis_started_at and not _lives(r["pid"])
        ]  # fmt: skip
        with transaction(self._connection):
            if self._note_loss(begun, "its process ended without a word"):
                dispatch.insert_finishes(self._connection)
            dispatch.wait_again(self._connection, [r["id"] for r in rows])

    def recover(self) -> int:
        """After a start: what an earlier daemon had in flight waits again. Returns how many tasks that are."""
        rows = dispatch.in_flight(self._connection)
        with transaction(self._connection):
            dispatch.wait_again(self._connection, [r["id"] for r in rows])
            dispatch.insert_finishes(self._connection)
        return len(rows)

    def _fill(self, generation: Generation, free: int) -> int:
        with transaction(self._connection):
            while True:
                waiting = dispatch.waiting(self._connection, generation.pool, free)
                unknown = [r["id"] for r in waiting if r["name"] not in self._known[generation.pool]]
                if not unknown:
                    break
                dispatch.hold_for_code(self._connection, unknown)
            rows = dispatch.mark_sent(self._connection, [r["id"] for r in waiting], generation.queue)
        self._sent_at |= dict.fromkeys([r["id"] for r in rows], time.monotonic())
        for number, row in enumerate(rows):
            try:
                self._app.publish(row, generation.queue)
            except OperationalError as error:
                log.warning("The broker did not take task %s: %s", row["id"], error)
                self._on_refused(str(error) if isinstance(error, BrokerRefuses) else "")
                # The rest too: each would wait for an answer as long as this one did.
                with transaction(self._connection):
                    dispatch.wait_again(self._connection, [r["id"] for r in rows[number:]])
                return number
            except Exception as error:
                # Not Redis, so the row itself: it would fail each time, and hold up all that come after it.
                log.exception("Task %s cannot be sent", row["id"])
                sentence = f"The task cannot be sent: {error}"
                self.record([Update(row["id"], schema.FAILURE, generation.queue, error=sentence)], [])
        return len(rows)

    def _lost(self, update: Update, in_flight: list[sqlite3.Row]) -> bool:
        """Whether the end of its pool process ended the task too. Old news is left out: a task that is sent
        again has not started yet, or holds its lease."""
        for row in in_flight:
            if (row["id"], row["generation"]) != (update.id, update.generation) or row[
                "state"
            ] == schema.SENT:
                continue
            if is_held(self._paths.lease(update.id)):
                return False
            with task_id(update.id):
                log.warning("Task %s took its pool process with it: %s", update.id, update.error)
            reason, advice = self._census.why(row, exit_reason(update.error))
            self._census.exited(row["pid"], row["pool"], "pool process", reason, update.id)
            return self._note_loss([update.id], f"its pool process ended: {reason}", advice)
        return False

    def _note_loss(self, ids: Sequence[str], reason: str, advice: str = "") -> bool:
        """These tasks took their process with them; returns whether one is not tried again."""
        if not ids:
            return False
        ended = dispatch.lost(self._connection, ids, reason, advice)
        then = "it failed" if ended else "it is tried again"
        self._notice(f"A task stopped its worker ({reason}); {then}.")
        return ended

    def _went_down(self, generation: Generation, rows: list[sqlite3.Row]) -> None:
        ids = [r["id"] for r in rows]
        started = [r["id"] for r in rows if r["state"] != schema.SENT]
        if generation.kind == "threads" and generation.terminated_at is None:
            # One of these stopped the process they share; nobody can say which.
            self._note_loss(started, "its worker process died")
        dispatch.wait_again(self._connection, ids)


def _clock() -> float:
    """What the clock on the wall is ahead of one that nobody sets, in seconds."""
    return time.time() - time.monotonic()


def _lives(pid: int) -> bool:
    """Whether a process runs; one that only waits to be collected by its parent does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
