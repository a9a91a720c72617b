"""google_account.py, ocr_needs.py and `settings google`: with which account Google is asked."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ambuda_desktop import google_account, secrets
from ambuda_desktop.errors import BadInput
from ambuda_desktop.ocr_needs import check_engine
from ambuda_desktop.params.ocr_options import OcrOptions
from ambuda_desktop.paths import Paths
from tests.support.commands import Commands
from tests.support.google_key import KEY, nobody_signed_in

PERSON = {"type": "authorized_user", "client_id": "a", "client_secret": "b", "refresh_token": "c"}


@pytest.fixture(autouse=True)
def _nobody_signed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with nobody_signed_in(tmp_path, monkeypatch):
        yield


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "key.json"
    path.write_text(json.dumps(KEY))
    return path


def test_a_key_is_kept_and_used_though_its_file_is_gone(paths: Paths, commands: Commands, file: Path) -> None:
    # When the key is given, and its file deleted
    before = google_account.key_changed_at(paths)
    done = commands.run("settings", "google", str(file))
    file.unlink()

    # Then it is the one that is used, it was said whose it is and where, and nothing quotes it
    assert google_account.require_key(paths) == KEY
    assert "asked as me@project.iam" in done.stdout
    assert "not encrypted" in done.stderr
    assert "very secret" not in done.output
    assert google_account.key_changed_at(paths) != before
    assert not paths.settings.exists()

    # And it can be forgotten
    commands.run("settings", "google", "--forget")
    assert secrets.read(paths, "google") is None


@pytest.mark.parametrize(
    "content", ["", "[]", '{"type": "service_account"}', '{"private_key": "very secret"']
)
def test_what_is_no_key_is_refused_and_not_quoted(commands: Commands, file: Path, content: str) -> None:
    file.write_text(content)
    said = commands.err("settings", "google", str(file), code=3)
    assert "is not the JSON key of a Google account" in said
    assert "very secret" not in said


def test_the_sign_in_of_googles_own_tools_is_found(
    paths: Paths, tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gcloud").mkdir()
    (tmp_path / "gcloud" / "application_default_credentials.json").write_text(json.dumps(PERSON))
    assert google_account.find_key(paths) == PERSON
    monkeypatch.setenv(google_account.ENVIRONMENT, str(file))
    assert google_account.find_key(paths) == KEY
    file.unlink()
    with pytest.raises(BadInput, match=r"key\.json cannot be read"):
        google_account.find_key(paths)


def test_without_an_account_nothing_begins(paths: Paths) -> None:
    with pytest.raises(BadInput, match="There are no credentials for Google Vision"):
        check_engine(paths, OcrOptions(engine="google"))
    check_engine(paths, OcrOptions())
