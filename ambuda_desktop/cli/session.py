"""What all commands share: the data folder, the store, and how to speak."""

import sqlite3
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any, TypeVar

import click

from ambuda_desktop.cli import bars, say
from ambuda_desktop.errors import AlreadyAdded, AmbudaError
from ambuda_desktop.launch import attach, await_another_store, keep_daemon, open_store, why_work_waits
from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings
from ambuda_desktop.store.connection import is_damage, is_replaced
from ambuda_desktop.store.dispatch import work_is_left

Thing = TypeVar("Thing")
Answer = TypeVar("Answer")


class Session:
    """One run of a command."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        self.as_json = False
        self.exit_code = 0  # of the first failure that was told, where the command went on
        #: What to say on Ctrl+C: where work was accepted, that it goes on.
        self.if_interrupted = "Interrupted."
        self._closing: list[Callable[[], None]] = []
        self._store: sqlite3.Connection | None = None

    @property
    def store(self) -> sqlite3.Connection:
        """The store, and the new one where it was set aside meanwhile; the data folder is made where it is missing."""
        if self._store is None or (is_replaced(self._store) and not self._store.in_transaction):
            self._store = open_store(self.paths.make())
            self._closing.append(self._store.close)
        return self._store

    def look(self, reads: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """What `reads` finds in the store, for a command that waits: where it is damaged meanwhile, in the next one."""
        store = self.store
        try:
            return reads(store)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            await_another_store(self.paths, store)
            return reads(self.store)

    @property
    def settings(self) -> Settings:
        """As they are saved now. Raises BadInput where they are damaged."""
        return Settings.load(self.paths.settings)

    def stay(self) -> None:
        """Keep a daemon that goes by itself for as long as we run."""
        self.paths.make()
        if lock := attach(self.paths):
            self._closing.append(lock.release)

    def see_to_work(self) -> bool:
        """Start a daemon where there is work and none runs. False where that does not help; then it is said."""
        if self.look(work_is_left):
            keep_daemon(self.paths)
            if why := why_work_waits(self.paths):
                self.remark(why)
                return False
        return True

    def close(self) -> None:
        """Give everything back."""
        while self._closing:
            self._closing.pop()()

    def tell(self, sentence: str, values: Any) -> None:
        """What came of it: `sentence` for people, or `values` for programs."""
        if self.as_json:
            say.obj(values)
        else:
            say.line(sentence)

    def remark(self, sentence: str) -> None:
        """Something a person should know beside the results; programs find it in these."""
        if not self.as_json:
            sys.stdout.flush()  # where both go into one file, it should come after what was told
            if bars.are_shown():  # one may stand there; it is drawn again
                bars.clear()
            say.line(click.style(sentence, fg="yellow"), err=True)

    def complain(self, error: AmbudaError) -> None:
        """Tell of a failure, and remember its exit code; the command goes on."""
        more = {"book": error.book} if isinstance(error, AlreadyAdded) else {}
        say.error(str(error), error.exit_code, as_json=self.as_json, **more)
        self.exit_code = self.exit_code or error.exit_code

    def each(self, things: Iterable[Thing], act: Callable[[Thing], None]) -> None:
        """Do it to each; one that fails is told, and the others are done all the same."""
        for thing in things:
            try:
                act(thing)
            except AmbudaError as error:
                self.complain(error)

    def bar(self, label: str) -> AbstractContextManager[bars.Draw]:
        """A bar, where a person looks."""
        return bars.bar(label, shown=bars.are_shown() and not self.as_json)


pass_session = click.make_pass_decorator(Session)
