from ambuda_desktop.ui.pace import Pace


def test_tells_the_last_seconds_not_the_night() -> None:
    # Given a book that ran, slept for a night, and runs again
    now = [0.0]
    pace = Pace(clock=lambda: now[0])
    for second in range(10):
        now[0] = float(second)
        pace.note(second)
    now[0] = 30_000.0
    pace.note(10)
    for second in range(30):
        now[0] = 30_000.0 + second
        pace.note(10 + 2 * second)

    # Then the pace is that of now: two a second
    assert pace.per_minute is not None
    assert abs(pace.per_minute - 120) < 15
    assert abs((pace.seconds_left(120) or 0) - 60) < 8


def test_says_nothing_until_it_knows() -> None:
    now = [0.0]
    pace = Pace(clock=lambda: now[0])
    assert pace.per_minute is None
    pace.note(0)
    now[0] = 1.0
    pace.note(50)
    assert pace.per_minute is None
    assert pace.seconds_left(10) is None
