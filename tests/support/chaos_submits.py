"""Submitting books all along a run: by the command line and in this process, in turns."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing

from ambuda_desktop.errors import AlreadyAdded, AmbudaError
from ambuda_desktop.library import add_book
from ambuda_desktop.store.connection import connect
from tests.support.chaos_books import Expected
from tests.support.program import Program
from tests.support.splitting import ignore

BACKLOG = 3  # books that wait or are worked on, at least


class Submits:
    """A thread that submits until all books are accepted. One that a kill ends is not accepted, and is repeated."""

    def __init__(
        self,
        program: Program,
        books: Sequence[Expected],
        made: Callable[[], int],
        killed: Callable[[], float],
    ) -> None:
        """`made`: how many pages are made; `killed`: which part of the kills."""
        self.accepted: list[Expected] = []
        self.refused = 0
        self.error: BaseException | None = None
        #: Held while this process adds a book: who copies the data folder needs it at rest.
        self.quiet = threading.Lock()
        self._program, self._books, self._made, self._killed = program, books, made, killed
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="submits")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def over(self) -> bool:
        """Whether there is nothing left to submit."""
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            for number, book in enumerate(self._books):
                while not self._is_due():
                    if self._stop.wait(0.02):
                        return
                way = self._by_command if number % 3 == 2 else self._in_process
                while not way(book):
                    self.refused += 1
                    if self._stop.wait(0.1):
                        return
                self.accepted.append(book)
        except BaseException as error:
            self.error = error  # told by the main thread

    def _is_due(self) -> bool:
        """Work must not run out before the kills do."""
        wanted = sum(len(book.pages) for book in self.accepted) - self._made()
        if wanted == 0:
            return True
        ahead = len(self.accepted) - self._killed() * len(self._books)
        return (
            wanted < BACKLOG * len(self._books[0].pages) and ahead < BACKLOG and not self._is_last_too_early
        )

    @property
    def _is_last_too_early(self) -> bool:
        return len(self.accepted) == len(self._books) - 1 and self._killed() < 1

    def _in_process(self, book: Expected) -> bool:
        with self.quiet, closing(connect(self._program.paths.store)) as connection:
            try:
                add_book(connection, self._program.paths, book.pdf, ignore)
            except AlreadyAdded:  # the program says that it is safe: then it has to be
                return True
            except AmbudaError:
                time.sleep(0.05)
                return False
        return True

    def _by_command(self, book: Expected) -> bool:
        return self._program.cli("split", str(book.pdf)).returncode in (0, AlreadyAdded.exit_code)
