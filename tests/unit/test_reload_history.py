"""daemon/reload_history.py: what is told of reloads."""

import logging
from pathlib import Path

import pytest

from ambuda_desktop.daemon.reload_history import MOST, ReloadHistory
from ambuda_desktop.daemon.syntax import Fault


def test_a_reload_is_told_with_its_files_and_seconds(caplog: pytest.LogCaptureFixture) -> None:
    # Given a save at second 10 that is live at second 10.14
    caplog.set_level(logging.INFO)
    history = ReloadHistory([], clock=lambda: 10.14)
    history.begin([Path("/tasks/split_pdf.py")], 10.0)
    assert history.facts("a41f", [], is_on=True)["code"]["state"] == "loading"
    history.end("reloaded", "a41f")

    # Then that is what stands there, and what the log says
    [entry] = history.reloads
    assert (entry["outcome"], entry["files"], entry["seconds"]) == ("reloaded", ["/tasks/split_pdf.py"], 0.14)
    assert "Reloaded split_pdf.py in 0.14 s" in caplog.text


def test_a_refusal_stays_until_the_code_is_mended(caplog: pytest.LogCaptureFixture) -> None:
    # Given code that is refused
    caplog.set_level(logging.INFO)
    history = ReloadHistory([], clock=lambda: 1.0)
    history.begin([Path("a.py")], 0.9)
    history.refuse(Fault("a.py", "a.py, line 2: invalid syntax.", 2, 5, "x = =", ""), "bad")

    # Then its place is told, with a caret under it in the log
    code = history.facts("good", ["/tasks"], is_on=True)["code"]
    assert (code["hash"], code["state"], code["fault"]["line"]) == ("good", "refused", 2)
    assert "    x = =\n        ^" in caplog.text
    assert history.is_refused

    # And it is forgotten when it is mended
    history.begin([Path("a.py")], 1.0)
    history.end("reloaded", "better")
    assert history.facts("better", [], is_on=True)["code"]["fault"] is None


def test_the_last_ones_are_kept() -> None:
    history = ReloadHistory([{"outcome": "old"}], clock=lambda: 0.0)
    for _ in range(MOST):
        history.end("reloaded", "x")
    assert len(history.reloads) == MOST
    assert {entry["outcome"] for entry in history.reloads} == {"reloaded"}


def test_what_became_of_a_save_is_news_until_it_is_told() -> None:
    history = ReloadHistory([], clock=lambda: 1.0)
    assert not history.is_news
    history.begin([Path("a.py")], 1.0)
    history.facts("x", [], is_on=True)
    assert not history.is_news
    history.refuse(Fault("a.py", "a.py, line 1: no."), "x")
    assert history.is_news
