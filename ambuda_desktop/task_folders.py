"""The folders that hold task code: the user's own, and in a source checkout the program's."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from ambuda_desktop.errors import BadInput
from ambuda_desktop.paths import Paths

SKIPPED = {"__pycache__", "node_modules", "site-packages"}


def user_folders(paths: Paths, extra: Iterable[Path] = ()) -> list[Path]:
    """The folders whose modules and packages are imported as tasks: `tasks` in the data folder, those of the settings,
    and `extra` ones, each once."""
    return list(dict.fromkeys([paths.tasks, *paths.task_folders, *(folder.absolute() for folder in extra)]))


def own_folder() -> Path | None:
    """The program's own code where somebody may edit it: not in a package, and not where pip put it."""
    folder = Path(__file__).resolve().parent
    if getattr(sys, "frozen", False) or SKIPPED.intersection(folder.parts):
        return None
    return folder


def check_task_folder(paths: Paths, folder: Path) -> None:
    """Whether `folder` may hold task code. Raises BadInput with the reason.

    Files that tasks write must not lie among those that are watched and imported: each page would be an edit.
    """
    if not folder.is_absolute():
        raise BadInput(f"“{folder}” is no full path of a folder; it should begin with /.")
    if not folder.is_dir():
        raise BadInput(f"{folder} is not there, or is no folder.")
    place = folder.resolve()
    for other, what in (
        (paths.library, "the library"),
        (paths.root, "the data folder"),
        (paths.logs, "the logs"),
    ):
        outer = other.resolve()
        inside = outer in place.parents and what != "the data folder"
        if place == outer or place in outer.parents or inside:
            raise BadInput(
                f"{folder} cannot hold task code: it overlaps {what} ({other}), where files are written."
            )


def usable_folders(paths: Paths, extra: Iterable[Path] = ()) -> tuple[list[Path], list[str]]:
    """The user's folders that can be used now, and a sentence for each that cannot."""
    good, complaints = [], []
    for folder in user_folders(paths, extra):
        if folder == paths.tasks:
            good.append(folder)  # need not exist; it is watched for
            continue
        try:
            check_task_folder(paths, folder)
        except BadInput as error:
            complaints.append(str(error))
        else:
            good.append(folder)
    return good, complaints


def top_level(folder: Path) -> dict[str, Path]:
    """The modules and packages that lie in a task folder: name to file."""
    if not folder.is_dir():
        return {}
    found = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "_")):
            continue
        if path.suffix == ".py" and "." not in path.stem and path.is_file():
            found[path.stem] = path
        elif path.name.isidentifier() and (path / "__init__.py").is_file() and path.name not in SKIPPED:
            found[path.name] = path / "__init__.py"
    return found


def python_files(folder: Path) -> Iterator[Path]:
    """Every Python file in a folder and below, but not in hidden folders or those of other people's code."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name in SKIPPED:
            continue
        if path.is_dir() and not path.is_symlink():
            yield from python_files(path)
        elif path.suffix == ".py":
            yield path
