import time

from ambuda_desktop.ui import durations, words


def test_failing_line_comes_first() -> None:
    first = 'Traceback:\n  File "a.py", line 1, in f\n    g()\n'
    trace = first + '  File "b.py", line 2, in g\n    1/0\nZeroDivisionError: x\n'
    assert words.failing_line(trace) == '  File "b.py", line 2, in g\n    1/0\nZeroDivisionError: x'
    assert words.failing_line("") == ""


def test_durations() -> None:
    assert durations.lasting(0.42) == "0.4 s"
    assert durations.lasting(12.4) == "12 s"
    assert durations.lasting(200) == "3 min 20 s"
    assert durations.lasting(7500) == "2 h 5 min"
    assert durations.left(3) == "a few seconds left"
    assert durations.left(95) == "2 min left"
    assert durations.clock(time.time()) == time.strftime("%H:%M")
    assert durations.clock(0).startswith("01 Jan 1970") or "1969" in durations.clock(0)
    assert durations.plural(1, "%s page", "%s pages") == "1 page"
    assert durations.plural(1204, "%s page", "%s pages") == "1,204 pages"
