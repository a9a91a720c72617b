"""The task code on the disk: which files there are, what is in them, and which of them are of no use."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from ambuda_desktop.task_folders import python_files, top_level

#: Parts of the program that no worker imports.
NOT_IN_WORKERS = {"ui", "daemon", "cli"}
SHORT = 8  # hexadecimal digits of a hash that people see


class TaskCode:
    """What was last seen of it. A file that was touched and is as it was has not changed."""

    def __init__(self, folders: Sequence[Path], own: Path | None) -> None:
        self.folders, self.own = list(folders), own
        #: Files of the live code that cannot be used.
        self.broken: set[str] = set()
        #: Files that must not be imported: they hang, or end the process.
        self.skip: set[str] = set()
        self._digests = {path: _digest(path) for path in self._files()}
        self.hash = self._hash()

    def follow(self, folders: Sequence[Path]) -> set[Path]:
        """Look at these folders of the user's instead of those before. Returns the files that came or went by that."""
        self.folders = list(folders)
        now: dict[Path, str | None] = {path: _digest(path) for path in self._files()}
        came_or_went = set(now) ^ set(self._digests)
        changed = came_or_went | {path for path in now if now[path] != self._digests.get(path)}
        self._digests = now
        if changed:
            self.hash = self._hash()
        return changed

    def order(self) -> dict[str, Any]:
        """The fields of a generation's order that name the code."""
        return {
            "folders": [str(folder) for folder in self.folders],
            "own": str(self.own) if self.own else None,
            "skip": sorted(self.skip),
        }

    def changed(self, places: Iterable[Path]) -> set[Path]:
        """Which files at or below these places are not what they were. From now on they are what they are."""
        changed = set()
        for path in self._at(set(places)):
            digest = _digest(path)
            if digest != self._digests.get(path):
                changed.add(path)
                self.skip.discard(str(path))
                if digest is None:
                    del self._digests[path]
                else:
                    self._digests[path] = digest
        if changed:
            self.hash = self._hash()
        return changed

    def is_imported(self, file: Path, imported: Collection[str]) -> bool:
        """Whether a change of this file matters: workers have imported it, or will because of where it lies."""
        if str(file) in imported or str(file.resolve()) in imported:
            return True
        folders = [*self.folders, *([self.own / "worker" / "tasks"] if self.own else [])]
        return any(
            file in top_level(folder).values()
            or (file.parent == folder and not file.name.startswith(("_", ".")))
            for folder in folders
        )

    def _files(self) -> Iterable[Path]:
        for folder in self.folders:
            yield from python_files(folder)
        if self.own is not None:
            yield from (path for path in python_files(self.own) if not self._is_not_in_workers(path))

    def _is_not_in_workers(self, path: Path) -> bool:
        own = self.own is not None and self.own in path.parents
        return own and path.relative_to(self.own or "").parts[0] in NOT_IN_WORKERS

    def _at(self, places: set[Path]) -> set[Path]:
        """The Python files that changes at these places may concern: they, or those that are or were below them."""
        found = {path for path in self._digests if path in places or not places.isdisjoint(path.parents)}
        for place in places:
            if place.is_dir():
                found.update(python_files(place))
            elif place.suffix == ".py":
                found.add(place)
        return {path for path in found if not self._is_not_in_workers(path)}

    def _hash(self) -> str:
        whole = hashlib.sha256()
        for path, digest in sorted(self._digests.items()):
            whole.update(f"{path}\0{digest}\0".encode(errors="surrogateescape"))
        return whole.hexdigest()[:SHORT]


def _digest(path: Path) -> str | None:
    """What is in a file; None where it is not there."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
