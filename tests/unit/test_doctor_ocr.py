"""doctor/ocr.py: language data, and what to do where there is none."""

from pathlib import Path

import pytest

from ambuda_desktop.doctor import ocr
from ambuda_desktop.paths import Paths


def test_installed_data_is_well(paths: Paths) -> None:
    found = ocr.language_data(paths)
    assert found.level == "ok"
    assert "Devanagari in " in found.says


def test_missing_data_is_no_problem_but_has_its_mend(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "folders", lambda _paths: [tmp_path])
    found = ocr.language_data(paths)
    assert (found.level, found.mend) == ("look", "apt-get install tesseract-ocr-script-deva")
    assert found.says.endswith("for Devanagari. Text cannot be recognised offline.")
