"""ui/code_words.py: the task code in words."""

from typing import Any

import pytest

from ambuda_desktop.ui import code_words

RELOADED = {
    "at": 0.0, "files": ["/t/split_pdf.py"], "outcome": "reloaded", "code": "a41f09cc", "sentence": "",
    "seconds": 0.141,
}  # fmt: skip
CODE = {"hash": "a41f09cc", "folders": ["/t"], "on": True, "state": "idle", "waits": None, "fault": None}


@pytest.mark.parametrize(
    ("code", "outcome", "words"),
    [
        ({}, "reloaded", "code a41f · reloaded 0.14 s"),
        ({"fault": {"sentence": "No."}}, "refused", "code a41f · the saved code is broken"),
        ({"fault": {"sentence": "No."}}, "went back", "code a41f · went back"),
        ({"state": "waiting", "waits": "Wait."}, "reloaded", "code a41f · new code waits"),
        ({"on": False}, "reloaded", "code a41f · reload is off"),
        ({}, "unchanged", "code a41f"),
    ],
)
def test_the_foot_says_what_became_of_the_code(code: dict[str, Any], outcome: str, words: str) -> None:
    facts = {"code": {**CODE, **code}, "reloads": [{**RELOADED, "outcome": outcome}]}
    told = code_words.foot(facts)
    assert told[0] == words
    assert told[-1] == "code a41f"


def test_nothing_is_claimed_of_what_is_not_known() -> None:
    assert code_words.foot({}) == []
    assert code_words.foot({"code": {**CODE, "hash": ""}}) == []
    assert code_words.foot({"code": CODE}) == ["code a41f"]
    assert code_words.reloads({}) == []
    assert code_words.live({}) == "None: the workers are starting."


def test_the_live_code_tells_how_it_came_to_be() -> None:
    words = code_words.live({"code": CODE, "reloads": [RELOADED]})
    assert words.startswith("a41f, reloaded split_pdf.py in 0.14 s at ")
    refused = {**RELOADED, "outcome": "refused", "sentence": "split_pdf.py, line 3: invalid syntax."}
    words = code_words.live({"code": CODE, "reloads": [refused]})
    assert words.startswith("a41f, did not take up split_pdf.py at ")
    assert words.endswith(" split_pdf.py, line 3: invalid syntax.")


def test_many_files_are_counted() -> None:
    assert code_words.names([]) == "the task code"
    assert code_words.names([f"/t/{n}.py" for n in "abcdef"]) == "a.py, b.py, c.py and 3 more"


def test_generations_in_words() -> None:
    one: dict[str, Any] = {"state": "draining", "tasks": 1, "draining_since": None, "started_at": 0.0}
    assert code_words.generation_state(one) == "ends 1 task"
    assert code_words.generation_state({**one, "draining_since": 1.0}).startswith("ends 1 task, since ")
    for state in ("starting", "ready", "live", "resting"):
        assert code_words.generation_state({**one, "state": state}) != state
    assert code_words.memory({"processes": [{"memory": 60_000_000}, {"memory": None}]}) == "57 MB"
    assert code_words.memory({}) == ""


@pytest.mark.parametrize(
    ("text", "column", "shown"),
    [
        ("    def f(:", 11, "def f(:\n      ^"),
        ("\tx = \t!", 7, "x = \t!\n    \t^"),
        ("x = 'क्' !", 10, "x = 'क्' !\n        ^"),
        ("x = '書' !", 9, "x = '書' !\n         ^"),
        ("x = 1", 0, "x = 1"),
        ("x", 99, "x\n ^"),
    ],
)
def test_the_caret_stands_under_its_column(text: str, column: int, shown: str) -> None:
    assert code_words.caret(text, column) == shown
