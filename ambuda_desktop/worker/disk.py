"""What a task does that meets a disk which takes nothing more."""

import errno
import time

from ambuda_desktop.books import BookFolder
from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.worker.task import Park

PAUSE = 5.0  # seconds until the disk is tried again


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
        return Park(wanted, until=time.time() + PAUSE)
    return AmbudaError(
        f"The book's folder {folder.path} cannot be used ({error.strerror or error}). The pages made so far are kept; "
        "when that is mended, retry the book."
    )
