"""Opening a PDF that has a password: once, into a copy that needs none, so that the password goes no further."""

import contextlib
import os
from pathlib import Path

import pikepdf

from ambuda_desktop.books import BookFolder
from ambuda_desktop.errors import BadInput
from ambuda_desktop.files import sync_file, sync_folder
from ambuda_desktop.passwords import forget_password, read_password


class NeedsPassword(Exception):
    """The PDF is locked. `wanted`: what the task has to wait for, in words that the store keeps."""

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted


def unlock(folder: BookFolder) -> None:
    """Decrypt the original into `folder.decrypted` with the password that was given. Raises NeedsPassword.

    Poppler reads that copy: a password on its command line could be seen by everybody on the machine.
    """
    password = read_password(folder)
    if password is None:
        raise NeedsPassword("password")
    folder.work.mkdir(exist_ok=True)
    part = folder.work / f".decrypted.{os.getpid()}.pdf"
    try:
        with _opened(folder.original, password) as pdf:
            pdf.save(part, encryption=False)
        sync_file(part)
        part.replace(folder.decrypted)
        sync_folder(folder.work)
    except pikepdf.PasswordError:
        forget_password(folder)
        raise NeedsPassword("another password") from None
    except (pikepdf.PdfError, RuntimeError) as error:
        forget_password(folder)
        raise BadInput(f"The PDF cannot be decrypted: {error}.") from error
    finally:
        part.unlink(missing_ok=True)
    # Only now: were we killed before, the next attempt needs it.
    forget_password(folder)


def _opened(path: Path, password: str) -> pikepdf.Pdf:
    """Older PDFs keep the bytes of their password in the character set of PDF itself, newer ones in UTF-8."""
    with contextlib.suppress(pikepdf.PasswordError):
        return pikepdf.open(path, password=password)
    try:
        old = password.encode("pdfdoc_pikepdf")
    except UnicodeEncodeError:
        old = password.encode()
    return pikepdf.open(path, password=old)
