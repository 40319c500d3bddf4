"""Time and memory of fresh processes over the seed."""

import json
from pathlib import Path

import click
import pytest

from benchmarks.speed.baseline import Baseline
from benchmarks.speed.start import HEAD, StartMeasurement, format_rows, measure_starts, start_process
from benchmarks.speed.start_child import BASELINE
from index.generation.generation import Generation


@pytest.mark.slow
def test_every_way_answers_in_a_process_of_its_own(seed_index: Path, generation: Generation, tmp_path: Path) -> None:
    """Each reports its first answer and its memory; ours need less, because they do not load torch."""
    questions = tmp_path / "questions.json"
    questions.write_text(json.dumps(["Who directed the film?", "When was it released?"]), encoding="utf-8")
    Baseline.load_or_build(generation.contents.documents.texts, tmp_path)
    folders = {BASELINE: tmp_path, "fast": seed_index, "precise": seed_index}
    found = {way: own[0] for way, own in measure_starts(folders, questions, 1).items()}
    assert all(one.first_s > 0 for one in found.values())
    assert max(found["fast"].resident_mb, found["precise"].resident_mb) < found[BASELINE].resident_mb
    with pytest.raises(click.ClickException, match="failed"):
        start_process("slowly", seed_index, questions)


def test_ratios_are_of_pairs_and_goals_of_ours() -> None:
    """Rows show how many times sooner, and which share of the memory."""
    found = {
        BASELINE: [StartMeasurement(8, 600), StartMeasurement(80, 600)],
        "fast": [StartMeasurement(1, 150), StartMeasurement(10, 150)],
    }
    shown = [dict(zip(HEAD[:3] + HEAD[4:6], [*row[:3], *row[4:6]], strict=True)) for row in format_rows(found)]
    assert [row["times sooner"] for row in shown] == ["1.0", "8.0"]
    assert [row["of the baseline's"] for row in shown] == ["1.00", "0.25"]
    assert [bool(row[-1]) for row in format_rows(found)] == [False, True]
