"""ui/subprogram.py: a command in a process of its own, and what it said. The commands are the tests' own."""

import sys
import time

import pytest
from pytestqt.qtbot import QtBot

from ambuda_desktop.paths import ENVIRONMENT, Paths
from ambuda_desktop.ui import subprogram
from ambuda_desktop.ui.background import Background, Errand
from ambuda_desktop.ui.subprogram import Said, run_command


def start(background: Background, paths: Paths, monkeypatch: pytest.MonkeyPatch, code: str) -> Errand:
    monkeypatch.setattr(subprogram, "program", lambda *arguments: [sys.executable, "-c", code, *arguments])
    return background.start(lambda _store, errand: run_command(paths, errand, "ocr", "1.png"), long=True)


def test_it_says_its_objects(
    qtbot: QtBot, background: Background, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = f"""
import json, os, sys
print(json.dumps({{"arguments": sys.argv[1:], "data": os.environ[{ENVIRONMENT!r}], "text": "रामो"}}))
sys.exit(1)
"""
    with qtbot.waitSignal(start(background, paths, monkeypatch, code).done) as done:
        pass
    told = {"arguments": ["ocr", "1.png", "--json"], "data": str(paths.root), "text": "रामो"}
    assert done.args == [Said(1, [told])]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ('import sys; sys.exit(\'{"error": "There is no data.", "exit_code": 7}\')', "There is no data."),
        ("import os; os.abort()", "The command ended with the code -6."),
    ],
)
def test_a_failure_has_its_own_sentence(
    qtbot: QtBot,
    background: Background,
    paths: Paths,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    sentence: str,
) -> None:
    with qtbot.waitSignal(start(background, paths, monkeypatch, code).failed) as failed:
        pass
    assert failed.args == [sentence]


def test_it_ends_when_nobody_wants_it_any_more(
    qtbot: QtBot, background: Background, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time.monotonic()
    errand = start(background, paths, monkeypatch, "import time; time.sleep(60)")
    with qtbot.waitSignal(errand.stopped):
        errand.stop()
    assert time.monotonic() - began < 30
