"""What the daemon says of itself, Redis and the pools, as one object, and what of it needs saying."""

import sqlite3
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from PySide6.QtCore import QCoreApplication

from ambuda_desktop.pools import POOLS
from ambuda_desktop.store import books, control, facts, query

TRIES = 3  # starts in vain before the window says that it does not help

Key = Literal["daemon", "redis", "pools"]


def _tr(text: str) -> str:
    return QCoreApplication.translate("status", text)


@dataclass(frozen=True)
class Status:
    """The facts of one moment. Any of them may be missing: then nothing is claimed."""

    facts: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    books: int = 0
    daemon_runs: bool = False
    daemon_tries: int = 0  # how often it was started in vain
    daemon_left: bool = False  # somebody stopped it
    daemon_words: str = ""  # the last that one said that did not start
    tasks: int = 0  # in the history, those that were tried again too
    paused: frozenset[str] = frozenset()  # pools that get no tasks, as a person wishes

    @property
    def pools(self) -> dict[str, dict[str, Any]]:
        return self.facts.get("pools") or {}

    @property
    def redis(self) -> dict[str, Any]:
        return self.facts.get("redis") or {}

    @property
    def in_progress(self) -> int:
        """Tasks that have not ended."""
        return self.counts.get("running", 0) + self.counts.get("waiting", 0)

    @property
    def all_paused(self) -> bool:
        return self.paused >= set(POOLS)

    @property
    def pools_ready(self) -> bool:
        return bool(self.pools) and all(pool.get("ready") for pool in self.pools.values())


class Daemon(Protocol):
    """What is known of the daemon's process."""

    running: bool
    tries: int
    left: bool
    last_words: str


def read(connection: sqlite3.Connection, daemon: Daemon) -> Status:
    """Everything as it stands in the store now."""
    return Status(
        facts.facts(connection), query.counts(connection), books.book_count(connection),
        daemon.running, daemon.tries, daemon.left, daemon.last_words, query.total(connection),
        frozenset(control.paused_pools(connection)),
    )  # fmt: skip


def troubles(status: Status) -> dict[Key, str]:
    """What stands in the way of work, in sentences; the first is the most important."""
    if not status.daemon_runs:
        return {"daemon": _no_daemon(status)}
    if (status.facts.get("daemon") or {}).get("state") == "stopping":
        return {"daemon": _tr("The daemon is stopping after the pages in hand.")}
    if status.redis.get("state") == "stopped":
        return {"redis": _tr("Redis ended and is being started again; work waits and will go on by itself.")}
    if status.redis.get("state") == "silent":
        return {"redis": _tr("Redis does not answer; work waits and will go on by itself.")}
    if not status.pools_ready:
        return {"pools": _tr("Workers are starting.")}
    return {}


def _no_daemon(status: Status) -> str:
    if status.daemon_left:
        return _tr("The daemon was stopped. Work waits until it is started again.")
    if status.daemon_tries >= TRIES:
        why = status.daemon_words or _tr("The reason is at the end of its log.")
        return _tr("The daemon does not start; work waits. %s") % why
    return _tr("The daemon is not running; starting it.")


def state_words(status: Status) -> str:
    """One or two words for the status bar."""
    found = troubles(status)
    if "daemon" in found and not status.daemon_runs:
        return _tr("Stopped") if status.daemon_left else _tr("Starting")
    if found:
        return next(iter(found.values())).rstrip(".")
    if status.all_paused:
        return _tr("Paused")
    return _tr("Working") if status.in_progress else _tr("Ready")
