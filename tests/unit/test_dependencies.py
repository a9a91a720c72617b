"""pyproject.toml: what the program stands on is named there, not only what that happens to pull in."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_foundations_are_direct_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = {re.split(r"[\[<>=~! ]", line)[0].lower() for line in named}
    wanted = {
        "pyside6-essentials",
        "celery",
        "redis",
        "pdf2image",
        "google-cloud-vision",
        "watchdog",
        "pytest-qt",
    }
    assert wanted <= names


def test_the_lock_names_no_registry() -> None:
    lock = (ROOT / "packaging" / "requirements.lock").read_text()
    assert "://" not in lock
    assert "--hash=sha256:" in lock
