"""Importing task code from its source, never from bytecode: two saves of equal size within a second would load the
bytecode of the first for the second."""

import os
import sys
from collections.abc import Iterable
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
)
from pathlib import Path
from types import CodeType


class FromSource(SourceFileLoader):
    """Compiles each time, and writes no bytecode."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


def import_from_source(folders: Iterable[Path]) -> None:
    """Let modules below these folders be imported from their source only."""
    roots = _roots(folders)
    make_finder = FileFinder.path_hook(
        (FromSource, SOURCE_SUFFIXES), (ExtensionFileLoader, EXTENSION_SUFFIXES)
    )

    def finder(path: str) -> FileFinder:
        if not f"{path}{os.sep}".startswith(roots):
            raise ImportError(path)
        found = make_finder(path)
        assert isinstance(found, FileFinder)
        return found

    sys.path_hooks.insert(0, finder)
    for path in list(sys.path_importer_cache):
        if f"{path}{os.sep}".startswith(roots):
            del sys.path_importer_cache[path]


def modules_below(folders: Iterable[Path]) -> dict[str, str]:
    """The imported modules whose files lie below these folders: file to module."""
    roots = _roots(folders)
    found = {}
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and file.startswith(roots):
            found[file] = name
    return found


def _roots(folders: Iterable[Path]) -> tuple[str, ...]:
    """How the names of files below these folders begin, whether or not a symbolic link was followed."""
    return tuple(
        {f"{place}{os.sep}" for folder in folders for place in (folder.absolute(), folder.resolve())}
    )
