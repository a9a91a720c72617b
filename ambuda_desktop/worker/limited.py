"""Limits of time and memory, for programs of somebody else's and for ourselves, on files of somebody else's."""

import contextlib
import math
import subprocess
import threading
from collections.abc import Iterator, Sequence
from typing import IO, NamedTuple

import psutil

try:
    import resource
except ImportError:  # not on every system
    resource = None  # type: ignore[assignment]

#: Bytes of addresses; a page of 40 megapixels takes a tenth of that. Less than the setting `memory_limit` is at first
#: (daemon/memory_limit.py): that one ends the process, this one an attempt to take more, which can be told better.
MEMORY = 1_900_000_000
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
        _limit(process.pid, memory, timeout)
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
        except BaseException:  # our task is ended: leaving this block would wait for the program
            process.kill()
            raise
        finally:
            for reader in readers:
                reader.join(timeout)
    out, error = (b"".join(kept).decode(errors="replace") for kept in words)
    return Ran(code, out, error)


@contextlib.contextmanager
def limited_memory(more: int = MEMORY) -> Iterator[None]:
    """For the length of a block, let this very process have so many bytes of addresses more than it has, so that a
    file which unpacks without end raises MemoryError instead of taking the machine with it."""
    prlimit = getattr(resource, "prlimit", None)  # Linux
    if prlimit is None:
        yield
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    limit = psutil.Process().memory_info().vms + more
    resource.setrlimit(resource.RLIMIT_AS, (limit if hard < 0 else min(limit, hard), hard))
    try:
        yield
    finally:
        # Not what it was before: in a pool of threads that may be another's limit.
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def _limit(pid: int, memory: int, timeout: float) -> None:
    """Just after the start: the program has not yet looked at the file."""
    prlimit = getattr(resource, "prlimit", None)  # Linux
    if prlimit is None:
        return
    seconds = math.ceil(timeout) + 1  # of work, where nobody is left to end it: its worker was killed
    with contextlib.suppress(ProcessLookupError):
        for kind, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds)):
            hard = resource.getrlimit(kind)[1]  # that of the program, too, which may not be raised
            lowered = most if hard < 0 else min(most, hard)
            prlimit(pid, kind, (lowered, lowered))


def _read(stream: IO[bytes], kept: list[bytes]) -> None:
    """Keep the beginning, and let the rest go by: a full pipe would stop the program."""
    room = MOST_WORDS
    while chunk := stream.read1(8192) if hasattr(stream, "read1") else stream.read(8192):
        if room > 0:
            kept.append(chunk[:room])
            room -= len(chunk)
