"""worker/pool_exits.py: what billiard logs of a pool process that ended."""

import logging

from ambuda_desktop.worker.pool_exits import MESSAGE, PoolExits


def test_the_end_of_a_process_is_said_and_nothing_else() -> None:
    # Given the logger that billiard writes to
    said: list[tuple[int, str]] = []
    handler = PoolExits(lambda pid, reason: said.append((pid, reason)))
    logger = logging.getLogger("ambuda.test.pool")
    logger.propagate = False
    logger.addHandler(handler)

    # When it tells of a process, and of something else
    logger.error(MESSAGE, "ForkPoolWorker-2", 77, "signal 9 (SIGKILL)")
    logger.error("Thread %r crashed: %r", "TaskHandler", ValueError())

    logger.removeHandler(handler)

    # Then only the process is said
    assert said == [(77, "signal 9 (SIGKILL)")]
