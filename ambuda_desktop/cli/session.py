"""What all commands share: the data folder, the store, and how to speak."""

import sqlite3
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from functools import cached_property
from typing import Any, TypeVar

import click

from ambuda_desktop.cli import bars, say
from ambuda_desktop.errors import AlreadyAdded, AmbudaError
from ambuda_desktop.launch import attach, keep_daemon, why_work_waits
from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings
from ambuda_desktop.store.connection import connect
from ambuda_desktop.store.dispatch import work_is_left

Thing = TypeVar("Thing")


class Session:
    """One run of a command."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        self.as_json = False
        self.exit_code = 0  # of the first failure that was told, where the command went on
        #: What to say on Ctrl+C: where work was accepted, that it goes on.
        self.if_interrupted = "Interrupted."
        self._closing: list[Callable[[], None]] = []

    @cached_property
    def store(self) -> sqlite3.Connection:
        """The store; the data folder is made where it is missing."""
        connection = connect(self.paths.make().store)
        self._closing.append(connection.close)
        return connection

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
        if work_is_left(self.store):
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
