"""The data folder and what lies in it."""

import os
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

from ambuda_desktop.doctor.finding import Finding
from ambuda_desktop.errors import AmbudaError, BadInput
from ambuda_desktop.mounts import network_file_system
from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings

GIGABYTE = 1_000_000_000
LITTLE, TIGHT = GIGABYTE // 2, 5 * GIGABYTE  # bytes that are free


def nearest(path: Path) -> Path:
    """The folder itself, or the one below which it would be made."""
    return next(place for place in (path, *path.parents) if place.exists())


def data_folder(paths: Paths) -> Finding:
    """Whether the data folder can be used, and by nobody else."""
    what, root = "data folder", paths.root
    place = nearest(root)
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        says = f"{place} cannot be written" if place == root else f"{root} cannot be made in {place}"
        return Finding(
            what, "problem", f"{says}.", f"chown -R \"$USER\" '{place}', or choose another with --data-dir."
        )
    if place != root:
        return Finding(what, "ok", f"{root} is made when it is needed")
    open_to = [path for path in (root, paths.store, paths.redis_password) if _is_open(path)]
    if open_to:
        names = ", ".join(map(str, open_to))
        return Finding(what, "look", f"others can read {names}.", f"chmod -R go= '{root}'")
    unwritable = [
        path
        for path in (paths.logs, paths.locks, paths.store)
        if path.exists() and not os.access(path, os.W_OK)
    ]
    if unwritable:
        names = ", ".join(map(str, unwritable))
        return Finding(what, "problem", f"{names} cannot be written.", f"chown -R \"$USER\" '{root}'")
    return Finding(what, "ok", f"{root}")


def _is_open(path: Path) -> bool:
    return path.exists() and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def network_drive(paths: Paths) -> Finding:
    """Whether SQLite can work there."""
    what = "file system"
    if kind := network_file_system(paths.root):
        return Finding(
            what, "problem", f"{paths.root} is on a network drive ({kind}), where the task store would be damaged.",
            "Choose a folder on this machine with --data-dir; the library alone may be on another disk.",
        )  # fmt: skip
    return Finding(what, "ok", "on this machine")


def library(paths: Paths) -> Finding:
    """Whether the folder of all books is there and writable."""
    what = "library"
    folder = paths.library
    if not folder.exists():
        if Settings.load(paths.settings).library is None:
            return Finding(what, "ok", f"{folder} is made when it is needed")
        return Finding(
            what, "problem", f"{folder} is not there.",
            "Connect the disk that it is on, or choose another folder: ambuda-desktop settings library FOLDER",
        )  # fmt: skip
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding(what, "problem", f"{folder} cannot be written.", f"chown -R \"$USER\" '{folder}'")
    books = sum(1 for one in folder.iterdir() if one.is_dir() and not one.name.startswith("."))
    return Finding(what, "ok", f"{folder}, {books} {'book' if books == 1 else 'books'}")


def disk_space(paths: Paths) -> Finding:
    """Whether there is room for books; the smaller disk counts where there are two."""
    what = "disk space"
    folders = {nearest(paths.root), nearest(paths.library)}
    free, folder = min((shutil.disk_usage(folder).free, folder) for folder in folders)
    says = f"{free / GIGABYTE:.1f} GB are free in {folder}"
    mend = "Make room, or move the library to a larger disk: ambuda-desktop settings library FOLDER"
    if free < LITTLE:
        return Finding(what, "problem", f"only {says}.", mend)
    return Finding(what, "look", f"only {says}.", mend) if free < TIGHT else Finding(what, "ok", says)


def settings(paths: Paths) -> Finding:
    """Whether the settings can be read."""
    what = "settings"
    try:
        Settings.load(paths.settings)
    except BadInput as error:
        return Finding(
            what,
            "problem",
            str(error),
            f"mv '{paths.settings}' '{paths.settings}.old' goes back to the defaults.",
        )
    return Finding(what, "ok", f"{paths.settings}" if paths.settings.exists() else "the defaults")


def store(paths: Paths) -> Finding:
    """Whether the task store is whole."""
    what = "task store"
    if not paths.store.exists():
        return Finding(what, "ok", "made when it is needed")
    try:
        fault = _fault(paths.store)
    except (AmbudaError, sqlite3.Error) as error:
        fault = str(error)
    if fault == "ok":
        return Finding(what, "ok", f"{paths.store}, {paths.store.stat().st_size / 1_000_000:.1f} MB")
    return Finding(
        what, "problem", f"{paths.store} is damaged: {fault}",
        "A daemon sets it aside and builds another from the books: ambuda-desktop daemon",
    )  # fmt: skip


def _fault(path: Path) -> str:
    # `mode=rw`, as reading a WAL needs its -shm file; not ours, so that nothing is upgraded by looking.
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)) as connection:
        found: str = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        connection.execute("SELECT count(*) FROM counts").fetchone()
    return found
