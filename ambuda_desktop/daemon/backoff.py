"""How long to wait before something that died is started again."""

FIRST = 0.1  # seconds
LONGEST = 30.0  # seconds
CALM = 60.0  # seconds without a failure, then it counts as healthy again


class Backoff:
    """Doubles the pause with each failure. Times are `time.monotonic()`, given by the caller."""

    def __init__(self) -> None:
        self.failures = 0
        self._not_before = 0.0
        self._failed_at = 0.0

    def failed(self, now: float) -> None:
        """It died."""
        pause = 0.0 if self.failures == 0 else min(LONGEST, FIRST * 2**self.failures)
        self.failures += 1
        self._failed_at = now
        self._not_before = now + pause

    def worked(self, now: float) -> None:
        """It is alive; after a calm minute the failures are forgotten."""
        if now - self._failed_at > CALM:
            self.failures = 0

    def may_try(self, now: float) -> bool:
        """Whether the pause is over."""
        return now >= self._not_before
