"""How long a question takes and may wait."""

import pytest

from qa.web.engine.service_time import MAX_WAIT, ServiceTime


def test_the_wait_follows_what_is_measured() -> None:
    """After some batches that took four times as long as expected, so does the estimated wait."""
    time = ServiceTime(0.01)
    for _ in range(100):
        time.record(0.08, items=2, alone=False)
    assert time.estimate_wait(6, workers=2) == pytest.approx(0.12, rel=0.01)


def test_the_longest_wait_is_in_units_of_an_idle_server() -> None:
    """Load does not stretch it: only items that were computed alone are measured for it."""
    time = ServiceTime(0.01)
    for _ in range(100):
        time.record(1.0, items=1, alone=False)
        time.record(0.3, items=3, alone=True)
    assert time.max_wait_s == pytest.approx(MAX_WAIT * 0.01)
    for _ in range(100):
        time.record(0.02, items=1, alone=True)
    assert time.max_wait_s == pytest.approx(MAX_WAIT * 0.02, rel=0.01)


def test_a_fixed_longest_wait_takes_its_place() -> None:
    """Whatever is measured."""
    time = ServiceTime(0.01, max_wait_s=2.0)
    time.record(0.02, items=1, alone=True)
    assert time.max_wait_s == 2.0
