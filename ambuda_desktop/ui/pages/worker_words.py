"""The facts of the daemon, in words. Whatever is not known is not claimed."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication

from ambuda_desktop.ui import code_words
from ambuda_desktop.ui.durations import clock, plural, size
from ambuda_desktop.ui.pages.fact_table import Row
from ambuda_desktop.ui.status import Status


def _tr(text: str) -> str:
    return QCoreApplication.translate("worker_words", text)


def daemon(status: Status) -> str:
    """`Running since 14:02, process 4711.`"""
    known = status.facts.get("daemon") or {}
    if not status.daemon_runs:
        return _tr("Not running. It gives work to the workers and starts Redis.")
    state = {"starting": _tr("Starting"), "stopping": _tr("Stopping after the pages in hand")}.get(
        known.get("state", ""), _tr("Running")
    )
    if not known.get("started_at"):
        return f"{state}."
    return _tr("{} since {}, process {}.").format(state, clock(known["started_at"]), known.get("pid"))


def redis(status: Status) -> str:
    known = status.redis
    if not known or not status.daemon_runs or known.get("state") == "stopped":
        return _tr("Not running.")
    if known.get("state") == "silent":
        since = _tr(" since {}").format(clock(known["since"])) if known.get("since") else ""
        return _tr("Does not answer{}. It is started again if that lasts.").format(since)
    words = [_tr("Running since {}").format(clock(known["since"])) if known.get("since") else _tr("Running")]
    if known.get("memory"):
        words.append(_tr("uses {}").format(size(known["memory"])))
    if known.get("pid"):
        words.append(_tr("process {}").format(known["pid"]))
    return ", ".join(words) + "."


def pool(status: Status, name: str) -> str:
    """`2 processes, 1 busy.`"""
    known = status.pools.get(name)
    if not known or not status.daemon_runs:
        return _tr("Paused; nothing runs.") if name in status.paused else _tr("Not running.")
    amount, busy = workers(known), known.get("busy", 0)
    if name in status.paused:
        if busy:
            return _tr("Paused; {} still busy with the page in hand.").format(busy)
        return _tr("Paused: it gets no tasks until it is resumed.")
    if not known.get("ready"):
        return _tr("{}; starting.").format(amount)
    return f"{amount}, {_tr('%d busy') % busy}." if busy else _tr("{}, all free.").format(amount)


def workers(known: dict[str, Any]) -> str:
    count = int(known.get("size", 0))
    if known.get("kind") == "threads":
        return plural(count, _tr("%s thread"), _tr("%s threads"))
    return plural(count, _tr("%s process"), _tr("%s processes"))


def generations(status: Status) -> list[Row]:
    """`2 | cpu | a41f | ends 1 task, since 14:02 | 1 | 84 MB | 2 processes | 4711 | cpu.1f3a.2`, newest first."""
    return [
        Row(
            (
                str(one["number"]), one["pool"], code_words.short(one.get("code") or ""),
                code_words.generation_state(one), str(one.get("tasks", 0)), code_words.memory(one), workers(one),
                str(one["pid"] or ""), one["queue"],
            )
        )
        for one in reversed(_generations(status))
    ]  # fmt: skip


def processes(status: Status, task_name: Callable[[str], str]) -> list[Row]:
    """`4713 | cpu | Make pages 1–15 | 14:02:11 | 84 MB`, those that are busy first.

    `task_name` gives the words for the id of a task.
    """
    found = [(one["pool"], line) for one in _generations(status) for line in one.get("processes") or []]
    found.sort(key=lambda pair: (pair[1].get("task") is None, pair[0], pair[1]["pid"]))
    return [
        Row(
            (
                str(line["pid"]), pool_name,
                task_name(line["task"]) if line.get("task") else _tr("free"),
                clock(line["since"], seconds=True) if line.get("since") else "",
                size(line["memory"]) if line.get("memory") else "",
            ),
            line.get("task"), 2,
        )
        for pool_name, line in found
    ]  # fmt: skip


def exits(status: Status, task_name: Callable[[str], str]) -> list[Row]:
    """Processes that ended although they should not have, newest first."""
    return [
        Row(
            (
                clock(one["at"], seconds=True), _what(one["what"]), one["pool"],
                str(one["pid"]) if one.get("pid") else "", one["reason"],
                task_name(one["task"]) if one.get("task") else "",
            ),
            one.get("task"), 5,
        )
        for one in reversed(status.facts.get("exits") or [])
    ]  # fmt: skip


def notices(status: Status) -> list[str]:
    """What the daemon noticed, newest first."""
    told = [f"{clock(n['at'])}  {n['sentence']}" for n in reversed(status.facts.get("notices") or [])]
    return told or [_tr("Nothing to tell.")]


def _generations(status: Status) -> list[dict[str, Any]]:
    return status.facts.get("generations") or [] if status.daemon_runs else []


def _what(what: str) -> str:
    return {"worker": _tr("worker"), "pool process": _tr("pool process")}.get(what, what)
