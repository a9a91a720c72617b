"""With which account Google Vision is asked: a key that was given to us, else the one that Google's own tools left.

The key of a service account is a secret: its content lies in the keyring, and the file may be deleted. "Application
default credentials" are files of Google's own, which its tools make and renew; they stay where they are.
"""

import json
import os
from pathlib import Path
from typing import Any

from ambuda_desktop import secrets
from ambuda_desktop.errors import BadInput
from ambuda_desktop.paths import Paths

SECRET = "google"
ENVIRONMENT = "GOOGLE_APPLICATION_CREDENTIALS"  # Google's own name for it
#: A server that speaks Google Vision's protocol on this machine, such as 127.0.0.1:8080: for tests.
EMULATOR = "VISION_EMULATOR_HOST"
_FIELDS = {
    "service_account": ("client_email", "private_key", "token_uri"),
    "authorized_user": ("client_id", "client_secret", "refresh_token"),
}
_HOW = (
    "“ambuda-desktop settings google FILE” takes the JSON key of a service account; or sign in with "
    "“gcloud auth application-default login”. “--engine tesseract” needs no account."
)

Key = dict[str, Any]


def keep_key(paths: Paths, file: Path) -> tuple[str, secrets.Kept]:
    """Keep the key in a file as ours. Returns whose it is, and where it lies now. Raises BadInput."""
    key = _parsed(_text(file), str(file))
    kept = secrets.keep(paths, SECRET, json.dumps(key))
    _changes(paths).touch()
    return whose(key), kept


def forget_key(paths: Paths) -> None:
    """Delete the key that was given to us. Raises KeyringLocked."""
    secrets.forget(paths, SECRET)
    _changes(paths).touch()


def key_changed_at(paths: Paths) -> int:
    """Another number whenever another key was given: whoever holds a connection takes that one then."""
    try:
        return _changes(paths).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def find_key(paths: Paths) -> Key | None:
    """The key to use; None where there is none. Raises BadInput where it is damaged, KeyringLocked."""
    if kept := secrets.read(paths, SECRET):
        return _parsed(kept, "The key of Google that was kept")
    if named := os.environ.get(ENVIRONMENT):
        return _parsed(_text(Path(named)), named)
    usual = Path(os.environ.get("CLOUDSDK_CONFIG") or Path.home() / ".config" / "gcloud")
    file = usual / "application_default_credentials.json"
    return _parsed(_text(file), str(file)) if file.is_file() else None


def require_key(paths: Paths) -> Key | None:
    """The key to use; None only where a server of this machine is asked, which wants none. Raises BadInput."""
    if os.environ.get(EMULATOR):
        return None
    key = find_key(paths)
    if key is None:
        raise BadInput(f"There are no credentials for Google Vision. {_HOW}")
    return key


def whose(key: Key) -> str:
    """Whose key it is, for a sentence."""
    return str(key.get("client_email") or "a person’s own account")


def _changes(paths: Paths) -> Path:
    return paths.runtime / "vision-key-changed"


def _text(file: Path) -> str:
    try:
        return file.expanduser().read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise BadInput(f"The key {file} cannot be read: {reason}. {_HOW}") from None


def _parsed(text: str, name: str) -> Key:
    """The key, looked at. What it says never gets into a sentence."""
    try:
        key = json.loads(text)
    except ValueError:
        key = None
    fields = _FIELDS.get(str(key.get("type"))) if isinstance(key, dict) else None
    if not fields or not all(isinstance(key.get(field), str) and key[field] for field in fields):
        raise BadInput(f"{name} is not the JSON key of a Google account. {_HOW}")
    return dict(key)
