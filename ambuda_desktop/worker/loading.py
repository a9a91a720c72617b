"""Importing task code: the program's own, and the user's."""

import importlib
import importlib.util
import logging
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path

from ambuda_desktop.celery_app import app
from ambuda_desktop.worker import tasks
from ambuda_desktop.worker.task import StoreTask

log = logging.getLogger(__name__)


def load_tasks(folder: Path) -> list[str]:
    """Import every module of `worker/tasks` and of the user's task folder, so that its tasks are registered.

    Returns a sentence for each file of the user's that cannot be used; the others work all the same.
    """
    app.task_cls = f"{StoreTask.__module__}:{StoreTask.__qualname__}"
    for module in pkgutil.iter_modules(tasks.__path__):
        importlib.import_module(f"{tasks.__name__}.{module.name}")
    if not folder.is_dir():
        return []
    # Two saves within a second can leave bytecode of the first that looks as new as the second.
    sys.dont_write_bytecode = True
    sys.path.append(str(folder))  # last: a file called email.py must not hide Python's own
    return list(_load_files(folder))


def _load_files(folder: Path) -> Iterator[str]:
    for file in sorted(folder.glob("*.py")):
        name = file.stem
        if name in sys.stdlib_module_names or name.split(".")[0] in ("ambuda_desktop", "celery"):
            yield f"{file.name} has the name of a module of Python's own; rename it."
            continue
        try:
            importlib.import_module(name)
        except (Exception, SystemExit) as error:
            log.exception("The task file %s cannot be used", file)
            line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
            yield f"The task file {file.name} cannot be used ({type(error).__name__}{line}: {error})."
