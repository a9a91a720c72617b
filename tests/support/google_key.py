"""The key of a Google account for tests, and a machine where nobody has signed in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail

from ambuda_desktop import google_account

KEY = {
    "type": "service_account", "client_email": "me@project.iam", "private_key": "very secret",
    "token_uri": "https://oauth2.googleapis.com/token",
}  # fmt: skip


@contextmanager
def nobody_signed_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No account of the machine's, and no keyring. `folder`: where a sign-in would be looked for."""
    monkeypatch.delenv(google_account.ENVIRONMENT, raising=False)
    monkeypatch.delenv(google_account.EMULATOR, raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(folder / "gcloud"))
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        keyring.set_keyring(before)
