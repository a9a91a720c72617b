"""What every task that works on a book has around it: the folder stays, and what goes wrong there is told as that."""

import contextlib
import errno
import time
from collections.abc import Iterator

from ambuda_desktop.books import BookFolder, book_folder
from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.relocation import LibraryMoves, staying
from ambuda_desktop.worker.limited import limited_memory
from ambuda_desktop.worker.task import Park, StoreTask

MOVE_PAUSE = 2.0  # seconds until a task that met a moving library looks again
DISK_PAUSE = 5.0  # seconds until the disk is tried again


@contextlib.contextmanager
def book_in_work(task: StoreTask, book: str) -> Iterator[BookFolder]:
    """The folder of a book, which stays where it is for the length of a block. A failure that nobody foresaw is told
    as what it is: the disk's, or one of memory."""
    try:
        with staying(task.paths):
            folder = book_folder(task.paths, book)
            try:
                with limited_memory():
                    yield folder
            except ConnectionError:  # of Redis
                raise
            except OSError as error:
                raise disk_failure(folder, error) from error
            except MemoryError:
                raise AmbudaError(
                    "The book needs more memory than a task may have; it may be damaged."
                ) from None
    except LibraryMoves:
        raise Park("the library to be moved", until=time.time() + MOVE_PAUSE) from None


def disk_failure(folder: BookFolder, error: OSError) -> Park | AmbudaError:
    """What to raise for an `error` met in the folder of a book. What a person can mend while the book waits parks it;
    the pages made so far are kept either way."""
    wanted = {
        errno.ENOSPC: f"room on the disk of {folder.path}",
        errno.EDQUOT: f"room in your share of the disk of {folder.path}",
        errno.EROFS: f"a disk that can be written to: that of {folder.path} is read-only",
        errno.EACCES: f"leave to write in {folder.path}",
        errno.EPERM: f"leave to write in {folder.path}",
    }.get(error.errno or 0)
    if wanted:
        return Park(wanted, until=time.time() + DISK_PAUSE)
    return AmbudaError(
        f"The book's folder {folder.path} cannot be used ({error.strerror or error}). The pages made so far are kept; "
        "when that is mended, retry the book."
    )
