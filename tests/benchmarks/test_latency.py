"""How one question's time is measured and shown, with ways whose times are known."""

import pytest

from benchmarks.latency import WARM, table, timed


def test_every_way_is_asked_every_question_and_each_begins_in_turn() -> None:
    """What is busy for a moment slows all of them; the first questions warm up and do not count."""
    order: list[tuple[str, str]] = []
    questions = [f"q{i}" for i in range(WARM + 6)]
    ways = {name: (lambda question, name=name: order.append((name, question))) for name in "abc"}
    times = timed(ways, questions)
    assert {name: len(own) for name, own in times.items()} == {"a": 6, "b": 6, "c": 6}
    assert [order[3 * i][0] for i in range(6)] == ["a", "b", "c", "a", "b", "c"]
    assert sorted(order) == sorted((name, question) for name in "abc" for question in questions)


def test_the_ratio_is_the_median_of_the_ratios_question_by_question() -> None:
    """Not the ratio of medians: a pair of slow moments says nothing. Goals stand beside the modes that have them."""
    times = {"base": [1.0, 10.0, 2.0], "`fast`": [0.5, 5.0, 4.0], "`precise`": [3.0, 30.0, 6.0]}
    head, rule, *rows = table(times, "base")
    cells = {row.split("|")[1].strip(): [cell.strip() for cell in row.split("|")[2:-1]] for row in rows}
    assert head.count("|") == rule.count("|") == rows[0].count("|")
    assert cells["base"][0] == "2.0"
    assert cells["base"][2:] == ["1.00", ""]
    assert cells["`fast`"][2:] == ["0.50", "at most 1"]
    assert cells["`precise`"][2:] == ["3.00", "at most 8"]


def test_times_are_of_the_way_itself() -> None:
    """A way that fails is not measured as a quick one."""

    def broken(question: str) -> None:
        raise RuntimeError(question)

    with pytest.raises(RuntimeError, match="q0"):
        timed({"broken": broken}, ["q0"])
