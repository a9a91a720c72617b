from typing import Any

import pytest

from ambuda_desktop.ui.pages import worker_words
from ambuda_desktop.ui.status import Status

FULL: dict[str, Any] = {
    "daemon": {"pid": 4711, "state": "running", "started_at": 0.0},
    "redis": {"state": "running", "pid": 4712, "memory": 3_100_000, "since": None},
    "pools": {
        "cpu": {"size": 2, "kind": "prefork", "busy": 1, "ready": True},
        "net": {"size": 1, "kind": "threads", "busy": 0, "ready": False},
    },
}


def test_pools_in_words() -> None:
    status = Status(FULL, daemon_runs=True)
    assert worker_words.pool(status, "cpu") == "2 processes, 1 busy."
    assert worker_words.pool(status, "net") == "1 thread; starting."
    assert worker_words.redis(status) == "Running, uses 3 MB, process 4712."


@pytest.mark.parametrize("state", ["running", "silent", "stopped"])
@pytest.mark.parametrize("runs", [True, False])
def test_facts_may_be_missing(state: str, runs: bool) -> None:
    # Given facts with holes, as they are at first
    holes: list[dict[str, Any]] = [
        {},
        {"redis": {"state": state, "pid": None, "memory": None, "since": None}},
        {"daemon": {}},
    ]
    for facts in holes:
        status = Status(facts, daemon_runs=runs)

        # Then there are words all the same
        assert worker_words.daemon(status)
        assert "None" not in worker_words.redis(status)
        assert "since" not in worker_words.redis(status)
        assert worker_words.generations(status) == []
        assert worker_words.processes(status, str) == worker_words.exits(status, str) == []
        assert worker_words.notices(status) == ["Nothing to tell."]
