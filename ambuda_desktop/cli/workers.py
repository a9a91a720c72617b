"""`workers`: the daemon, Redis, a broker beside it, the pools and their processes."""

from collections.abc import Sequence
from typing import Any

import click

from ambuda_desktop.broker_url import place
from ambuda_desktop.cli import say, words
from ambuda_desktop.cli.code_words import code_lines
from ambuda_desktop.cli.options import example, takes_json
from ambuda_desktop.cli.session import Session, pass_session
from ambuda_desktop.errors import NotRunning
from ambuda_desktop.launch import daemon_is_running
from ambuda_desktop.pools import POOLS, Sizes, default_sizes
from ambuda_desktop.store.connection import transaction
from ambuda_desktop.store.control import paused_pools
from ambuda_desktop.store.facts import facts, put_wish, wish
from ambuda_desktop.store.known_tasks import waiting_for_code
from ambuda_desktop.store.query import task

MOST = 64  # tasks at once in a pool
DEFAULT = "default"
SHOWN = 5  # of the last exits and notices


class Size(click.ParamType[tuple[str, int | None]]):
    """`cpu=2`, or `cpu=default`: a pool and how many tasks it runs at once."""

    name = "size"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int | None]:
        pool, _, amount = str(value).partition("=")
        if pool not in POOLS:
            self.fail(
                f"“{value}” names no pool: it should be {' or '.join(f'{p}=2' for p in POOLS)}.", param, ctx
            )
        if amount == DEFAULT:
            return pool, None
        if not amount.isascii() or not amount.isdigit() or not 1 <= int(amount) <= MOST:
            hint = f" “ambuda-desktop pause {pool}” stops it." if amount == "0" else ""
            self.fail(f"“{amount}” is not 1 to {MOST}, or {DEFAULT}.{hint}", param, ctx)
        return pool, int(amount)


@click.command()
@click.option(
    "--set", "sizes", type=Size(), multiple=True, metavar="POOL=NUMBER",
    help="Let a pool run so many tasks at once; “default” for a process a core.",
)  # fmt: skip
@click.option("--reload", is_flag=True, help="Take up the task code as it is now.")
@click.option("--restart", is_flag=True, help="Start new workers; the old ones end what they run.")
@takes_json
@pass_session
@example("workers", "workers --set cpu=2", "workers --set cpu=default --set net=4", "workers --reload")
def workers(session: Session, sizes: Sequence[tuple[str, int | None]], reload: bool, restart: bool) -> None:
    """Show the daemon, Redis, the pools of workers and their code.

    With --set, let a pool do more or fewer tasks at once. A new size holds from now on, through
    restarts. What runs is not disturbed.
    """
    for wanted, key in ((reload, "reload"), (restart, "restart")):
        if wanted:
            if not daemon_is_running(session.paths):
                raise NotRunning(
                    "The daemon does not run; when it starts, it takes up the code as it is then."
                )
            put_wish(session.store, key, True)
    if sizes:
        with transaction(session.store):
            wished: Sizes = wish(session.store, "pools") or {}
            for pool, size in sizes:
                wished = {p: s for p, s in wished.items() if p != pool} | ({pool: size} if size else {})
            put_wish(session.store, "pools", wished)
    known = _known(session)
    if session.as_json:
        say.obj(known)
    elif sizes:
        for pool in dict.fromkeys(pool for pool, _ in sizes):
            now = "" if known["running"] else " when the daemon runs again"
            say.line(f"{pool}: {_count(pool, known['wished'][pool])}{now}.")
    else:
        for line in _lines(session, known):
            say.line(line)


def _known(session: Session) -> dict[str, Any]:
    """What the daemon says, where it runs, and what is wished of it."""
    running = daemon_is_running(session.paths)
    said = facts(session.store)
    return {
        "running": running,
        "daemon": said.get("daemon") if running else None,
        "redis": said.get("redis") if running else None,
        "broker": said.get("broker") if running else None,
        "pools": said.get("pools") if running else {},
        "generations": said.get("generations") or [] if running else [],
        "exits": said.get("exits") or [],
        "notices": said.get("notices") or [],
        "code": said.get("code") if running else None,
        "reloads": said.get("reloads") or [],
        "waiting_for_code": waiting_for_code(session.store),
        "wished": {**default_sizes(), **(wish(session.store, "pools") or {})},
        "paused": sorted(paused_pools(session.store)),
    }


def _lines(session: Session, known: dict[str, Any]) -> list[str]:
    lines = [f"daemon  {_daemon(known)}", f"redis   {_redis(known)}"]
    if broker := known["broker"]:
        lines.append(f"broker  {_broker(broker)}")
    for pool in POOLS:
        lines.append(f"{pool:6}  {_pool(known, pool)}")
        for generation in known["generations"]:
            if generation["pool"] == pool:
                lines += _generation(session, generation)
    lines += code_lines(known)
    for exited in known["exits"][-SHOWN:]:
        lines.append(
            f"{words.clock(exited['at'])}  {exited['what']} of {exited['pool']} ended: {exited['reason']}"
            + (f" (task {exited['task']})" if exited.get("task") else "")
        )
    return lines + [f"{words.clock(one['at'])}  {one['sentence']}" for one in known["notices"][-SHOWN:]]


def _daemon(known: dict[str, Any]) -> str:
    if not known["running"]:
        return "not running; it starts by itself when there is work"
    daemon = known["daemon"] or {}
    since = words.clock(daemon.get("started_at"))
    return f"{daemon.get('state', 'running')} since {since}, process {daemon.get('pid')}"


def _redis(known: dict[str, Any]) -> str:
    redis = known["redis"] or {}
    if not redis or redis.get("state") == "stopped":
        return "not running"
    memory = f", {words.size(redis['memory'])}" if redis.get("memory") else ""
    return f"{redis['state']}{memory}, process {redis['pid']}"


def _broker(broker: dict[str, Any]) -> str:
    if broker["state"] == "running":
        return f"RabbitMQ at {place(broker['url'])}, answers since {words.clock(broker['since'])}"
    reason = f": {broker['reason']}" if broker["reason"] else ""
    since = words.clock(broker["since"])
    silent = f"RabbitMQ at {place(broker['url'])} does not answer since {since}; tasks wait{reason}"
    return click.style(broker["sentence"] or silent, fg="yellow")


def _pool(known: dict[str, Any], name: str) -> str:
    pool = (known["pools"] or {}).get(name)
    paused = click.style("; paused", fg="yellow") if name in known["paused"] else ""
    if pool is None:
        return f"not running; will be {_count(name, known['wished'][name])}{paused}"
    ready = f"{pool['busy']} busy" if pool["ready"] else "starting"
    return f"{_count(name, pool['size'], pool['kind'])}, {ready}{paused}"


def _count(pool: str, size: int, kind: str = "") -> str:
    one = "thread" if kind == "threads" or (not kind and pool != POOLS[0]) else "process"
    return f"{size} {one}" if size == 1 else f"{size} {one}{'es' if one == 'process' else 's'}"


def _generation(session: Session, known: dict[str, Any]) -> list[str]:
    lines = [
        f"  generation {known['number']}  {known['state']} since {words.clock(known['started_at'])}, "
        f"process {known['pid']}"
    ]
    for process in known.get("processes") or []:
        memory = f"  {words.size(process['memory'])}" if process.get("memory") else ""
        found = task(session.store, process["task"]) if process.get("task") else None
        hand = f"  {words.task_name(found)}{f' of {found.book}' if found.book else ''}" if found else "  free"
        lines.append(f"    process {process['pid']}{memory}{hand}")
    return lines
