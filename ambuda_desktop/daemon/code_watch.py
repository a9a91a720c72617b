"""Hearing that files of task code were saved, deleted or renamed."""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch
from watchdog.observers.polling import PollingObserver

log = logging.getLogger(__name__)

POLL = 1.0  # seconds, where the system cannot tell
#: A file that was only opened, or is in the middle of being written, says nothing.
_URGENT = ("closed", "moved")
_PATIENT = ("created", "deleted")


class CodeWatch:
    """Collects the places that changed. `wake` is called from another thread whenever there is one."""

    def __init__(self, folders: Sequence[Path], wake: Callable[[], None]) -> None:
        self._folders = list(folders)
        self._wake = wake
        self._lock = threading.Lock()
        self._places: set[Path] = set()
        self._urgent = False
        self._watched: dict[Path, tuple[int, ObservedWatch]] = {}  # with the folder's inode
        self._observer: BaseObserver = Observer()
        self._observer.start()
        self.look_for_folders()

    def take(self) -> tuple[set[Path], bool]:
        """The places that changed since the last call, and whether one of them was saved (not only made or gone)."""
        with self._lock:
            places, urgent = self._places, self._urgent
            self._places, self._urgent = set(), False
        return places, urgent

    def look_for_folders(self) -> None:
        """Watch folders that have come, or come again; called once in a while."""
        for folder in self._folders:
            try:
                inode = folder.stat().st_ino
            except OSError:
                inode = None
            watched = self._watched.get(folder)
            if watched is not None and watched[0] != inode:
                self._observer.unschedule(self._watched.pop(folder)[1])
                self._note(folder, urgent=False)
                watched = None
            if watched is None and inode is not None:
                self._watch(folder, inode)
                self._note(folder, urgent=False)

    def follow(self, folders: Sequence[Path]) -> None:
        """Watch these folders instead of those before."""
        for folder in set(self._folders) - set(folders):
            if watched := self._watched.pop(folder, None):
                self._observer.unschedule(watched[1])
        self._folders = list(folders)
        self.look_for_folders()

    def stop(self) -> None:
        """Watch no more."""
        self._observer.stop()
        self._observer.join()

    def _watch(self, folder: Path, inode: int) -> None:
        try:
            self._watched[folder] = (
                inode,
                self._observer.schedule(_Events(self._take), str(folder), recursive=True),
            )
        except OSError as error:  # the system watches no more folders than it may
            if not folder.is_dir():
                return  # it went just now
            if isinstance(self._observer, PollingObserver):
                raise
            log.warning("%s cannot be watched (%s); looking once a second instead", folder, error)
            folders = [*self._watched, folder]
            self.stop()
            self._watched.clear()
            self._observer = PollingObserver(timeout=POLL)
            self._observer.start()
            for one in folders:
                with suppress(FileNotFoundError):
                    self._watch(one, one.stat().st_ino)

    def _take(self, event: FileSystemEvent) -> None:
        polling = isinstance(self._observer, PollingObserver)
        urgent = event.event_type in _URGENT or (polling and event.event_type == "modified")
        if not urgent and event.event_type not in _PATIENT:
            return
        for place in {str(event.src_path), str(event.dest_path)} - {""}:
            path = Path(place)
            if "__pycache__" not in path.parts and (event.is_directory or path.suffix == ".py"):
                self._note(path, urgent=urgent and not event.is_directory)

    def _note(self, place: Path, *, urgent: bool) -> None:
        with self._lock:
            self._places.add(place)
            self._urgent = self._urgent or urgent
        self._wake()


class _Events(FileSystemEventHandler):
    def __init__(self, take: Callable[[FileSystemEvent], None]) -> None:
        self._take = take

    def on_any_event(self, event: FileSystemEvent) -> None:
        self._take(event)
