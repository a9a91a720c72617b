"""Where the trash of the system is, for what lies in a folder."""

import os
from pathlib import Path


def trash_folder(place: Path) -> Path:
    """The folder that files of `place` go to when they are thrown away, by the rules of freedesktop.org.

    What is on another disk than the home folder goes to the trash of that disk.
    """
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    home = Path(data) / "Trash" / "files"
    try:
        if place.stat().st_dev == Path.home().stat().st_dev:
            return home
    except OSError:
        return home
    top = next(p for p in (place.resolve(), *place.resolve().parents) if p.is_mount())
    shared = top / ".Trash" / str(os.getuid())
    return (shared if shared.is_dir() else top / f".Trash-{os.getuid()}") / "files"
