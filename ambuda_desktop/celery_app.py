"""The Celery app: plain Celery for task authors, except that submitting goes to the store.

`delay`, `apply_async`, group, chain, the body of a chord and `Task.retry` all end in `send_task`. So that is
where work is accepted: a row is inserted, and nothing else needs to run. The daemon later calls `publish`.
"""

import json
import os
import sqlite3
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from celery import Celery
from celery.app.amqp import AMQP, Queues
from celery.result import AsyncResult
from kombu import Exchange, Producer, Queue
from kombu.exceptions import OperationalError
from kombu.utils.json import dumps
from kombu.utils.uuid import uuid

from ambuda_desktop.broker_refusal import as_operational, is_of_message
from ambuda_desktop.celery_config import celery_settings
from ambuda_desktop.errors import AmbudaError, BadInput
from ambuda_desktop.paths import Paths
from ambuda_desktop.pools import CPU, POOLS, pool_of_queue
from ambuda_desktop.store.connection import connect, is_replaced, transaction
from ambuda_desktop.store.running import book_of
from ambuda_desktop.store.submit import NewTask, insert, submit_again

#: Message header that tells a worker which attempt of the task it was given.
ATTEMPT = "ambuda_attempt"

#: Seconds after which RabbitMQ forgets the queue of a generation that is gone; Redis forgets an empty one by itself.
QUEUE_EXPIRES = 3600

# Of this process only (a connection, a class), or decided by us. Celery's own `send_task` needs none of them later.
_NOT_STORED = ("producer", "publisher", "connection", "router", "result_cls", "task_type", "add_to_parent",
               "retry", "retry_policy", "ignore_result", "queue", "exchange", "routing_key", "exchange_type",
               "route_name", "priority", "delivery_mode", "serializer", "compression")  # fmt: skip


class GenerationQueues(Queues):
    """Queues by name. Daemon and workers declare them with the same arguments: RabbitMQ refuses others."""

    def __missing__(self, name: str) -> Queue:
        # On the default exchange: one of their own would stay in RabbitMQ for ever.
        queue = Queue(name, Exchange(""), name, expires=QUEUE_EXPIRES)
        dict.__setitem__(self, name, queue)
        return queue


#: As Celery names a backend of one's own; imported when the first result is stored or asked for.
RESULT_BACKEND = "ambuda_desktop.result_backend:ResultBackend"


class StoreAMQP(AMQP):
    """Celery's, with our queues."""

    queues_cls = GenerationQueues


class StoreCelery(Celery):
    """A Celery app that accepts tasks into the store of the current data folder."""

    amqp_cls = f"{__name__}:StoreAMQP"
    _store_connections = threading.local()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_defaults(_settings)  # called when the first setting is asked for

    def connection_to_store(self) -> sqlite3.Connection:
        """This thread's connection to the store. Not carried over a fork: SQLite forbids it."""
        key = (os.getpid(), Paths.current().store)
        if getattr(self._store_connections, "key", None) != key or is_replaced(
            self._store_connections.connection
        ):
            self.close_store()
            self._store_connections.connection = connect(key[1])
            self._store_connections.key = key
        connection: sqlite3.Connection = self._store_connections.connection
        return connection

    def close_store(self) -> None:
        """Close this thread's connection to the store; the next use opens it again."""
        if getattr(self._store_connections, "key", (0,))[0] == os.getpid():
            self._store_connections.connection.close()
            del self._store_connections.key

    def send_task(  # type: ignore[override]  # all of Celery's arguments, most of them by name only
        self,
        name: str,
        args: Any = None,
        kwargs: Mapping[str, Any] | None = None,
        countdown: float | None = None,
        eta: datetime | str | None = None,
        task_id: str | None = None,
        **options: Any,
    ) -> AsyncResult[Any]:
        """Accept a task: the row is committed and fsynced when this returns. Needs no broker.

        `priority`: higher goes first. `queue`: `cpu` or `net`; else the task's `pool` attribute, else `cpu`.
        """
        connection = self.connection_to_store()
        parent = self.current_worker_task
        if parent:
            options["parent_id"] = options.get("parent_id") or parent.request.id
            options["root_id"] = options.get("root_id") or parent.request.root_id or parent.request.id
        task = self.new_task(name, args, kwargs, countdown, eta, task_id or uuid(), options)
        with transaction(connection):
            if not submit_again(connection, task):
                insert(connection, [task])
        result = (options.get("result_cls") or self.AsyncResult)(task.id)
        if parent and options.get("add_to_parent", True):
            parent.add_trail(result)
        return result

    def new_task(
        self, name: str, args: Any, kwargs: Any, countdown: float | None, eta: datetime | str | None, task_id: str,
        options: Mapping[str, Any],
    ) -> NewTask:  # fmt: skip
        """What was submitted, as a row takes it. `options`: those of `send_task`. Raises TypeError where something is
        not JSON, BadInput where there is no such pool."""
        parent_id = options.get("parent_id")
        moment = datetime.fromisoformat(eta) if isinstance(eta, str) else eta
        pause_ends = time.time() + countdown if countdown else 0.0
        return NewTask(
            name,
            args=_as_json(list(args or ())),
            kwargs=_as_json(dict(kwargs or {})),
            options=_stored(options),
            id=task_id,
            pool=self._worker_pool(name, options),
            parent=parent_id,
            book=book_of(self.connection_to_store(), parent_id) if parent_id else None,
            priority=int(options.get("priority") or 0),
            not_before=moment.timestamp() if moment else pause_ends,
            eta=moment.astimezone(UTC).isoformat() if moment else None,
        )

    def publish(self, row: sqlite3.Row, generation: str) -> None:
        """Give an accepted task to the broker, in the queue of `generation`.

        Raises kombu's OperationalError where the broker takes none now; any other error is of this task alone.
        """
        payload = json.loads(row["payload"])
        options = payload["options"]
        headers = {**(options.pop("headers", None) or {}), ATTEMPT: row["attempt"]}
        with self.producer_pool.acquire(block=True) as producer:
            try:
                super().send_task(
                    row["name"], payload["args"], payload["kwargs"], task_id=row["id"], queue=generation,
                    headers=headers, retry=False, producer=producer, **options,
                )  # fmt: skip
            except OperationalError:
                _drop_connection(producer)
                raise
            except _waiting_errors(producer) as error:
                _drop_connection(producer)
                if is_of_message(error):
                    raise
                raise as_operational(error, self.conf.broker_url) from error

    def _worker_pool(self, name: str, options: Mapping[str, Any]) -> str:
        task = options.get("task_type") or self.tasks.get(name)
        pool = pool_of_queue(str(options.get("queue") or "")) or getattr(task, "pool", None) or CPU
        if pool not in POOLS:
            raise BadInput(f"The task {name} names the pool “{pool}”; there are only {' and '.join(POOLS)}.")
        return str(pool)


def _waiting_errors(producer: Producer) -> tuple[type[BaseException], ...]:
    """Those of the broker, and of the keyring with its password. Celery itself makes an OperationalError only of those
    after which it would try again."""
    connection = producer.connection
    return (AmbudaError, *connection.connection_errors, *connection.channel_errors) if connection else ()


def _drop_connection(producer: Producer) -> None:
    """Kombu would use it again: one that did not answer in time still counts as connected, and one that was refused
    something has a channel that is closed."""
    if producer.connection is not None:
        producer.connection.collect()


def _settings() -> dict[str, Any]:
    settings = celery_settings()
    backend = settings["result_backend"].removeprefix("redis+")
    return {**settings, "result_backend": f"{RESULT_BACKEND}+{backend}"}


def _stored(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options as JSON keeps them; `expires` becomes a moment, so that waiting counts."""
    kept = {k: v for k, v in options.items() if k not in _NOT_STORED and v is not None}
    expires = kept.get("expires")
    if isinstance(expires, int | float):
        kept["expires"] = datetime.now(UTC) + timedelta(seconds=expires)
    if isinstance(kept.get("expires"), datetime):
        kept["expires"] = kept["expires"].isoformat()
    stored: dict[str, Any] = _as_json(kept)
    return stored


def _as_json(value: Any) -> Any:
    """What Celery's JSON makes of a value: moments and UUIDs become dictionaries that its reader turns back."""
    return json.loads(dumps(value))


app = StoreCelery("ambuda_desktop")
