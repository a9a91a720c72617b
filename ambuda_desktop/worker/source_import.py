"""Importing task code from its source, or from bytecode that was made of exactly this source.

Python's own bytecode is known by its source's time and size, so two saves of equal size within a second would load the
bytecode of the first for the second. Ours has the hash of its source (PEP 552), which Python's own importer respects.
"""

import marshal
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
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from pathlib import Path
from types import CodeType

CHECKED_HASH = (0b11).to_bytes(4, "little")  # PEP 552: has a hash, and it is to be compared


class FromSource(SourceFileLoader):
    """Uses no bytecode that does not name the hash of the source."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        source = self.get_data(path)
        head = MAGIC_NUMBER + CHECKED_HASH + source_hash(source)
        cache = cache_from_source(path)
        code = self._cached(cache, head)
        # A folder that was moved has bytecode whose tracebacks name the old place.
        if code is None or code.co_filename != path:
            code = self.source_to_code(source, path)
            if not sys.dont_write_bytecode:
                self.set_data(cache, head + marshal.dumps(code))  # where it cannot be written, it is not
        return code

    def _cached(self, cache: str, head: bytes) -> CodeType | None:
        try:
            data = self.get_data(cache)
            code = marshal.loads(data[len(head) :]) if data.startswith(head) else None
        except (OSError, EOFError, ValueError, TypeError):  # not there, or cut short
            return None
        return code if isinstance(code, CodeType) else None


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


def modules_below(folders: Iterable[Path], names: Iterable[str]) -> dict[str, str]:
    """Those of these imported modules whose files lie below the folders: file to module."""
    roots = _roots(folders)
    found = {}
    for name in names:
        file = getattr(sys.modules[name], "__file__", None)
        if file and file.startswith(roots):
            found[file] = name
    return found


def _roots(folders: Iterable[Path]) -> tuple[str, ...]:
    """How the names of files below these folders begin, whether or not a symbolic link was followed."""
    return tuple(
        {f"{place}{os.sep}" for folder in folders for place in (folder.absolute(), folder.resolve())}
    )
