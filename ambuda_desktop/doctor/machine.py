"""The machine and the program itself."""

import importlib.metadata
import locale as system_locale
import multiprocessing
import os
import platform
import re
import shutil
import sys
from pathlib import Path

from ambuda_desktop import __version__
from ambuda_desktop.doctor.finding import Finding
from ambuda_desktop.paths import Paths, resources

SMALL_SHM = 8_000_000  # bytes
#: What must lie in `resources`.
FILES = ("redis.conf", "icons/ambuda.svg", "fonts/Lohit-Devanagari.ttf", "glyphless.ttf", "sample/sample.pdf")


def system(_paths: Paths) -> Finding:
    """Which program, Python and system this is: the first thing to be asked."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return Finding(
        "program", "ok",
        f"Ambuda Desktop {__version__}, Python {platform.python_version()}, {platform.platform()}, {cores} cores",
    )  # fmt: skip


def package_versions(_paths: Paths) -> Finding:
    """Whether the packages that the program stands on are there."""
    what = "Python packages"
    if getattr(sys, "frozen", False):
        return Finding(what, "ok", "part of the program")
    try:
        needed = importlib.metadata.requires("ambuda-desktop") or []
    except importlib.metadata.PackageNotFoundError:
        return Finding(
            what, "look", "the program is not installed, only started from its folder.", "./run sets it up."
        )
    names = [match[0] for line in needed if "extra ==" not in line and (match := re.match(r"[\w.-]+", line))]
    missing = [name for name in names if not _is_installed(name)]
    if missing:
        return Finding(
            what, "problem", f"not installed: {', '.join(missing)}.", "Start ./run, which sets up again."
        )
    return Finding(what, "ok", f"all {len(names)} are installed")


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def resource_files(_paths: Paths) -> Finding:
    """Whether icons, fonts, the sample and the configuration of Redis are beside the program."""
    what = "fonts and icons"
    missing = [name for name in FILES if not (resources() / name).is_file()]
    if missing:
        return Finding(
            what, "problem", f"{resources()} lacks {', '.join(missing)}.", "Install the program again."
        )
    return Finding(what, "ok", f"in {resources()}")


def locale(_paths: Paths) -> Finding:
    """Whether names of files with diacritics can be read and written."""
    what = "locale"
    files, texts = sys.getfilesystemencoding().lower(), system_locale.getpreferredencoding(False).lower()
    if {files.replace("-", ""), texts.replace("-", "")} == {"utf8"}:
        return Finding(what, "ok", "UTF-8")
    return Finding(
        what, "problem", f"files are named in {files}, texts written in {texts}: diacritics get lost.",
        "export LANG=C.UTF-8",
    )  # fmt: skip


def shared_memory(_paths: Paths) -> Finding:
    """Whether the processes of a pool can share semaphores."""
    what = "/dev/shm"
    try:
        multiprocessing.Lock()
    except OSError as error:
        return Finding(
            what, "look", f"is not writable ({error.strerror}): the cpu pool uses threads, which are slower.",
            "chmod 1777 /dev/shm, or give the container one (docker run --shm-size=256m).",
        )  # fmt: skip
    shm = Path(what)
    if shm.is_dir() and (free := shutil.disk_usage(shm).free) < SMALL_SHM:
        return Finding(
            what, "look", f"only {free // 1_000_000} MB are free.", "Remove what fills it: ls -l /dev/shm"
        )
    return Finding(what, "ok", "works")
