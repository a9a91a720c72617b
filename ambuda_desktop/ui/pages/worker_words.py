"""The facts of the daemon, in words. Whatever is not known is not claimed."""

from typing import Any

from PySide6.QtCore import QCoreApplication

from ambuda_desktop.ui.durations import clock, plural, size
from ambuda_desktop.ui.status import Status


def _tr(text: str) -> str:
    return QCoreApplication.translate("worker_words", text)


def daemon(status: Status) -> str:
    """`Running since 14:02, process 4711.`"""
    known = status.facts.get("daemon") or {}
    if not status.daemon_runs:
        return _tr("Not running. It gives work to the workers and starts Redis.")
    state = {"starting": _tr("Starting"), "stopping": _tr("Stopping")}.get(
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
        return _tr("Not running.")
    amount = workers(known)
    if not known.get("ready"):
        return _tr("{}; starting.").format(amount)
    busy = known.get("busy", 0)
    return f"{amount}, {_tr('%d busy') % busy}." if busy else _tr("{}, all free.").format(amount)


def workers(known: dict[str, Any]) -> str:
    count = int(known.get("size", 0))
    if known.get("kind") == "threads":
        return plural(count, _tr("%s thread"), _tr("%s threads"))
    return plural(count, _tr("%s process"), _tr("%s processes"))


def generations(status: Status) -> list[str]:
    """`Generation 2 of cpu: live since 14:02, 2 processes (cpu.1f3a.2, process 4711)`, newest first."""
    lines = []
    states = {
        "starting": _tr("starting since {}"),
        "live": _tr("live since {}"),
        "draining": _tr("ending what it runs, started {}"),
    }
    for one in reversed(status.facts.get("generations") or [] if status.daemon_runs else []):
        said = states.get(one["state"], one["state"]).format(clock(one["started_at"]))
        lines.append(
            _tr("Generation {} of {}: {}, {} ({}, process {})").format(
                one["number"], one["pool"], said, workers(one), one["queue"], one["pid"]
            )
        )
    return lines or [_tr("None.")]


def notices(status: Status) -> list[str]:
    """What the daemon noticed, newest first."""
    told = [f"{clock(n['at'])}  {n['sentence']}" for n in reversed(status.facts.get("notices") or [])]
    return told or [_tr("Nothing to tell.")]
