"""How soon a fresh process answers, and how much memory it takes, against what a good engineer writes in an afternoon.

python -m benchmarks.speed.start ../shared/data

Over the seed. Each time is from the start of a process (``start_child.py``) to its first answer, by the
clock of this one. Writes its section of ``docs/performance.md``.
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
from benchmarks.indexed import seed
from benchmarks.speed.dot_plots import dots
from benchmarks.speed.paired import in_turn, ratio
from benchmarks.speed.questions import of_seed
from benchmarks.speed.recipe import Recipe
from benchmarks.speed.start_child import RECIPE
from index.embedding import load_encoder

KEPT, PAGE = Path("var/start"), Path("docs/performance.md")
ROUNDS, QUESTIONS = 5, 20
NAMES = {RECIPE: "the recipe", "fast": "`fast`", "precise": "`precise`"}
GOALS = "at least 8 times sooner, under 0.8 s", "at most a third (0.33), under 200 MB"
HEAD = ("", "first answer, s", "times sooner", "goal", "resident, MB", "of the recipe's", "goal")


@dataclass(frozen=True, slots=True)
class Started:
    """Seconds to the first answer, megabytes resident after the last."""

    first_s: float
    resident_mb: float


def started(way: str, folder: Path, questions: Path) -> Started:
    """One fresh process, on one thread as a server has it. Raises ClickException where it fails."""
    command = [sys.executable, "-m", "benchmarks.speed.start_child", way, str(folder), str(questions)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    begun = perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  (our own)
        said = process.stdout.readline() if process.stdout else ""
        first = perf_counter() - begun
        rest = process.stdout.read() if process.stdout else ""
    if process.returncode or said.strip() != "answered":
        raise click.ClickException(f"{' '.join(command)} failed; what it said stands above")
    return Started(first, float(rest))


def measured(folders: Mapping[str, Path], questions: Path, rounds: int) -> dict[str, list[Started]]:
    """Every way in turn, a process each; the first round reads the disk and does not count."""
    ways = {way: partial(_round, way, folder, questions) for way, folder in folders.items()}
    return {way: found[1:] for way, found in in_turn(ways, range(rounds + 1)).items()}


def _round(way: str, folder: Path, questions: Path, number: int) -> Started:
    return started(way, folder, questions)


def rows(found: Mapping[str, Sequence[Started]]) -> Iterator[tuple[str, ...]]:
    """A row for each way: medians, and the medians of the ratios round by round."""
    times = {way: [one.first_s for one in own] for way, own in found.items()}
    memory = {way: [one.resident_mb for one in own] for way, own in found.items()}
    for way in found:
        sooner, share = ratio(times[RECIPE], times[way]), ratio(memory[way], memory[RECIPE])
        goals = GOALS if way != RECIPE else ("", "")
        time = f"{median(times[way]):.2f}", f"{sooner:.1f}", goals[0]
        yield NAMES[way], *time, f"{median(memory[way]):,.0f}", f"{share:.2f}", goals[1]


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
def main(data: Path) -> None:
    """Measure on the seed; DATA is not needed, and taken for the sake of the other benchmarks."""
    generation = seed(load_encoder(), KEPT)
    Recipe.kept(generation.contents.documents.texts, KEPT / "recipe")
    questions = KEPT / "questions.json"
    questions.write_text(json.dumps(of_seed()[:QUESTIONS]), encoding="utf-8")
    folders = {RECIPE: KEPT / "recipe", "fast": KEPT / "index", "precise": KEPT / "index"}
    found = measured(folders, questions, ROUNDS)
    times = {NAMES[way]: [one.first_s for one in own] for way, own in found.items()}
    shown = f"{format_table(HEAD, rows(found))}\n\n{dots('start', times, 'seconds to the first answer', PAGE)}"
    write_section(PAGE, "start", SECTION.format(table=shown, rounds=ROUNDS, questions=QUESTIONS))
    click.echo(shown)


SECTION = """## How soon it answers

*Written by `python -m benchmarks.speed.start ../shared/data`; do not edit by hand.*

From the start of a process to its first answer over the seed, and what of it is resident (RSS, what it has mapped
included) after {questions} different questions. The recipe reads its chunks and vectors from disk, too: nobody
embeds a collection at each start. {rounds} fresh processes each, in turn, after one that warms the disk; medians, and
medians of the ratios round by round.

{table}
"""


if __name__ == "__main__":
    main()
