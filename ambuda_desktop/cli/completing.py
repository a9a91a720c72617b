"""What the Tab key offers: the books and tasks there are."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.paths import Paths
from ambuda_desktop.pools import POOLS
from ambuda_desktop.settings import Settings
from ambuda_desktop.store.books import book_ids
from ambuda_desktop.store.connection import connect
from ambuda_desktop.store.facts import fact
from ambuda_desktop.store.known_tasks import waiting_for_code
from ambuda_desktop.store.query import ids_beginning

MOST = 100  # more nobody reads

#: What stands behind the cursor's command, by (store, paths, what was typed so far).
Finder = Callable[[sqlite3.Connection, str], list[str]]


def _books(connection: sqlite3.Connection, start: str) -> list[str]:
    return [book for book in book_ids(connection) if book.startswith(start)][:MOST]


def _tasks(connection: sqlite3.Connection, start: str) -> list[str]:
    return ids_beginning(connection, start, MOST)


class Named(click.ParamType[str]):
    """An id that people type. Looked up by the command itself, which knows what to say of one that is none."""

    def __init__(self, name: str, *finders: Finder, words: tuple[str, ...] = ()) -> None:
        self.name = name
        self._finders = finders
        self._words = words

    def shell_complete(
        self, ctx: click.Context, _param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        found = [word for word in self._words if word.startswith(incomplete)]
        try:
            paths = paths_of(ctx)
            if self._finders and paths.store.exists():  # asking must not make a data folder
                with closing(connect(paths.store)) as connection:
                    for finder in self._finders:
                        found += finder(connection, incomplete)
        except (AmbudaError, sqlite3.Error, OSError):
            pass  # a line that is being typed is no place for complaints
        return [CompletionItem(word) for word in found]


class Preset(click.ParamType[str]):
    """The name of a preset."""

    name = "name"

    def shell_complete(
        self, ctx: click.Context, _param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        try:
            presets = Settings.load(paths_of(ctx).settings).presets
        except (AmbudaError, OSError):
            return []
        return [CompletionItem(name) for name in presets if name.startswith(incomplete)]


def paths_of(context: click.Context) -> Paths:
    """The data folder of the line that is being typed: nothing of it has run yet."""
    named = context.find_root().params.get("data_dir")
    return Paths(Path(named).expanduser().absolute()) if named else Paths.current()


def _task_names(connection: sqlite3.Connection, start: str) -> list[str]:
    """Those of the workers' last catalogue, and those that wait for their code."""
    known = {entry["name"] for entry in fact(connection, "catalogue") or []} | set(
        waiting_for_code(connection)
    )
    shown = sorted(name for name in known if name.startswith(start) and not name.startswith("celery."))
    return shown[:MOST]


BOOK = Named("book", _books)
TASK = Named("task", _tasks)
TASK_NAME = Named("name", _task_names)
BOOK_OR_TASK = Named("id", _books, _tasks)
BOOK_OR_POOL = Named("book or pool", _books, words=POOLS)
