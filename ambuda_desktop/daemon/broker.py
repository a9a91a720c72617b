"""RabbitMQ as broker: whether it answers, and what programs without our code put there.

A thread of its own listens on Celery's default queue, so that a broker that is away never holds up the daemon. As long
as it is away nothing is published, and no worker is started that could not get ready.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import amqp
from kombu import Connection, Consumer, Exchange, Queue
from kombu.exceptions import OperationalError
from kombu.message import Message

from ambuda_desktop import broker_password
from ambuda_desktop.broker_refusal import refusal
from ambuda_desktop.broker_url import place
from ambuda_desktop.celery_app import StoreCelery
from ambuda_desktop.celery_config import BROKER_HEARTBEAT
from ambuda_desktop.daemon.backoff import Backoff
from ambuda_desktop.daemon.foreign import Intake
from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings
from ambuda_desktop.store.connection import is_damage

log = logging.getLogger(__name__)

QUEUE = "celery"  # where `send_task` goes that names no queue
LISTEN = 0.5  # seconds until we look whether we shall stop
MORE = 0.005  # seconds in which further messages join those that came: a commit costs more
MOST = 100  # messages in one commit
LONGEST_PAUSE = 2.0  # seconds between two tries to connect
FIRST_PAUSE = 0.2  # seconds
LEAVE_TIMEOUT = 5.0  # seconds; more is taken only by a keyring that waits for a person


class Broker:
    """`answers` says whether tasks may go out; `tick()` says True when it answers again."""

    def __init__(self, paths: Paths, app: StoreCelery, url: str) -> None:
        self._paths, self._app, self._url = paths, app, url
        self._intake = Intake(paths, app)
        self._refused, self._store_doubt = paths.refused_messages, paths.store_doubt
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="broker", daemon=True)
        self._publishing = Backoff()
        self._since = time.time()  # it is as it is
        self._connected = False
        self._reason = ""
        self._sentence = ""  # where a person has to do something about it
        self._refusal = (
            ""  # why it takes no tasks, though it is there: a person has to do something about that, too
        )
        self._password: str | None = None
        self._pause = FIRST_PAUSE
        self._found_times = self._told_times = (
            0  # how often it was found, and for how many of those `tick` was asked
        )
        #: For the user, not yet passed on.
        self.sentences: list[str] = []

    def start(self) -> None:
        # The keyring may ask a person to unlock it, which must not hold up the daemon: only our thread asks it.
        self._ask_password = self._app.conf.broker_password
        self._app.conf.broker_password = lambda: self._password
        self._thread.start()

    def stop(self) -> None:
        """Listen no more; what is not acknowledged stays with the broker. `join` waits until that is so."""
        self._stop.set()

    def join(self) -> None:
        self._thread.join(LEAVE_TIMEOUT)
        if self._thread.is_alive():
            log.warning("The listening to the broker does not end; it ends with the daemon")

    @property
    def answers(self) -> bool:
        """Whether the broker is there."""
        return self._connected

    @property
    def may_send(self) -> bool:
        """Whether it is there and took what it was given last, or has had time since."""
        return self._connected and self._publishing.may_try(time.monotonic())

    def refused(self, why: str) -> None:
        """It did not take a task: there may be no memory or no disk left there. `why`: what a person has to mend, where
        that is known."""
        self._publishing.failed(time.monotonic())
        self._refusal = why

    def took(self) -> None:
        """It took a task."""
        self._refusal = ""

    def tick(self) -> bool:
        """True once after each time that it was away."""
        self._publishing.worked(time.monotonic())
        before, self._told_times = self._told_times, self._found_times
        if before < self._told_times:
            self._publishing = Backoff()
        if not self._publishing.failures:
            self._refusal = ""  # nothing has been sent for a while: what waited was cancelled, say
        # The first time is no return: nothing was connected to it before.
        return 0 < before < self._told_times

    def fact(self) -> dict[str, Any]:
        """What the window shows of it."""
        sentence = self._refusal if self._connected else self._sentence
        state = "running" if self._connected and not sentence else "silent"
        return {"state": state, "url": self._url, "since": self._since, "reason": self._reason,
                "sentence": sentence}  # fmt: skip

    def _run(self) -> None:
        self._forget_others(self._url)
        while not self._stop.is_set():
            try:
                self._listen()
            except (amqp.AMQPError, AmbudaError, OSError, OperationalError) as error:
                self._lost(str(error) or type(error).__name__, refusal(error, self._url))
            except Exception as error:
                log.exception("Listening to the broker failed; starting again")
                self._lost(type(error).__name__)
            self._stop.wait(self._pause)
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
        self._app.close_store()
        self._forget_others()

    def _forget_others(self, *urls: str) -> None:
        """Delete the passwords of brokers that neither the settings name nor these are."""
        try:
            broker_password.forget_others(self._paths, Settings.load(self._paths.settings).broker_url, *urls)
        except (AmbudaError, OSError) as error:
            log.warning("The passwords of other brokers may still be kept: %s", error)

    def _lost(self, reason: str, sentence: str = "") -> None:
        if self._connected or not self._reason:
            log.warning("The broker at %s does not answer: %s", place(self._url), reason)
            self._since = time.time()
        self._connected, self._reason, self._sentence = False, reason, sentence

    def _listen(self) -> None:
        self._password = self._ask_password()
        connection = self._app.connection_for_read(heartbeat=BROKER_HEARTBEAT)
        try:
            # Not `connect`: that would wait for two seconds before it says no.
            connection.ensure_connection(max_retries=1, interval_start=0, reraise_as_library_errors=False)
            came: list[Message] = []
            channel = connection.channel()
            consumer = Consumer(
                channel, [_default_queue(connection)], on_message=came.append, auto_declare=False
            )
            consumer.qos(prefetch_count=MOST)
            consumer.consume()
            self._found()
            while not self._stop.is_set():
                connection.heartbeat_check()
                _gather(connection, came)
                if came:
                    self._take(came)
                    came.clear()
        finally:
            with suppress(Exception):  # it may be gone already
                connection.collect()

    def _found(self) -> None:
        log.info("The broker at %s answers", place(self._url))
        self._connected, self._since, self._pause = True, time.time(), FIRST_PAUSE
        self._reason = self._sentence = self._refusal = ""
        self._found_times += 1

    def _take(self, came: Sequence[Message]) -> None:
        try:
            refused = self._intake.take(came)
        except (sqlite3.Error, AmbudaError, OSError) as error:
            log.warning("Messages stay with the broker, because they cannot be written down: %s", error)
            if is_damage(error):
                self._store_doubt.touch()  # the daemon looks into it, and builds another
            for message in came:
                if not message.acknowledged:
                    message.requeue()
            self._stop.wait(LISTEN)
            return
        if refused:
            what = "A message" if refused == 1 else f"{refused} messages"
            self.sentences.append(
                f"{what} from the broker asked for no task, and can be read in {self._refused}."
            )


def _default_queue(connection: Connection) -> Queue:
    """Celery's default queue: as it is there, because whoever made it may have made it with other arguments."""
    queue = Queue(QUEUE, Exchange(QUEUE, type="direct"), QUEUE)
    try:
        with connection.channel() as channel:
            queue.bind(channel).queue_declare(passive=True)
    except amqp.NotFound:
        with connection.channel() as channel:
            queue.bind(channel).declare()
    return queue


def _gather(connection: Connection, came: list[Message]) -> None:
    """Wait for a message, and for those that come right after it."""
    timeout = LISTEN
    with suppress(TimeoutError):
        while len(came) < MOST:
            connection.drain_events(timeout=timeout)
            timeout = MORE
