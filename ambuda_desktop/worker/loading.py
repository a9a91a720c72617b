"""Importing task code: the program's own, and the user's."""

import importlib
import logging
import pkgutil
import sys
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ambuda_desktop.celery_app import app
from ambuda_desktop.task_folders import top_level
from ambuda_desktop.worker import tasks
from ambuda_desktop.worker.source_import import import_from_source, modules_below
from ambuda_desktop.worker.task import StoreTask

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Problem:
    """A file of task code that cannot be used."""

    file: str
    sentence: str
    traceback: str = ""


def load_tasks(
    folders: Sequence[Path],
    own: Path | None = None,
    begin: Callable[[Path], None] = lambda _file: None,
    skip: Collection[str] = (),
) -> list[Problem]:
    """Import the modules of `worker/tasks` and those of the user's folders, so that their tasks are registered.

    `own`: the program's code where it may be edited. `begin` is told each file before it is imported; files in `skip`
    are left out. Returns what cannot be used; all else works all the same.
    """
    app.task_cls = f"{StoreTask.__module__}:{StoreTask.__qualname__}"
    import_from_source([*folders, *([own] if own else [])])
    # Last: a file called email.py must not hide Python's own.
    sys.path.extend(str(folder) for folder in folders if folder.is_dir())
    taken: dict[str, Path] = {}
    problems = []
    for name, file in [*_own_modules(), *(item for folder in folders for item in top_level(folder).items())]:
        if str(file) in skip:
            continue
        begin(file)
        problem = _why_not(name, file, taken.setdefault(name, file)) or _import(name, file)
        if problem:
            problems.append(problem)
    return problems


def _own_modules() -> Iterator[tuple[str, Path]]:
    folder = Path(tasks.__path__[0])
    for module in pkgutil.iter_modules(tasks.__path__):
        yield f"{tasks.__name__}.{module.name}", folder / f"{module.name}.py"


def _why_not(name: str, file: Path, first: Path) -> Problem | None:
    if name in sys.stdlib_module_names or name in ("ambuda_desktop", "celery"):
        return Problem(str(file), f"{file.name} has the name of a module of Python's own; rename it.")
    if first != file:
        return Problem(str(file), f"{file} has the same name as {first}; rename one of them.")
    return None


def _import(name: str, file: Path) -> Problem | None:
    try:
        module = importlib.import_module(name)
        if Path(module.__file__ or "").resolve() != file.resolve():
            return Problem(str(file), f"{file.name} has the name of an installed module ({name}); rename it.")
    except (Exception, SystemExit) as error:
        log.exception("The task file %s cannot be used", file)
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        sentence = f"The task file {file.name} cannot be used ({type(error).__name__}{line}: {error})."
        return Problem(str(file), sentence, _own_frames(error))
    return None


def _own_frames(error: BaseException) -> str:
    """The traceback without the frames of the import system and of this module."""
    lines = traceback.format_exception(error)
    hidden = "importlib", f'"{__file__}"'
    return "".join(line for line in lines if not any(word in line.split("\n")[0] for word in hidden))


def imported_files(folders: Iterable[Path], before: Collection[str]) -> list[str]:
    """The files below these folders that were imported beyond the modules `before`: a change of any other changes
    nothing in this process."""
    return sorted(modules_below(folders, set(sys.modules).difference(before)))
