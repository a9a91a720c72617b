"""Reload after reload under load, with kills: nothing is lost, and nothing grows.

200 reloads, and the daemon killed too: python -m tests.bench.soak_reload
"""

from tests.support.program import Program
from tests.support.reload_soak import Report, Soak

RELOADS = 30
SEED = 4
#: Kills of the daemon are in the long form: each costs seconds.
KINDS = ("candidate", "live", "draining", "fork server")


def check(report: Report) -> None:
    """What must be true after any soak."""
    # Every task has ended once, and well.
    assert report.states == {"SUCCESS": report.tasks}, report
    # None began in older code than what was live when it was submitted.
    assert not report.stale or report.went_back, report
    # A server that was killed is another one: not less than a tenth is noise.
    assert report.late.rss < 1.15 * report.early.rss + 5e6, report
    assert report.late.descriptors <= report.early.descriptors + 2, report
    assert all(late <= early + 3 for early, late in report.daemon_descriptors), report
    assert report.zombies == 0, report


def test_reloads_under_load_lose_nothing_and_leave_nothing_behind(program: Program) -> None:
    report = Soak(program, SEED, KINDS).run(RELOADS)
    print(report)
    check(report)
    assert report.kills.total() >= RELOADS // 5
    # That nothing outlives the program, counted by its environment, is proved when the fixture ends it.
