"""settings.py: what is saved, and what is refused."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ambuda_desktop.errors import BadInput
from ambuda_desktop.params.split import PageOptions
from ambuda_desktop.settings import Settings


def test_one_value_is_changed_beside_those_that_somebody_else_saved(tmp_path: Path) -> None:
    # Given settings that the command line saved while the window was open
    file = tmp_path / "settings.json"
    Settings(theme="dark").save(file)

    # When the window changes another value, then both are there
    assert Settings.change(file, notify=False).theme == "dark"
    assert Settings.load(file) == Settings(theme="dark", notify=False)


def test_a_value_that_is_no_good_is_refused_and_nothing_is_saved(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    with pytest.raises(BadInput, match="stop_timeout"):
        Settings.change(file, notify=False, stop_timeout=0)
    assert not file.exists()


def test_changes_at_once_are_all_kept(tmp_path: Path) -> None:
    place = tmp_path / "settings.json"
    values: list[dict[str, object]] = [{"theme": "dark"}, {"stop_timeout": 9.0}, {"notify": False}] * 8
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda value: Settings.change(place, **value), values))
    assert Settings.load(place) == Settings(theme="dark", stop_timeout=9.0, notify=False)


def test_options_get_a_name_and_lose_it(tmp_path: Path) -> None:
    place = tmp_path / "settings.json"
    gray = PageOptions(grayscale=True)
    Settings.change_preset(place, "Old prints", gray)
    Settings.change_preset(place, "Small", PageOptions(max_dpi=150))
    assert Settings.load(place).presets["Old prints"] == gray
    Settings.change_preset(place, "Old prints", None)
    assert list(Settings.load(place).presets) == ["Small"]


def test_a_broker_is_kept_without_its_password(tmp_path: Path) -> None:
    place = tmp_path / "settings.json"
    assert Settings.change(place, broker_url="amqps://me@mq.example.org/books").broker_url.startswith("amqps")
    with pytest.raises(BadInput, match="kept apart") as raised:
        Settings.change(place, broker_url="amqps://me:s3cret@mq.example.org/books")
    assert "s3cret" not in f"{raised.value} {raised.value.__cause__}"
    assert "s3cret" not in place.read_text()
