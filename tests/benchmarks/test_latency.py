"""How the time of one question is measured and shown, with known times and on the seed."""

from pathlib import Path

import pytest

from benchmarks.speed.latency import ALONE, BASE, HEAD, WARM, Collection, format_rows, format_section, measure_latency
from index.generation.generation import Generation
from index.types import Encoder


def test_every_way_is_asked_every_question() -> None:
    """The first questions warm up and are dropped."""
    asked: list[tuple[str, str]] = []
    questions = [f"q{i}" for i in range(WARM + 6)]
    times = measure_latency(
        {name: (lambda question, name=name: asked.append((name, question))) for name in "abc"}, questions
    )
    assert {name: len(own) for name, own in times.items()} == {"a": 6, "b": 6, "c": 6}
    assert sorted(asked) == sorted((name, question) for name in "abc" for question in questions)


def test_the_ratio_is_the_median_of_the_ratios_question_by_question() -> None:
    """Not the ratio of the medians, which slow moments would change. Modes with goals show them."""
    times = {BASE: [1.0, 10.0, 2.0], ALONE: [1.0, 5.0, 2.0], "`fast`": [0.5, 5.0, 4.0]}
    shown = {name: dict(zip(HEAD[1:], cells, strict=True)) for name, *cells in format_rows(times)}
    assert shown[BASE]["p50, ms"] == "2.0"
    assert [row["times faster at p50"] for row in shown.values()] == ["1.00", "1.00", "2.00"]
    assert shown["`fast`"]["times encoding alone"] == "1.00"
    assert [bool(row["goal"]) for row in shown.values()] == [False, False, True]


@pytest.mark.slow
def test_the_seed_is_asked_in_every_way(generation: Generation, encoder: Encoder, tmp_path: Path) -> None:
    """Every way is timed for every question, and the section says over how many passages."""
    collection = Collection.build("The seed", generation, tmp_path)
    times = measure_latency(collection.list_ways(encoder), [f"Who directed film number {i}?" for i in range(WARM + 3)])
    assert all(len(own) == 3 and min(own) > 0 for own in times.values())
    assert f"{len(generation.contents.passages)} passages" in format_section(collection, times)
