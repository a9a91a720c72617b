"""Writing files so that a crash leaves the old one or the new one, and copying so that a copy is proved."""

import contextlib
import errno
import fcntl
import hashlib
import io
import os
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import psutil

from ambuda_desktop.errors import BadInput

CHUNK = 4 << 20  # bytes
FICLONE = 0x40049409  # linux/fs.h: share the data blocks of another file (btrfs, xfs, bcachefs)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Make the content of `path` survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomic(
    path: Path,
    data: bytes,
    *,
    durable: bool = True,
    mode: int = 0o666,
    before: Callable[[], None] | None = None,
) -> None:
    """Replace `path` by `data`: a reader sees the old bytes or the new ones, never a part.

    `durable=False` leaves out the fsync, for files that are made again when they are missing. `mode`: who may read
    the file from its first byte on, less the umask. `before` is called when only the replacing is left; where it
    raises, the old file stays.
    """
    with replacing(path, durable=durable, mode=mode, before=before) as file:
        file.write(data)


@contextlib.contextmanager
def replacing(
    path: Path, *, durable: bool = True, mode: int = 0o666, before: Callable[[], None] | None = None
) -> Iterator[BinaryIO]:
    """A file that takes the place of `path` at the end of the block, as in `write_atomic`; not where that raises."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
        with os.fdopen(descriptor, "wb") as file:
            yield file
            if durable:
                file.flush()
                os.fsync(file.fileno())
        if before is not None:
            before()
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if durable:
        sync_folder(path.parent)


def remove_leftovers(folder: Path) -> None:
    """Remove what `write_atomic` left in this folder in processes that were killed in the middle of it."""
    for path in folder.glob(".*.tmp"):
        pid = path.suffixes[-2][1:] if len(path.suffixes) > 1 else ""
        if pid.isdecimal() and not psutil.pid_exists(int(pid)):
            path.unlink(missing_ok=True)


def sha256(path: Path, progress: Callable[[int], None] | None = None) -> str:
    """The SHA-256 of a file as hexadecimal; `progress` gets the bytes read so far."""
    digest = hashlib.sha256()
    done = 0
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            done += len(chunk)
            if progress:
                progress(done)
    return digest.hexdigest()


def copy_verified(source: Path, target: Path, progress: Callable[[int, int], None]) -> str:
    """Copy `source` to `target`, prove the copy by reading it back, and return its SHA-256.

    The copy is fsynced. `progress` gets (bytes done, bytes in all); reading back counts too.
    Raises BadInput where the source vanishes or changes meanwhile (a USB stick), or the disk is full.
    """
    changed = BadInput(
        f"{printable(source.name)} changed while it was copied. Nothing was added; try it again."
    )
    try:
        before = source.stat()
        size = before.st_size

        def reading(done: int) -> None:
            if done > size:  # it grows as fast as it is read
                raise changed
            progress(done, 2 * size)

        reflinked = _reflink(source, target)
        read = sha256(source, reading) if reflinked else _copy_and_hash(source, target, reading)
        sync_file(target)
        written = sha256(target, lambda done: progress(size + done, 2 * size))
        after = source.stat()
    except OSError as error:
        raise BadInput(copy_failure(source, target, error)) from error
    if read != written or (size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise changed
    return written


def copy_all_verified(pairs: Sequence[tuple[Path, Path]], progress: Callable[[int, int], None]) -> list[str]:
    """Copy each (source, target) as `copy_verified` does, with one progress for all; the SHA-256 of each."""
    try:
        total = 2 * sum(source.stat().st_size for source, _ in pairs)
    except OSError as error:
        raise BadInput(
            f"{printable(error.filename)} cannot be read: {error.strerror}. Nothing was added."
        ) from error
    digests = []
    before = 0

    def report(done: int, _all: int) -> None:
        progress(before + done, total)

    for source, target in pairs:
        digests.append(copy_verified(source, target, report))
        before += 2 * target.stat().st_size
    return digests


def copy_failure(source: Path, target: Path, error: OSError) -> str:
    """A sentence for an `error` met while `source` was copied to `target`."""
    name = printable(source.name)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full: {name} was not added. Make room in {target.parent.parent}."
    if error.errno == errno.ENOENT and not source.exists():
        return f"{name} is no longer there. Nothing was added."
    return f"{name} cannot be copied: {error.strerror or error}. Nothing was added."


def printable(name: object) -> str:
    """A file's name or path as it can stand in a sentence: in one line, and without what is no character."""
    text = str(name).encode(errors="replace").decode()
    return "".join(" " if unicodedata.category(c) == "Cc" else c for c in text)


def _reflink(source: Path, target: Path) -> bool:
    """Share the data blocks where the file system can; False where it cannot."""
    with source.open("rb") as read, target.open("wb") as write, contextlib.suppress(OSError):
        fcntl.ioctl(write.fileno(), FICLONE, read.fileno())
        return True
    return False


def _write_all(file: io.FileIO, data: bytes) -> None:
    """All of it: a disk that is nearly full takes a part, and says that it is full only when asked again."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _copy_and_hash(source: Path, target: Path, progress: Callable[[int], None]) -> str:
    digest = hashlib.sha256()
    done = 0
    with source.open("rb", buffering=0) as read, target.open("wb", buffering=0) as write:
        while chunk := read.read(CHUNK):
            _write_all(write, chunk)
            digest.update(chunk)
            done += len(chunk)
            progress(done)
    return digest.hexdigest()
