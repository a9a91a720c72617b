"""The programs of others."""

import re
import subprocess

from ambuda_desktop.doctor.finding import Finding
from ambuda_desktop.errors import MissingProgram
from ambuda_desktop.paths import Paths
from ambuda_desktop.programs import poppler, server_binary

TIMEOUT = 10  # seconds for a program to tell its version
POPPLER = ("pdftocairo", "pdfinfo")


def redis_server(_paths: Paths) -> Finding:
    """Whether there is a Redis server, and whether it starts."""
    what = "Redis server"
    try:
        binary = server_binary()
    except MissingProgram as error:
        return Finding(
            what, "problem", str(error), "apt-get install redis-server, or unset AMBUDA_REDIS_SERVER."
        )
    said = output_of(binary, "--version")
    found = re.search(r"v=(\S+)", said)
    if found is None:
        return Finding(
            what, "problem", f"{binary} does not tell its version: {said.strip() or 'no word'}",
            "Set AMBUDA_REDIS_SERVER to another redis-server or valkey-server.",
        )  # fmt: skip
    return Finding(what, "ok", f"{found[1]}, {binary}")


def poppler_programs(_paths: Paths) -> Finding:
    """Whether pages can be drawn by poppler."""
    what = "poppler"
    missing = [name for name in POPPLER if poppler(name) is None]
    mend = "apt-get install poppler-utils (macOS: brew install poppler)."
    if missing:
        says = (
            f"{' and '.join(missing)} not found; pages that are not plain JPEG scans are drawn with PDFium."
        )
        return Finding(what, "look", says, mend)
    binary = str(poppler(POPPLER[0]))
    found = re.search(r"version (\S+)", output_of(binary, "-v"))
    if found is None:
        return Finding(what, "problem", f"{binary} does not start.", mend)
    return Finding(what, "ok", f"{found[1]}, {binary}")


def output_of(*command: str) -> str:
    """What a program says, on either stream; the reason where it cannot be started."""
    try:
        ran = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=TIMEOUT, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return ran.stdout + ran.stderr
