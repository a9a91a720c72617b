"""Running a program of somebody else's on a file of somebody else's: with limits of time and memory."""

import contextlib
import subprocess
import threading
from collections.abc import Sequence
from typing import IO, NamedTuple

try:
    import resource
except ImportError:  # not on every system
    resource = None  # type: ignore[assignment]

MEMORY = 2 << 30  # bytes of addresses; a page of 40 megapixels takes a tenth of that
MOST_WORDS = 65_536  # bytes kept of each output: a damaged file may be complained of for ever


class TookTooLong(Exception):
    """The program did not end in time, and was ended."""


class Ran(NamedTuple):
    """How a program ended, and the beginning of what it said."""

    code: int
    out: str
    error: str


def run_limited(command: Sequence[str], timeout: float, memory: int = MEMORY) -> Ran:
    """Run a program to its end, in our own process group. Raises TookTooLong after `timeout` seconds.

    Raises OSError where it cannot be started. With less memory than it asks for, it fails by itself.
    """
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        _limit(process.pid, memory)
        assert process.stdout is not None
        assert process.stderr is not None
        words: tuple[list[bytes], list[bytes]] = ([], [])
        readers = [
            threading.Thread(target=_read, args=(stream, kept), daemon=True)
            for stream, kept in zip((process.stdout, process.stderr), words, strict=True)
        ]
        for reader in readers:
            reader.start()
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise TookTooLong from None
        finally:
            for reader in readers:
                reader.join(timeout)
    out, error = (b"".join(kept).decode(errors="replace") for kept in words)
    return Ran(code, out, error)


def _limit(pid: int, memory: int) -> None:
    """Just after the start: the program has not yet looked at the file."""
    prlimit = getattr(resource, "prlimit", None)  # Linux
    if prlimit is not None:
        with contextlib.suppress(ProcessLookupError):
            prlimit(pid, resource.RLIMIT_AS, (memory, memory))


def _read(stream: IO[bytes], kept: list[bytes]) -> None:
    """Keep the beginning, and let the rest go by: a full pipe would stop the program."""
    room = MOST_WORDS
    while chunk := stream.read1(8192) if hasattr(stream, "read1") else stream.read(8192):
        if room > 0:
            kept.append(chunk[:room])
            room -= len(chunk)
