"""cli/settings.py: what may be set, from the command line."""

import json
import sqlite3
from pathlib import Path
from unittest.mock import MagicMock

import keyring
import pytest
from keyring import errors

from ambuda_desktop import broker_password, secrets
from ambuda_desktop.locks import FileLock
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.paths import Paths
from ambuda_desktop.settings import Settings
from ambuda_desktop.store.facts import put_fact
from tests.support.commands import Commands


def test_all_settings_are_listed(commands: Commands, paths: Paths) -> None:
    said = commands.json("settings")
    assert said["split.quality"] == 90
    assert said["library"] == str(paths.library)
    assert said == commands.json("settings", "list")
    assert "split.max_dpi = none" in commands.out("settings")
    assert set(Settings.model_fields) - {"split", "ocr", "presets"} <= set(said)


@pytest.mark.parametrize(
    ("key", "value", "kept"),
    [("theme", "dark", "dark"), ("stop_timeout", "12.5", 12.5), ("notify", "off", False),
     ("split.quality", "85", 85), ("split.max_dpi", "300", 300), ("split.format", "png", "png")],
)  # fmt: skip
def test_a_value_is_kept(commands: Commands, paths: Paths, key: str, value: str, kept: object) -> None:
    # When it is set, then it is in the file, and the others are as they were
    before = commands.json("settings")
    assert commands.json("settings", "set", key, value) == {key: kept}
    assert commands.json("settings", "get", key) == {key: kept}
    assert commands.json("settings") == {**before, key: kept}

    # And it can be set back
    commands.run("settings", "reset", key)
    assert Settings.load(paths.settings) == Settings()


def test_nothing_is_a_value(commands: Commands, paths: Paths) -> None:
    commands.run("settings", "set", "split.max_dpi", "300")
    assert commands.out("settings", "set", "split.max_dpi", "none") == "split.max_dpi = none\n"
    assert Settings.load(paths.settings).split.max_dpi is None


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [("theme", "blue", "it should be 'system', 'light' or 'dark'"),
     ("stop_timeout", "abc", "it should be a valid number."),
     ("stop_timeout", "0", "it should be greater than or equal to 1"),
     ("split.quality", "300", "it should be less than or equal to 100"),
     ("theme", "none", "it should be")],
)  # fmt: skip
def test_a_value_that_is_none_changes_nothing(
    commands: Commands, paths: Paths, key: str, value: str, reason: str
) -> None:
    said = commands.err("settings", "set", key, value, code=3)
    assert f"{key} cannot be set: {reason}" in said
    assert "It stays as it was." in said
    assert not paths.settings.exists()


@pytest.mark.parametrize("key", ["nothing", "split", "split.nothing", "theme.x", "presets", "presets.x"])
def test_a_key_that_is_none_is_told(commands: Commands, key: str) -> None:
    commands.err("settings", "get", key, code=4)
    commands.err("settings", "set", key, "1", code=4)


def test_a_preset_is_shown_and_forgotten(commands: Commands, paths: Paths) -> None:
    Settings(presets={"my archive": PageOptions(format="png")}).save(paths.settings)
    assert commands.json("settings", "get", "presets.my archive")["presets.my archive"]["format"] == "png"
    assert "--save-preset my archive" in commands.err("settings", "set", "presets.my archive", "x", code=3)
    assert commands.out("settings", "reset", "presets.my archive") == "presets.my archive is forgotten.\n"
    assert Settings.load(paths.settings).presets == {}


def test_the_library_is_moved_and_comes_back(commands: Commands, paths: Paths, tmp_path: Path) -> None:
    # Given a library with a book in it
    (paths.library / "gita").mkdir()
    (paths.library / "gita" / "1.jpg").write_text("page")
    place = tmp_path / "disk" / "books"

    # When it is moved, then the book is there
    assert commands.json("settings", "library", str(place)) == {"library": str(place)}
    assert (place / "gita" / "1.jpg").read_text() == "page"

    # When it is set back, then it is where it was, and nothing is remembered
    commands.run("settings", "reset", "library")
    assert (paths.root / "library" / "gita" / "1.jpg").read_text() == "page"
    assert Settings.load(paths.settings).library is None


def test_a_place_that_cannot_be_the_library_is_refused(commands: Commands, paths: Paths) -> None:
    said = json.loads(commands.err("settings", "set", "library", str(paths.root), "--json", code=3))
    assert "lie within one another" in said["error"]


def test_damaged_settings_are_told_with_their_file(commands: Commands, paths: Paths) -> None:
    paths.settings.write_text('{"theme": 7}')
    assert str(paths.settings) in commands.err("settings", code=3)


def test_no_library_of_ones_own_is_the_first_one(commands: Commands, paths: Paths, tmp_path: Path) -> None:
    commands.run("settings", "library", str(tmp_path / "books"))
    commands.run("settings", "set", "library", "none")
    assert paths.library == paths.root / "library"
    assert Settings.load(paths.settings).library is None


def test_folders_of_task_code_are_checked(commands: Commands, paths: Paths, tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    commands.run("settings", "set", "task_folders", str(tmp_path / "code"))
    assert Settings.load(paths.settings).task_folders == [tmp_path / "code"]
    assert "overlaps the library" in commands.err(
        "settings", "set", "task_folders", str(paths.library), code=3
    )
    assert "is no list" in commands.err("settings", "set", "task_folders", "[x", code=3)
    assert Settings.load(paths.settings).task_folders == [tmp_path / "code"]
    commands.run("settings", "set", "task_folders", "none")
    assert Settings.load(paths.settings).task_folders == []


def test_what_somebody_else_sets_meanwhile_is_kept(
    commands: Commands, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a window that moves the library between our look and our change
    validate = Settings.model_validate

    def meanwhile(values: object) -> Settings:
        Settings.change(paths.settings, notify=False)
        return validate(values)

    monkeypatch.setattr(Settings, "model_validate", meanwhile)
    commands.run("settings", "set", "theme", "dark")
    assert (Settings.load(paths.settings).theme, Settings.load(paths.settings).notify) == ("dark", False)


@pytest.mark.usefixtures("no_keyring")
def test_the_password_of_a_broker_is_kept_apart(commands: Commands, paths: Paths) -> None:
    # When a broker is set with its password
    said = commands.run("settings", "set", "broker_url", "amqp://ambuda:s3cret@mq.example.org/books")

    # Then the settings and what is said have it not, and it lies where secrets lie
    assert said.stdout == "broker_url = amqp://ambuda@mq.example.org/books\n"
    assert "kept in" in said.stderr
    assert "s3cret" not in paths.settings.read_text() + said.output
    assert broker_password.read(paths, "amqp://ambuda@mq.example.org/books") == "s3cret"

    # And the same address without one keeps it, another is not given it
    commands.run("settings", "set", "broker_url", "amqp://ambuda@mq.example.org/books")
    assert broker_password.read(paths, "amqp://ambuda@mq.example.org/books") == "s3cret"
    commands.run("settings", "set", "broker_url", "amqp://ambuda@elsewhere.example.org/books")
    assert secrets.read(paths, "broker") is None

    # And it is forgotten with the broker
    commands.run("settings", "set", "broker_url", "amqps://ambuda:s3cret@mq.example.org/books")
    assert commands.out("settings", "reset", "broker_url") == "broker_url = none\n"
    assert secrets.read(paths, "broker") is None
    assert Settings.load(paths.settings).broker_url == ""


@pytest.mark.usefixtures("no_keyring")
def test_a_running_daemon_keeps_the_password_of_the_broker_it_was_started_with(
    commands: Commands, paths: Paths, store: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a daemon that runs with a broker
    mine, next_one = "amqp://ambuda@mq.example.org/books", "amqp://ambuda@elsewhere.example.org/books"
    commands.run("settings", "set", "broker_url", "amqp://ambuda:s3cret@mq.example.org/books")
    put_fact(store, "broker", {"url": mine})
    monkeypatch.setattr("ambuda_desktop.cli.settings.daemon_is_running", lambda _: True)

    # When another is set, then that holds from its next start on, and until then it can log in where it is
    said = commands.out("settings", "set", "broker_url", "amqp://ambuda:0ther@elsewhere.example.org/books")
    assert "from the daemon's next start on" in said
    assert (broker_password.read(paths, mine), broker_password.read(paths, next_one)) == ("s3cret", "0ther")

    # And when none is, then only what nobody uses is forgotten
    commands.run("settings", "reset", "broker_url")
    assert (broker_password.read(paths, mine), broker_password.read(paths, next_one)) == ("s3cret", None)


def test_a_keyring_that_is_locked_does_not_undo_what_was_set(
    commands: Commands, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a broker whose password lies in a keyring, which is locked by now
    kept: dict[tuple[str, str], str] = {}
    monkeypatch.setattr(keyring, "set_password", lambda owner, name, it: kept.update({(owner, name): it}))
    monkeypatch.setattr(keyring, "get_password", lambda owner, name: kept.get((owner, name)))
    monkeypatch.setattr(keyring, "delete_password", lambda owner, name: kept.pop((owner, name)))
    commands.run("settings", "set", "broker_url", "amqp://ambuda:s3cret@mq.example.org/books")
    with monkeypatch.context() as patch:
        for name in ("get_password", "set_password", "delete_password"):
            patch.setattr(keyring, name, MagicMock(side_effect=errors.KeyringLocked()))

        # When there shall be none, then there is none, and what is left of it is said
        said = commands.run("settings", "reset", "broker_url")
    assert said.stdout == "broker_url = none\n"
    assert "Unlock it, and set “broker_url” again." in said.stderr
    assert Settings.load(paths.settings).broker_url == ""

    # And when it is unlocked, then the same again forgets it
    assert kept
    commands.run("settings", "reset", "broker_url")
    assert not kept


@pytest.mark.usefixtures("no_keyring")
def test_an_address_that_cannot_be_set_costs_the_one_before_no_password(
    commands: Commands, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a broker with its password, and settings that cannot be changed now
    commands.run("settings", "set", "broker_url", "amqp://ambuda:s3cret@mq.example.org/books")
    monkeypatch.setattr("ambuda_desktop.settings.LOCK_WAIT", 0.0)
    other = FileLock.take(paths.settings.with_name(f".{paths.settings.name}.lock"))
    assert other is not None

    # When another is set without one, then that is refused, and the first has its password still
    commands.err("settings", "set", "broker_url", "amqp://ambuda@elsewhere.example.org/books", code=3)
    other.release()
    assert broker_password.read(paths, "amqp://ambuda@mq.example.org/books") == "s3cret"


@pytest.mark.usefixtures("no_keyring")
def test_what_is_no_broker_is_refused_without_repeating_it(commands: Commands, paths: Paths) -> None:
    for typed in ("redis://:s3cret@localhost", "amqp://a:s3cret@one;amqp://a:s3cret@two", "amqp://a:s3cret@"):
        said = commands.err("settings", "set", "broker_url", typed, code=3)
        assert "“broker_url” cannot be that" in said
        assert "s3cret" not in said
    assert not paths.settings.exists()
    assert secrets.read(paths, "broker") is None
