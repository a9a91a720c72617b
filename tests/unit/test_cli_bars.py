"""cli/bars.py: a line that is drawn over and over."""

import os

import pytest

from ambuda_desktop.cli import bars
from ambuda_desktop.cli.bars import CLEAR, bar, columns, fit


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((60, 20)))


def test_a_bar_is_drawn_where_somebody_looks_and_is_gone_at_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with bar("gita", shown=True) as draw:
        draw(1, 4, "working")
        draw(1, 4, "working")  # nothing new: nothing drawn
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err == f"{CLEAR}gita  {'█' * 7}{'░' * 23}  25 %  working{CLEAR}"


def test_nothing_is_drawn_into_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with bar("gita", shown=bars.are_shown()) as draw:
        draw(1, 4)
    assert capsys.readouterr().err == ""


def test_a_line_never_breaks(capsys: pytest.CaptureFixture[str]) -> None:
    # Given a title that is longer than the terminal, with a line break in it
    with bar("मेघदूतम् or\nthe cloud messenger" * 3, shown=True) as draw:
        draw(3, 4, "working")
    drawn = capsys.readouterr().err.split(CLEAR)[1]
    assert "\n" not in drawn
    assert columns(drawn) < 60


def test_marks_take_no_room() -> None:
    assert columns("Mālavikāgnimitra") == 16
    assert columns("Ma\u0304lavika\u0304") == 8
    assert columns("書") == 2
    assert fit("Meghadūta", 5) == "Megh…"
    assert fit("Meghadūta", 9) == "Meghadūta"


def test_more_than_all_is_all(capsys: pytest.CaptureFixture[str]) -> None:
    with bar("gita", shown=True) as draw:
        draw(5, 4)
        draw(0, 0)
    assert "100 %" in capsys.readouterr().err
