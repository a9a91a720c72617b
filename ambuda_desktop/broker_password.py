"""Brokers' passwords, each kept with the address that it was given for: no other machine may learn it, though the
daemon that runs may have one address and the settings another."""

import json

from ambuda_desktop import secrets
from ambuda_desktop.paths import Paths

_NAME = "broker"


def keep(paths: Paths, url: str, password: str) -> secrets.Kept:
    """Keep the password of an address beside those of others. Raises OSError where no place takes it."""
    try:
        others = _kept(paths)
    except secrets.KeyringLocked:
        others = {}  # this one must find a place all the same
    return _keep(paths, {**others, url: password})


def read(paths: Paths, url: str) -> str | None:
    """The password of an address; None where none was kept for it. Raises KeyringLocked."""
    return _kept(paths).get(url)


def forget_others(paths: Paths, *urls: str) -> None:
    """Delete the passwords of all addresses but these. Raises KeyringLocked."""
    kept = _kept(paths)
    rest = {url: password for url, password in kept.items() if url in urls}
    if not rest:
        secrets.forget(paths, _NAME)
    elif rest != kept:
        _keep(paths, rest)


def _keep(paths: Paths, passwords: dict[str, str]) -> secrets.Kept:
    return secrets.keep(paths, _NAME, json.dumps(passwords))


def _kept(paths: Paths) -> dict[str, str]:
    try:
        kept = json.loads(secrets.read(paths, _NAME) or "null")
    except ValueError:
        return {}
    if not isinstance(kept, dict):
        return {}
    return {url: password for url, password in kept.items() if isinstance(password, str)}
