"""Tasks whose code is known, and those that wait for theirs: a name that no live worker knows is not sent, but kept."""

import json
import sqlite3
from collections.abc import Collection

from ambuda_desktop.store.schema import HELD_FOR_CODE


def match_code(connection: sqlite3.Connection, pool: str, names: Collection[str]) -> None:
    """The live workers of a pool know these task names: hold what waits there under another one, let go what was held
    and is known. Pools may differ: one may have been started again while a file was broken."""
    known = json.dumps(sorted(names))
    connection.execute(
        f"""UPDATE tasks SET held = held | {HELD_FOR_CODE}
            WHERE state = 'PENDING' AND held & {HELD_FOR_CODE} = 0 AND pool = ?
                  AND name NOT IN (SELECT value FROM json_each(?))""",
        (pool, known),
    )
    connection.execute(
        f"""UPDATE tasks SET held = held & ~{HELD_FOR_CODE}
            WHERE state = 'PENDING' AND held & {HELD_FOR_CODE} AND pool = ?
                  AND name IN (SELECT value FROM json_each(?))""",
        (pool, known),
    )


def waiting_for_code(connection: sqlite3.Connection) -> dict[str, int]:
    """How many tasks wait under each name that no live worker knows."""
    rows = connection.execute(
        f"""SELECT name, count(*) AS n FROM tasks WHERE state = 'PENDING' AND held & {HELD_FOR_CODE}
            GROUP BY name ORDER BY name"""
    ).fetchall()
    return {row["name"]: row["n"] for row in rows}


def rename_waiting(connection: sqlite3.Connection, old: str, new: str) -> int:
    """Let the tasks that wait for the code of `old` be run by `new`. Returns how many."""
    return connection.execute(
        f"""UPDATE tasks SET name = ?, held = held & ~{HELD_FOR_CODE}
            WHERE state = 'PENDING' AND held & {HELD_FOR_CODE} AND name = ?""",
        (new, old),
    ).rowcount


def ids_waiting_for_code(connection: sqlite3.Connection, name: str) -> list[str]:
    """The tasks that wait under a name that no live worker knows."""
    rows = connection.execute(
        f"SELECT id FROM tasks WHERE state = 'PENDING' AND held & {HELD_FOR_CODE} AND name = ? ORDER BY seq",
        (name,),
    ).fetchall()
    return [row["id"] for row in rows]
