"""The daemon: owns Redis and the workers, sends tasks out and writes down what comes back."""

import logging
import os
import sqlite3
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ambuda_desktop.celery_app import StoreCelery
from ambuda_desktop.celery_config import BROKER, BROKER_TIMEOUT
from ambuda_desktop.daemon.census import Census
from ambuda_desktop.daemon.dispatcher import Dispatcher
from ambuda_desktop.daemon.fact_board import FactBoard
from ambuda_desktop.daemon.feed import Feed
from ambuda_desktop.daemon.generation import Generation
from ambuda_desktop.daemon.live_code import LiveCode
from ambuda_desktop.daemon.memory_limit import MemoryLimit
from ambuda_desktop.daemon.rebuild import still_good
from ambuda_desktop.daemon.redis_server import RedisServer
from ambuda_desktop.daemon.sleep import SleepInhibitor
from ambuda_desktop.daemon.stop_signals import StopSignals
from ambuda_desktop.errors import StoreDamaged
from ambuda_desktop.idle_books import forget_unused
from ambuda_desktop.launch import clients_attached, stop_timeout
from ambuda_desktop.library import tidy
from ambuda_desktop.locks import sweep
from ambuda_desktop.paths import Paths
from ambuda_desktop.pools import POOLS
from ambuda_desktop.settings import Settings
from ambuda_desktop.store.connection import connect, is_damage, transaction
from ambuda_desktop.store.control import paused_pools
from ambuda_desktop.store.dispatch import Update, unfinished_books, work_is_left
from ambuda_desktop.store.facts import STOPPING, drop_wish, fact, put_fact, take_wish, wish

if TYPE_CHECKING:
    from ambuda_desktop.daemon.broker import Broker

log = logging.getLogger(__name__)

TICK = (
    0.03  # seconds to wait for news; news from a worker ends the wait at once, only new rows wait for its end
)
BOOT_TICK = 0.005  # seconds, while somebody waits for new code
LOOK = 1.0  # seconds between two looks whether the store is still the file that was opened
TIDY = 10.0  # seconds between two looks for books that nothing works on any more
LINGER = 5.0  # seconds without work and without anybody watching, then an unneeded daemon goes
WORKER_STOP_TIMEOUT = 5.0  # seconds
IDLE_STOP_TIMEOUT = 0.3  # seconds, where nothing is in hand: an idle worker of Celery's takes two to notice
PAUSE = 0.5  # seconds after something went wrong
PUBLISH_TIMEOUT = 2.0  # seconds until a deaf Redis counts as one that did not take the task


class Daemon:
    """Start order: store, Redis, feed, workers. Stop order: tasks park, workers, feed, Redis."""

    def __init__(self, paths: Paths, signals: StopSignals, watch: Sequence[Path] = ()) -> None:
        self.paths, self._signals = paths, signals
        self._watch = watch
        self.connection = connect(paths.store)
        self.started_at = time.time()
        self.state = "starting"
        self.board = FactBoard(self.connection)
        self.redis = RedisServer(paths)
        self.feed = Feed(paths, self.board.notice)
        # It only publishes. Without a result backend: that would subscribe to each task's result.
        self.app = StoreCelery("ambuda_daemon", backend="disabled://", set_as_current=False)
        self.census = Census(fact(self.connection, "exits") or [])
        self.broker = self._other_broker()
        self.dispatcher = Dispatcher(
            paths, self.connection, self.app, self.census, self.board.notice, self._on_refused
        )
        self.memory = MemoryLimit(paths, self.census, self.board.notice)
        self.inhibitor = SleepInhibitor()
        self._needed_at = time.monotonic()
        self._wished_to_stop = False
        self._next_tidy = self._next_look = 0.0
        # Kept until they are written: a store that is locked or full for a while must not cost an end.
        self._news: list[Update] = []
        self._gone: list[Generation] = []

    def run_until_damage(self, *, while_needed: bool) -> Exception | None:
        """Run to the end; returns the error where that is damage of the store: with another one, all starts anew."""
        try:
            self.run(while_needed=while_needed)
        except (sqlite3.DatabaseError, StoreDamaged) as error:
            if not is_damage(error):
                raise
            log.exception("The store cannot be used any more; stopping, to start with another")
            self.connection.close()
            return error
        return None

    def run(self, *, while_needed: bool) -> None:
        """Everything from start to end, in the main thread."""
        drop_wish(self.connection, "stop", before=self.started_at)
        put_fact(self.connection, STOPPING, False)
        before = fact(self.connection, "daemon") or {}
        broker = self.broker.fact() if self.broker else None
        self.board.write(
            {"daemon": self._fact(), "redis": {}, "broker": broker, "pools": {}, "generations": []}
        )
        log.info("Daemon %s works on %s", os.getpid(), self.paths.root)
        sweep(self.paths.locks)
        tidy(self.connection, self.paths)
        self.redis.start()
        try:
            self.app.conf.broker_transport_options = self._publishing_options()
            self._recover(before)
            self.code = LiveCode(
                self.paths, self.connection, self.board.notice, self.census, self.feed.wake, self._watch
            )
        except BaseException:
            self.redis.stop()
            raise
        self.generations = self.code.generations
        self.feed.start()
        if self.broker:
            self.broker.start()
        self.state = "running"
        try:
            while not self._should_stop(while_needed):
                self._try_tick()
            self._finish_pages()
        finally:
            self._end()

    def _recover(self, before: Mapping[str, Any]) -> None:
        """`before`: what an earlier daemon last said of itself."""
        books = unfinished_books(self.connection)
        if left := self.dispatcher.recover():
            log.info("%s tasks that an earlier daemon had in flight wait again", left)
        if books and before.get("state", "stopped") != "stopped":
            log.warning(
                "The daemon before (process %s) did not end by itself; %s books go on",
                before.get("pid"),
                books,
            )
            many = f"{books} books continue" if books > 1 else "1 book continues"
            self.board.notice(f"The program was ended in the middle of its work; {many}.")

    def _tick(self, *, sending: bool = True) -> int:
        """One round; returns how many tasks are in flight."""
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + LOOK
            still_good(self.connection, self.paths)
        in_flight = self.dispatcher.in_flight()
        self._news += self.feed.wait(BOOT_TICK if self.code.is_booting else TICK)
        if self.redis.tick():
            self.board.notice("Redis stopped and was started again; nothing is lost.")
            self.generations.renew()
        if self.broker:
            self._follow_broker(self.broker)
        self.memory.tick(in_flight, self.generations.all)
        self._gone += self.code.tick(busy={row["generation"] for row in in_flight})
        self.dispatcher.record(self._news, self._gone)
        self._news, self._gone = [], []
        self.dispatcher.sweep(self.redis, self.feed)
        if sending and self.redis.answers and (not self.broker or self.broker.may_send):
            live = [g for pool in POOLS if (g := self.generations.live(pool))]
            if self.dispatcher.send(live) and self.broker:
                self.broker.took()
        if self.board.due or self.code.has_news:
            self.code.follow_wishes()
            self.inhibitor.hold(bool(in_flight))
            self._write_facts()
        if time.monotonic() >= self._next_tidy:
            self._next_tidy = time.monotonic() + TIDY
            forget_unused(self.connection, self.paths)
        return len(in_flight)

    def _try_tick(self, *, sending: bool = True) -> int:
        """One round, whose failure ends the daemon only where the store is damaged; returns how many tasks are in
        flight."""
        try:
            return self._tick(sending=sending)
        except Exception as error:
            if is_damage(error):
                raise
            if isinstance(error, sqlite3.OperationalError):
                log.warning("The store cannot be written (%s); trying again", error)
            else:
                log.exception("Something went wrong; going on")
                self.board.notice("Something went wrong in the daemon; it goes on. Its log says what.")
        time.sleep(PAUSE)
        return 1

    def _should_stop(self, while_needed: bool) -> bool:
        self._wished_to_stop = self._wished_to_stop or bool(wish(self.connection, "stop"))
        if self.asked_to_stop:
            return True
        if not while_needed:
            return False
        now = time.monotonic()
        if self.is_needed():
            self._needed_at = now
        return now - self._needed_at > LINGER

    @property
    def asked_to_stop(self) -> bool:
        """Whether somebody asked it to end: by a signal, or by `daemon --stop`."""
        return self._signals.came or self._wished_to_stop

    def is_needed(self) -> bool:
        """Whether there is work, or somebody watches, or work may come from elsewhere."""
        return bool(self.broker) or work_is_left(self.connection) or clients_attached(self.paths)

    def _other_broker(self) -> "Broker | None":
        """The one that the user named; None for our own Redis. Raises BadInput where the settings are damaged."""
        url = Settings.load(self.paths.settings).broker_url
        os.environ[BROKER] = url  # for the workers: they must have the one that we have
        if not url:
            return None
        from ambuda_desktop.daemon.broker import Broker  # not at the top: few have one

        return Broker(self.paths, self.app, url)

    def _publishing_options(self) -> dict[str, Any]:
        if self.broker is None:
            return {"socket_timeout": PUBLISH_TIMEOUT}
        # Confirmed: what was accepted is in the broker, and what it refuses is known.
        return {"read_timeout": BROKER_TIMEOUT, "write_timeout": BROKER_TIMEOUT, "confirm_publish": True}

    def _on_refused(self, refusal: str) -> None:
        if self.broker:
            self.broker.refused(refusal)

    def _follow_broker(self, broker: "Broker") -> None:
        if broker.tick():
            self.board.notice("The broker is there again; nothing is lost.")
            self.generations.renew()  # Celery would try again after up to 30 s
        self.generations.is_cut_off = not broker.answers
        while broker.sentences:
            self.board.notice(broker.sentences.pop(0))

    def _finish_pages(self) -> None:
        """Soft shutdown: running tasks see the wish `stop` at the end of their page, and wait again."""
        log.info("Stopping after the pages in hand")
        self.state = "stopping"
        put_fact(self.connection, STOPPING, True)
        deadline = time.monotonic() + stop_timeout(self.paths)
        while self._try_tick(sending=False) and time.monotonic() < deadline:
            pass

    def _end(self) -> None:
        if self.broker:
            self.broker.stop()
        try:
            self.code.stop(WORKER_STOP_TIMEOUT if self._is_busy() else IDLE_STOP_TIMEOUT)
            self.dispatcher.record([*self._news, *self.feed.wait(0)], self._gone)
            self.dispatcher.recover()
        finally:
            self.feed.stop()
            self.redis.stop()
            if self.broker:
                self.broker.join()
            self.feed.join()
            self.inhibitor.hold(False)
        with transaction(self.connection):
            put_fact(self.connection, "daemon", {**self._fact(), "state": "stopped"})
            put_fact(self.connection, "redis", self.redis.fact())
            put_fact(self.connection, "broker", None)
            put_fact(self.connection, "generations", [])
            take_wish(self.connection, "stop")
        log.info("Daemon %s has stopped", os.getpid())

    def _is_busy(self) -> bool:
        try:
            return bool(self.dispatcher.in_flight())
        except sqlite3.Error:  # the workers must go, whatever became of the store
            return True

    def _write_facts(self) -> None:
        workers = self.generations.facts(self.dispatcher.in_flight(), paused_pools(self.connection))
        broker = self.broker.fact() if self.broker else None
        self.board.write({"daemon": self._fact(), "redis": self.redis.fact(), "broker": broker, **workers,
                          **self.code.facts()})  # fmt: skip

    def _fact(self) -> dict[str, Any]:
        return {"pid": os.getpid(), "state": self.state, "started_at": self.started_at}
