"""What is learned from workers that end before they are ready: a file to leave out, or that processes do not work."""

import logging
import multiprocessing
from collections import Counter
from collections.abc import Callable

from ambuda_desktop.daemon.generation import Generation, Kind
from ambuda_desktop.daemon.task_code import TaskCode

log = logging.getLogger(__name__)

MOST_DEATHS = 2  # before one was ever ready, then processes are given up for threads
MOST_IMPORT_DEATHS = 2  # in the import of one file, then it is left out


def prefork_works() -> bool:
    """Whether processes can share semaphores here; they cannot where /dev/shm is not writable."""
    try:
        multiprocessing.Lock()
    except OSError:
        return False
    return True


class FalseStarts:
    """`kind` is that of the workers which use processors. `notice` gets sentences for the user."""

    def __init__(self, code: TaskCode, notice: Callable[[str], None]) -> None:
        self._code, self._notice = code, notice
        self.kind: Kind = "prefork"
        self._deaths: int | None = 0  # None: processes have worked here
        self._import_deaths: Counter[str] = Counter()  # by file
        if not prefork_works():
            self._use_threads("/dev/shm is not writable")

    def none_of(self, generation: Generation) -> None:
        """It got ready."""
        if generation.kind == "prefork":
            self._deaths = None

    def note(self, generation: Generation) -> None:
        """It ended before it was ready, though nothing that it imports is known to be broken."""
        if generation.importing:
            self._note_import(generation.importing, hung=bool(generation.import_traceback))
        elif generation.kind == "prefork" and generation.imported and self._deaths is not None:
            self._deaths += 1
            if self._deaths >= MOST_DEATHS:
                self._use_threads("worker processes end before they are ready")

    def _note_import(self, file: str, *, hung: bool) -> None:
        """Leave out a file that keeps workers from starting. A death may be an accident, once."""
        self._import_deaths[file] += 1
        if hung or self._import_deaths[file] >= MOST_IMPORT_DEATHS:
            del self._import_deaths[file]
            self._code.skip.add(file)
            what = "was not imported within the time it may take" if hung else "ends its process"
            self._notice(f"The task file {file} {what}, so it is left out until it is saved again.")

    def _use_threads(self, reason: str) -> None:
        self.kind = "threads"
        log.warning("Using threads instead of processes: %s", reason)
        self._notice(f"Tasks run in threads instead of processes, which is slower: {reason}.")
