"""daemon/backoff.py, with a clock of the test's own."""

from ambuda_desktop.daemon.backoff import CALM, LONGEST, Backoff


def test_the_first_restart_is_at_once_and_the_pauses_grow() -> None:
    # Given something that dies again and again
    backoff = Backoff()
    pauses = []
    for _ in range(12):
        backoff.failed(0.0)
        pauses.append(next(t / 10 for t in range(100_000) if backoff.may_try(t / 10)))

    # Then it is started at once, later more and more rarely, but never given up
    assert pauses[0] == 0.0
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST


def test_a_calm_minute_is_forgiven() -> None:
    # Given failures, when it then works for a while
    backoff = Backoff()
    for _ in range(8):
        backoff.failed(0.0)
    backoff.worked(CALM / 2)
    assert backoff.failures == 8
    backoff.worked(CALM + 1)

    # Then the next failure is the first one again
    backoff.failed(CALM + 2)
    assert backoff.may_try(CALM + 2)
