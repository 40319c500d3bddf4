"""The benchmark of painting the page measures pages that exist."""

from playwright.sync_api import Browser

from benchmarks.speed.paint import HEAD, SMALLEST, PageMeasurement, format_rows, list_ways


def test_everything_that_is_measured_is_seen(browser: Browser, server: str) -> None:
    """Each way ends with a time and a weight; no page of ours is heavier than its goal."""
    seen = {name: look("Who directed the film?") for name, look in list_ways(browser, server).items()}
    assert all(one.ms > 0 and 0 < one.kb < 60 for one in seen.values()), seen
    assert seen["the first page"].kb > seen[SMALLEST].kb


def test_ratios_are_of_pairs() -> None:
    """Medians of each, and how many times as long as the smallest page."""
    found = {
        SMALLEST: [PageMeasurement(10, 1), PageMeasurement(20, 1)],
        "the first page": [PageMeasurement(30, 5), PageMeasurement(60, 5)],
    }
    shown = [dict(zip(HEAD, row, strict=True)) for row in format_rows(found)]
    assert [row["times as long as the smallest page"] for row in shown] == ["1.0", "3.0"]
    assert [row["weight, kB"] for row in shown] == ["1.0", "5.0"]
    assert [bool(row["goal, ms"]) for row in shown] == [False, True]
