"""Messages of programs without our code, as a website's `send_task` makes them, become rows of the store.

Celery's message protocol 2: the body is `[args, kwargs, embed]` as JSON, all else stands in the headers.
"""

import base64
import json
import logging
import os
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from kombu.message import Message

from ambuda_desktop.celery_app import StoreCelery
from ambuda_desktop.errors import AmbudaError, BadInput
from ambuda_desktop.paths import Paths
from ambuda_desktop.pools import CPU, POOLS
from ambuda_desktop.store.connection import transaction
from ambuda_desktop.store.facts import fact
from ambuda_desktop.store.submit import NewTask, insert

log = logging.getLogger(__name__)

#: Headers that have a place of their own among the arguments of `send_task`.
_OPTIONS = {"expires": "expires", "group": "group_id", "group_index": "group_index", "retries": "retries",
            "root_id": "root_id", "parent_id": "parent_id", "shadow": "shadow",
            "replaced_task_nesting": "replaced_task_nesting"}  # fmt: skip
_EMBEDDED = {"callbacks": "link", "errbacks": "link_error", "chain": "chain", "chord": "chord"}
#: `compression` was undone; every task of ours keeps its result.
_DROPPED = {"lang", "task", "id", "eta", "timelimit", "ignore_result", "compression"}
_MOST_PRIORITY = 255  # what RabbitMQ knows
#: What sqlite3 says of values that no column takes.
_VALUES = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, sqlite3.ProgrammingError)


class Refused(Exception):
    """The message is none of a task; the text says why."""


class Intake:
    """Takes messages into the store. Lives in one thread."""

    def __init__(self, paths: Paths, app: StoreCelery) -> None:
        self._paths, self._app = paths, app

    def take(self, messages: Sequence[Message]) -> int:
        """Accept messages, and acknowledge each once it is in the store, or put aside: nothing of it is lost.

        An id that is in the store already is a message that came twice. Returns how many were put aside. Raises
        sqlite3.Error, AmbudaError and OSError where store or disk do not take them; then the broker keeps all.
        """
        connection = self._app.connection_to_store()
        pools = {entry["name"]: entry["pool"] for entry in fact(connection, "catalogue") or []}
        accepted: list[tuple[Message, NewTask]] = []
        refused: list[tuple[Message, str]] = []
        for message in messages:
            try:
                accepted.append((message, read(message, self._app, pools)))
            except Exception as error:  # a stranger's message may be anything
                if _is_of_store(error):
                    raise
                refused.append((message, str(error)))
        refused += _insert(connection, accepted)
        if refused:
            self._put_aside(refused)
        for message in messages:
            message.ack()
        return len(refused)

    def _put_aside(self, refused: Sequence[tuple[Message, str]]) -> None:
        lines = "".join(json.dumps(_as_it_came(m, why), default=repr) + "\n" for m, why in refused)
        place = self._paths.refused_messages
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
        for _, why in refused:
            log.warning("A message was put into %s: %s", place, why)


def read(message: Message, app: StoreCelery, pools: Mapping[str, str]) -> NewTask:
    """The task that a message asks for. `pools`: the pool of each task that is known. Raises Refused, or what its
    content makes Python raise."""
    headers = dict(message.headers or {})
    name, task_id = headers.get("task"), headers.get("id")
    if not isinstance(name, str) or not isinstance(task_id, str) or not name or not task_id:
        raise Refused("It names no task, or has no id: this is not Celery's message protocol 2.")
    args, kwargs, embed = _body(message)
    options: dict[str, Any] = {place: headers.pop(header, None) for header, place in _OPTIONS.items()}
    options |= {place: embed.get(part) for part, place in _EMBEDDED.items()}
    limits = headers.get("timelimit")
    if isinstance(limits, list | tuple) and len(limits) == 2:
        options["time_limit"], options["soft_time_limit"] = limits
    options["reply_to"] = message.properties.get("reply_to") or None
    options["priority"] = min(int(message.properties.get("priority") or 0), _MOST_PRIORITY)
    # All else as it came: a stamp, or what the task itself looks for.
    options["headers"] = {key: value for key, value in headers.items() if key not in _DROPPED}
    options["queue"] = pools.get(name, CPU) if pools.get(name) in POOLS else CPU
    return app.new_task(name, args, kwargs, None, _moment(headers.get("eta")), task_id, options)


def _body(message: Message) -> tuple[Sequence[Any], Mapping[str, Any], Mapping[str, Any]]:
    message.accept = {"application/json"}  # unpickling would run a stranger's code
    body = message.decode()
    match body:
        case [list(args), dict(kwargs), dict(embed)]:
            return args, kwargs, embed
    raise Refused("Its body is not [args, kwargs, embed]: this is not Celery's message protocol 2.")


def _moment(eta: Any) -> datetime | None:
    """Celery writes UTC where it writes no zone."""
    if not eta:
        return None
    moment = datetime.fromisoformat(str(eta))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _insert(
    connection: sqlite3.Connection, accepted: Sequence[tuple[Message, NewTask]]
) -> list[tuple[Message, str]]:
    """Commit them together; where one is such that the store cannot have it, each for itself. Returns those."""
    try:
        with transaction(connection):
            insert(connection, [task for _, task in accepted])
    except Exception as error:  # text that is no text, a number that is too big
        if _is_of_store(error):
            raise
        if len(accepted) == 1:
            return [(accepted[0][0], f"The store does not take it: {error}")]
        return [refused for one in accepted for refused in _insert(connection, [one])]
    return []


def _is_of_store(error: Exception) -> bool:
    """Whether an error says something of the store (it is locked, full, damaged), and nothing of the message."""
    if isinstance(error, sqlite3.Error):
        return not isinstance(error, _VALUES)
    return isinstance(error, AmbudaError) and not isinstance(error, BadInput)


def _as_it_came(message: Message, why: str) -> dict[str, Any]:
    body = message.body
    found = {"at": time.time(), "why": why, "properties": message.properties}  # its headers are among these
    if isinstance(body, bytes | memoryview):
        with suppress(UnicodeDecodeError):
            return found | {"body": bytes(body).decode()}
        return found | {"body_base64": base64.b64encode(bytes(body)).decode()}
    return found | {"body": body}
