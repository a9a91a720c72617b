"""settings.py: what is saved, and what is refused."""

from pathlib import Path

import pytest

from ambuda_desktop.errors import BadInput
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
