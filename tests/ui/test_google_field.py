"""pages/google_field.py: the key of an account with Google Vision, and the test of it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ambuda_desktop import google_account, secrets
from ambuda_desktop.paths import Paths
from ambuda_desktop.ui.main_window import MainWindow
from ambuda_desktop.ui.pages import google_field
from ambuda_desktop.ui.pages.google_field import GoogleField
from ambuda_desktop.ui.subprogram import Said
from tests.support.google_key import KEY, nobody_signed_in


@pytest.fixture(autouse=True)
def _nobody_signed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with nobody_signed_in(tmp_path, monkeypatch):
        yield


@pytest.fixture
def field(qtbot: QtBot, window: MainWindow) -> GoogleField:
    assert not window.settings.google.account.text()  # nobody is asked for a keyring's password at the start
    window.go_to("settings")
    qtbot.waitUntil(lambda: "No account is set" in window.settings.google.account.text())
    return window.settings.google


def test_a_key_is_kept_and_forgotten(qtbot: QtBot, field: GoogleField, paths: Paths, tmp_path: Path) -> None:
    # Given the key of an account, and a file that is none
    good, bad = tmp_path / "key.json", tmp_path / "other.json"
    good.write_text(json.dumps(KEY))
    bad.write_text('{"private_key": "very secret"}')

    # When the wrong file is taken, then that is said, without what is in it
    field.take(bad)
    qtbot.waitUntil(lambda: "is not the JSON key" in field.complaint.text())
    assert "very secret" not in field.complaint.text()
    assert not field.test.isEnabled()

    # When the right one is, then it is said whose it is and where it lies now
    field.take(good)
    qtbot.waitUntil(lambda: field.account.text() == "Google Vision is asked as me@project.iam.")
    assert "may be deleted" in field.told.text()
    assert "not encrypted" in field.told.text()
    assert field.complaint.text() == ""
    assert secrets.read(paths, google_account.SECRET) is not None

    # And it can be forgotten
    field.forget.click()
    qtbot.waitUntil(lambda: "No account is set" in field.account.text())
    assert secrets.read(paths, google_account.SECRET) is None


@pytest.mark.parametrize(("level", "complains"), [("ok", False), ("problem", True)])
def test_the_connection_is_tried_by_the_command_line(
    qtbot: QtBot, field: GoogleField, monkeypatch: pytest.MonkeyPatch, level: str, complains: bool
) -> None:
    heard: list[tuple[str, ...]] = []

    def answers(_paths: Paths, _errand: object, *arguments: str) -> Said:
        heard.append(arguments)
        return Said(
            0, [{"what": "Google Vision", "level": level, "says": "reads “कमल” in 12 ms", "mend": ""}]
        )

    monkeypatch.setattr(google_field, "run_command", answers)
    field.start_test()
    label = field.complaint if complains else field.told
    qtbot.waitUntil(lambda: label.text() == "Google Vision: reads “कमल” in 12 ms")
    assert heard == [("doctor", "--vision")]
