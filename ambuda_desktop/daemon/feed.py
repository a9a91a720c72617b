"""What the workers say: each result and each progress that Celery's Redis backend stores is also published.

A thread of its own listens, so that a deaf Redis never holds up the daemon. After each (re)connect it reads
the results of all tasks in flight once, so that a gap in the connection leaves none in the store.
"""

import json
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Any

import redis

from ambuda_desktop.daemon.redis_server import connect as connect_redis
from ambuda_desktop.paths import Paths
from ambuda_desktop.store import schema
from ambuda_desktop.store.connection import connect
from ambuda_desktop.store.dispatch import Update, in_flight

log = logging.getLogger(__name__)

KEY = "celery-task-meta-"  # celery.backends.base.KeyValueStoreBackend.task_keyprefix
RECONNECT = 0.1  # seconds
AFTER_FAILURE = 1.0  # seconds
LISTEN_TIMEOUT = 1.0  # seconds
LOOK_UP_TIMEOUT = 0.5  # seconds


class Feed:
    """Fills `news` with Updates until it is stopped."""

    def __init__(self, paths: Paths, notice: Callable[[str], None]) -> None:
        """`notice` is called from the feed's own thread."""
        self.news: queue.SimpleQueue[Update | None] = queue.SimpleQueue()
        self._paths, self._notice = paths, notice
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Listen no more; `join` waits until that is so, at once where Redis has ended."""
        self._stop.set()

    def join(self) -> None:
        self._thread.join()

    def wake(self) -> None:
        """End a `wait` now; may be called from any thread."""
        self.news.put(None)

    def wait(self, timeout: float) -> list[Update]:
        """All news, after at most `timeout` seconds."""
        news: list[Update | None] = []
        try:
            news.append(self.news.get(timeout=timeout))
            while True:
                news.append(self.news.get_nowait())
        except queue.Empty:
            return [update for update in news if update is not None]

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except redis.RedisError as error:
                if self._stop.is_set():
                    return
                log.info("The feed lost Redis (%s); connecting again", error)
                self._stop.wait(RECONNECT)
            except Exception:
                # A feed that ended would leave every task running for ever.
                log.exception("The feed failed; starting it again")
                self._notice(
                    "Listening for results failed and was begun again; nothing is lost. The log says why."
                )
                self._stop.wait(AFTER_FAILURE)

    def _listen(self) -> None:
        client = connect_redis(self._paths, timeout=None)
        with client, client.pubsub(ignore_subscribe_messages=True) as subscription:  # type: ignore[no-untyped-call]
            subscription.psubscribe(KEY + "*")
            self._read_all_in_flight(client)
            while not self._stop.is_set():
                message = subscription.get_message(timeout=LISTEN_TIMEOUT)
                if message is not None:
                    self._take(message["data"])

    def _read_all_in_flight(self, client: "redis.Redis") -> None:
        connection = connect(self._paths.store)
        ids = [row["id"] for row in in_flight(connection)]
        connection.close()
        for meta in client.mget([KEY + i for i in ids]) if ids else []:
            if meta is not None:
                self._take(meta)

    def _take(self, data: bytes | str) -> None:
        update = read(data)
        if update is not None:
            self.news.put(update)

    def look_up(self, ids: Sequence[str]) -> list[Update]:
        """What Redis knows of these tasks, for whoever doubts that the feed heard everything."""
        try:
            with connect_redis(self._paths, timeout=LOOK_UP_TIMEOUT) as client:
                metas = client.mget([KEY + i for i in ids])
        except redis.RedisError:
            return []
        return [update for meta in metas if meta is not None and (update := read(meta)) is not None]


def read(data: bytes | str) -> Update | None:
    """What stands in Redis as an Update; None where it is no news, or cannot be read (the log says so)."""
    try:
        return parse(json.loads(data))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        log.warning("A result in Redis cannot be read: %.200r", data)
        return None


def parse(meta: dict[str, Any]) -> Update | None:
    """An Update from what Celery stores for a task; None for states that the store knows by itself."""
    task_id, state, result, generation = (
        meta["task_id"],
        meta["status"],
        meta.get("result"),
        meta.get("queue"),
    )
    if state == schema.SUCCESS:
        return Update(task_id, state, generation, result=result)
    if state == schema.FAILURE:
        kind, sentence = failure(result)
        told = Update(
            task_id, state, generation, error=_text(sentence), traceback=_text(meta.get("traceback"))
        )
        # That its pool process died under it, the generation has told already.
        return None if kind == "WorkerLostError" else told
    if state == schema.REVOKED:
        return Update(task_id, state, generation, error="It was not started before it expired.")
    if state == "RETRY":  # `Task.retry` has already put the row back
        return None
    if isinstance(result, dict) and "current" in result:
        current, total = _count(result["current"]), _count(result.get("total"))
        return Update(task_id, schema.PROGRESS, generation, current=current, total=total)
    # Also Celery's own STARTED: it comes before the task has asked the store whether it may start.
    return None


def _count(value: Any) -> int:
    """A number of steps as the store takes it; tasks may report anything."""
    return int(value) if isinstance(value, int) and 0 <= value < 2**63 else 0


def _text(value: Any) -> str | None:
    """Text as the store takes it: names of files may hold what is no character."""
    return None if value is None else str(value).encode(errors="replace").decode()


def failure(result: Any) -> tuple[str, str]:
    """The type of a stored exception, and a sentence for it: our own errors are sentences already."""
    if not isinstance(result, dict):
        return "", str(result)
    kind, message = str(result.get("exc_type")), result.get("exc_message")
    text = " ".join(map(str, message)) if isinstance(message, list | tuple) else str(message or "")
    ours = result.get("exc_module") == "ambuda_desktop.errors"
    return kind, text if ours and text else f"{kind}: {text}" if text else kind
