"""worker/ocr/google_rate.py: how fast all workers together may ask."""

import threading

from ambuda_desktop.paths import Paths
from ambuda_desktop.worker.ocr.google_rate import BURST, IMAGES_A_MINUTE, INTERVAL, Rate


class Clock:
    """The machine's time, which passes when a test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_no_minute_has_too_many_images_whoever_asks(paths: Paths) -> None:
    # Given workers that ask as fast as they may, for three minutes
    clock = Clock()
    workers = [Rate(paths, clock) for _ in range(3)]
    sent: list[float] = []
    while clock.now < 1180:
        for worker in workers:
            clock.now += worker.reserve(16)
            sent += [clock.now] * 16

    # Then no minute has more than the limit, and the limit is nearly used
    most = max(sum(1 for at in sent if start <= at < start + 60) for start in sent[::16])
    assert 0.9 * IMAGES_A_MINUTE < most <= IMAGES_A_MINUTE


def test_a_burst_goes_at_once_and_a_rest_earns_another(paths: Paths) -> None:
    clock = Clock()
    rate = Rate(paths, clock)
    assert [rate.reserve(16) for _ in range(BURST // 16)] == [0.0] * (BURST // 16)
    assert rate.reserve(16) > 0
    clock.now += BURST * INTERVAL + 16 * INTERVAL
    assert rate.reserve(BURST) == 0.0


def test_what_another_start_of_the_machine_left_counts_no_more(paths: Paths) -> None:
    clock = Clock()
    Rate(paths, clock).reserve(1_000)
    clock.now = 5.0
    assert Rate(paths, clock).reserve(1) == 0.0


def test_a_file_that_says_nothing_is_no_trouble(paths: Paths) -> None:
    (paths.runtime / "vision-rate").write_text("nonsense")
    assert Rate(paths, Clock()).reserve(1) == 0.0


def test_threads_do_not_forget_one_another(paths: Paths) -> None:
    clock = Clock()

    def ask() -> None:
        for _ in range(20):
            Rate(paths, clock).reserve(10)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert abs(Rate(paths, clock).reserve(0) - (800 - BURST) * INTERVAL) < 1e-3
