"""Secrets of the user's: the password of a broker, the key of an account with Google.

They lie in the keyring of the system; where none works (no desktop, say), in files that only this user can read.
Never in the settings, the store, a log, the environment or a command line.
"""

import contextlib
import logging
import re
from dataclasses import dataclass
from pathlib import Path

from ambuda_desktop.errors import AmbudaError
from ambuda_desktop.files import write_atomic
from ambuda_desktop.paths import Paths

log = logging.getLogger(__name__)

NAME = re.compile(r"[a-z][a-z-]{0,40}")


class KeyringLocked(AmbudaError):
    """There is a keyring, but it does not let us in."""


@dataclass(frozen=True)
class Kept:
    """Where a secret was kept. `place` is for a sentence: a file, or the name of the keyring."""

    in_keyring: bool
    place: str

    @property
    def warning(self) -> str:
        """What the user should know; empty where it lies in the keyring."""
        if self.in_keyring:
            return ""
        return (
            f"No keyring works here, so the secret is kept in {self.place}. Only you can read that file, but it is "
            "not encrypted: keep it out of backups that others can read."
        )


def read(paths: Paths, name: str) -> str | None:
    """The secret of a name (“broker”, “google”); None where none was kept. Raises KeyringLocked."""
    with contextlib.suppress(FileNotFoundError):
        return _file(paths, name).read_text(encoding="utf-8")
    import keyring.errors  # not at the top: it looks for the system's keyring, and most never need one

    try:
        return keyring.get_password(_owner(paths), name)
    except keyring.errors.NoKeyringError:
        return None
    except Exception as error:  # each system's keyring has errors of its own
        log.warning("The keyring cannot be read: %s", type(error).__name__)
        raise KeyringLocked(
            "The keyring of this computer cannot be read. Unlock it, or enter the secret again."
        ) from None


def keep(paths: Paths, name: str, secret: str) -> Kept:
    """Keep a secret in the place of what was kept under its name. Raises OSError where neither place takes it."""
    file = _file(paths, name)
    place = _keep_in_keyring(_owner(paths), name, secret)
    if place is not None:
        file.unlink(missing_ok=True)
        return Kept(True, place)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomic(file, secret.encode(), mode=0o600)
    return Kept(False, str(file))


def forget(paths: Paths, name: str) -> None:
    """Delete a secret, wherever it is; nothing happens where there is none. Raises KeyringLocked."""
    import keyring.errors

    _file(paths, name).unlink(missing_ok=True)
    try:
        keyring.delete_password(_owner(paths), name)
    except (keyring.errors.NoKeyringError, keyring.errors.PasswordDeleteError):
        pass  # no keyring, or none in it: also how it should be
    except Exception as error:  # each system's keyring has errors of its own
        log.warning("The keyring cannot be changed: %s", type(error).__name__)
        raise KeyringLocked(
            "The keyring of this computer cannot be opened, so the secret may still be in it. Unlock it, and forget "
            "the secret again."
        ) from None


def _keep_in_keyring(owner: str, name: str, secret: str) -> str | None:
    """The name of the keyring; None where none took it."""
    import keyring

    try:
        keyring.set_password(owner, name, secret)
        if keyring.get_password(owner, name) != secret:  # `keyring disable` leaves one that forgets all
            return None
        return str(keyring.get_keyring().name)
    except Exception as error:
        log.info("No keyring keeps the secret “%s”: %s", name, type(error).__name__)
        return None


def _file(paths: Paths, name: str) -> Path:
    if not NAME.fullmatch(name):
        raise ValueError(f"no name of a secret: {name!r}")
    return paths.root / "secrets" / name


def _owner(paths: Paths) -> str:
    """What the keyring calls us: each data folder has secrets of its own."""
    return f"Ambuda Desktop in {paths.root}"
