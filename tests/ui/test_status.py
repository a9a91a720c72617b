from ambuda_desktop.ui.bars import Bars
from ambuda_desktop.ui.status import Status, troubles
from ambuda_desktop.ui.status_bar import facts_in_words
from ambuda_desktop.ui.trouble_bars import TroubleBars

POOLS = {"pools": {"cpu": {"size": 2, "busy": 1, "ready": True}}}


def test_troubles_most_important_first() -> None:
    assert "not running; starting" in troubles(Status())["daemon"]
    assert "does not start" in troubles(Status(daemon_tries=3))["daemon"]
    assert troubles(Status(daemon_tries=3, daemon_words="No Redis."))["daemon"].endswith(
        "work waits. No Redis."
    )
    assert "was stopped" in troubles(Status(daemon_left=True))["daemon"]
    assert troubles(Status(daemon_runs=True)) == {"pools": "Workers are starting."}
    assert not troubles(Status({**POOLS, "redis": {"state": "running"}}, daemon_runs=True))
    assert list(troubles(Status({**POOLS, "redis": {"state": "silent"}}, daemon_runs=True))) == ["redis"]


def test_unknown_facts_are_not_claimed() -> None:
    assert facts_in_words(Status()) == ["0 tasks in the history"]
    known = Status({**POOLS, "redis": {"state": "running", "memory": 3_100_000}}, {"waiting": 312})
    assert facts_in_words(known) == ["Redis 3 MB", "cpu 1 of 2 busy", "312 tasks waiting"]


def test_a_trouble_of_a_moment_gets_no_bar() -> None:
    # Given bars and a clock
    now = [0.0]
    bars = Bars()
    trouble = TroubleBars(bars, lambda: None, clock=lambda: now[0])

    # When workers take a second to start, Then nothing blinks
    trouble.show(Status(daemon_runs=True))
    now[0] = 1.0
    trouble.show(Status(daemon_runs=True))
    assert bars.sentences == []

    # When they take longer, Then it is said, until it is over
    now[0] = 6.0
    trouble.show(Status(daemon_runs=True))
    assert bars.sentences == ["Workers are starting."]
    trouble.show(Status(POOLS, daemon_runs=True))
    assert bars.sentences == []
