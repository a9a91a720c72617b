"""Nothing that was accepted is ever lost, doubled or damaged, whatever is killed and whenever.

All seeds: make chaos (python -m tests.bench.chaos); docs/reliability.md has its table.
"""

from pathlib import Path

import pytest

from tests.support.chaos import Chaos
from tests.support.chaos_report import KINDS, head
from tests.support.program import Program

SEED, KILLS, PAGES = 1, 30, 600


@pytest.mark.timeout(300)
def test_nothing_accepted_is_lost_doubled_or_damaged(program: Program, tmp_path: Path) -> None:
    # When every part of the program is killed again and again while books come in
    report = Chaos(program, SEED, KILLS, PAGES, tmp_path / "outside").run()
    print(head(), report.row(), report.details(), sep="\n")

    # Then every page of every accepted book is there once, with the bytes that it must have
    assert report.good, report.details()
    assert report.finished_pages == report.accepted_pages == PAGES
    assert sum(report.kills.values()) == KILLS
    assert set(report.kills) == set(KINDS)
