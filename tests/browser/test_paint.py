"""What the benchmark of the page looks at is there to be seen."""

from playwright.sync_api import Browser

from benchmarks.speed.paint import HEAD, SMALLEST, Seen, rows, ways


def test_everything_that_is_measured_is_seen(browser: Browser, server: str) -> None:
    """Each way ends with a time and a weight; no page of ours is heavier than its goal."""
    seen = {name: look("Who directed the film?") for name, look in ways(browser, server).items()}
    assert all(one.ms > 0 and 0 < one.kb < 60 for one in seen.values()), seen
    assert seen["the first page"].kb > seen[SMALLEST].kb


def test_ratios_are_of_pairs() -> None:
    """Medians of each, and how many times as long as the smallest page."""
    found = {SMALLEST: [Seen(10, 1), Seen(20, 1)], "the first page": [Seen(30, 5), Seen(60, 5)]}
    shown = [dict(zip(HEAD, row, strict=True)) for row in rows(found)]
    assert [row["times as long as the smallest page"] for row in shown] == ["1.0", "3.0"]
    assert [row["weight, kB"] for row in shown] == ["1.0", "5.0"]
    assert [bool(row["goal, ms"]) for row in shown] == [False, True]
