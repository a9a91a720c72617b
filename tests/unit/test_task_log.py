"""task_log.py: the lines of exactly one task."""

import logging

from ambuda_desktop import logs
from ambuda_desktop.paths import Paths
from ambuda_desktop.task_log import TaskLog, task_log


def test_only_the_lines_of_the_task_are_found_with_their_tracebacks(paths: Paths) -> None:
    # Given the log of a process that had two tasks in hand, one of which failed
    root, before = logging.getLogger(), list(logging.getLogger().handlers)
    logs.to_file(paths.logs / "worker-cpu.log")
    log = logging.getLogger("example")
    try:
        with logs.task_id("one"):
            log.info("of the first")
            try:
                raise ValueError("torn")
            except ValueError:
                log.exception("it failed")
        with logs.task_id("two"):
            log.info("of the second")
        log.info("of none, though it names one")
    finally:
        for handler in set(root.handlers) - set(before):
            root.removeHandler(handler)
            handler.close()

    # Then the log of each is its own
    first = task_log(paths, "one")
    assert [line.level for line in first] == ["INFO", "ERROR"]
    assert first[0].text.endswith("of the first")
    assert first[1].text.endswith("ValueError: torn")
    assert "Traceback" in first[1].text
    assert [line.text.rpartition(" ")[2] for line in task_log(paths, "two")] == ["second"]
    assert task_log(paths, "three") == []


def test_lines_of_several_processes_are_in_the_order_of_their_times(paths: Paths) -> None:
    # Given a task that the daemon and two workers logged, and a file that was set aside
    line = "2026-11-24 10:00:0{},000 INFO    7 one example: {}\n"
    (paths.logs / "worker-cpu.log").write_text(line.format(3, "c") + line.format(1, "a"))
    (paths.logs / "daemon.log").write_text(line.format(4, "d"))
    (paths.logs / "worker-cpu.log.1").write_text("no record\n" + line.format(2, "b"))

    # Then its log is one story
    assert [found.text[-1] for found in task_log(paths, "one")] == ["a", "b", "c", "d"]


def test_a_log_that_is_being_written_is_followed(paths: Paths) -> None:
    # Given a log whose last line is not whole yet, after much of other tasks
    line = "2026-11-24 10:00:0{},000 WARNING 7 {} example: {}\n"
    file = paths.logs / "worker-cpu.log"
    file.write_text(
        line.format(0, "two", "x" * 2_000) * 2_000 + line.format(1, "one", "a") + "more of a\n2026-11-"
    )
    log = TaskLog(paths, "one")
    assert [found.message for found in log.read()] == ["a\nmore of a"]

    # When it is written on, and set aside meanwhile
    with file.open("a") as stream:
        stream.write("24 10:00:02,000 INFO    7 two example: not ours\n" + line.format(3, "one", "b"))
    file.rename(file.with_name("worker-cpu.log.1"))
    file.write_text(line.format(4, "one", "c"))

    # Then all of it is there once
    assert [found.message for found in log.read()] == ["a\nmore of a", "b", "c"]
    assert [found.message for found in log.read()] == ["a\nmore of a", "b", "c"]
    assert log.read() == task_log(paths, "one")
