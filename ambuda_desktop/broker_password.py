"""The broker's password, kept with the address that it was given for: no other machine may learn it, though the daemon
that runs may have one address and the settings another."""

import json

from ambuda_desktop import secrets
from ambuda_desktop.paths import Paths

_NAME = "broker"


def keep(paths: Paths, url: str, password: str) -> secrets.Kept:
    """Keep the password of an address. Raises OSError where no place takes it."""
    return secrets.keep(paths, _NAME, json.dumps({"url": url, "password": password}))


def read(paths: Paths, url: str) -> str | None:
    """The password of an address; None where none was kept for it. Raises KeyringLocked."""
    try:
        kept = json.loads(secrets.read(paths, _NAME) or "null")
    except ValueError:
        return None
    match kept:
        case {"url": str(its), "password": str(password)} if its == url:
            return password
    return None


def forget(paths: Paths) -> None:
    """Delete it."""
    secrets.forget(paths, _NAME)
