"""How soon a fresh process answers, and how much memory it takes, compared with the baseline.

python -m benchmarks.speed.start ../shared/data

Over the seed. Each time is from the start of a process (``start_child.py``) to its first answer, measured by this
process. Writes its section of ``docs/performance.md``.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

import click

from benchmarks.documents import format_table, write_section
from benchmarks.indexing import index_seed
from benchmarks.speed.baseline import Baseline
from benchmarks.speed.paired import median_ratio, run_interleaved
from benchmarks.speed.part import format_origin, page_option
from benchmarks.speed.plots import plot_measurements
from benchmarks.speed.questions import load_seed_questions
from benchmarks.speed.start_child import BASELINE
from index.embedding import load_encoder

CACHE = Path("var/start")
COMMAND = "python -m benchmarks.speed.start ../shared/data"
ROUNDS, QUESTIONS = 5, 20
NAMES = {BASELINE: "the baseline", "fast": "`fast`", "precise": "`precise`"}
GOALS = "at least 8 times sooner, under 0.8 s", "at most a third (0.33), under 200 MB"
HEAD = ("", "first answer, s", "times sooner", "goal", "resident, MB", "of the baseline's", "goal")


@dataclass(frozen=True, slots=True)
class StartMeasurement:
    """Seconds to the first answer, megabytes resident after the last."""

    first_s: float
    resident_mb: float


def start_process(way: str, folder: Path, questions: Path) -> StartMeasurement:
    """Measure a fresh process, on one thread like a server's; raise ClickException if it fails."""
    command = [sys.executable, "-m", "benchmarks.speed.start_child", way, str(folder), str(questions)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    started = perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  (our own)
        said = process.stdout.readline() if process.stdout else ""
        first = perf_counter() - started
        rest = process.stdout.read() if process.stdout else ""
    if process.returncode or said.strip() != "answered":
        raise click.ClickException(f"{' '.join(command)} failed; its error messages are above")
    return StartMeasurement(first, float(rest))


def measure_starts(folders: Mapping[str, Path], questions: Path, rounds: int) -> dict[str, list[StartMeasurement]]:
    """Start a process of each way in turn; the first round fills the disk cache and is dropped."""
    ways = {way: partial(_run_round, way, folder, questions) for way, folder in folders.items()}
    return {way: found[1:] for way, found in run_interleaved(ways, range(rounds + 1)).items()}


def _run_round(way: str, folder: Path, questions: Path, number: int) -> StartMeasurement:
    return start_process(way, folder, questions)


def format_rows(found: Mapping[str, Sequence[StartMeasurement]]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each way: medians, and the medians of the ratios round by round."""
    times = {way: [one.first_s for one in own] for way, own in found.items()}
    memory = {way: [one.resident_mb for one in own] for way, own in found.items()}
    for way in found:
        sooner, share = median_ratio(times[BASELINE], times[way]), median_ratio(memory[way], memory[BASELINE])
        goals = GOALS if way != BASELINE else ("", "")
        time = f"{median(times[way]):.2f}", f"{sooner:.1f}", goals[0]
        yield NAMES[way], *time, f"{median(memory[way]):,.0f}", f"{share:.2f}", goals[1]


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@page_option
def main(data: Path, page: Path) -> None:
    """Measure on the seed; DATA is ignored, so that all benchmarks take the same arguments."""
    generation = index_seed(load_encoder(), CACHE)
    Baseline.load_or_build(generation.contents.documents.texts, CACHE / "baseline")
    questions = CACHE / "questions.json"
    questions.write_text(json.dumps(load_seed_questions()[:QUESTIONS]), encoding="utf-8")
    folders = {BASELINE: CACHE / "baseline", "fast": CACHE / "index", "precise": CACHE / "index"}
    found = measure_starts(folders, questions, ROUNDS)
    times = {NAMES[way]: [one.first_s for one in own] for way, own in found.items()}
    picture = plot_measurements("start", times, "seconds to the first answer", page)
    shown = f"{format_table(HEAD, format_rows(found))}\n\n{picture}"
    setting = {"rounds": ROUNDS, "questions": QUESTIONS, "origin": format_origin(COMMAND)}
    write_section(page, "start", SECTION.format(table=shown, **setting))
    click.echo(shown)


SECTION = """## How soon it answers

{origin}

From the start of a process to its first answer over the seed, and its resident memory (RSS, memory-mapped files
included) after {questions} different questions. The baseline also reads its chunks and vectors from disk, because
nobody embeds a collection at each start. {rounds} fresh processes each, in turn, after one that fills the disk cache;
medians, and medians of the ratios round by round.

{table}
"""


if __name__ == "__main__":
    main()
