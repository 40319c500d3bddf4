"""How long users wait who do not wait for each other, at several shares of what each server can do.

python -m benchmarks.speed.arrivals ../shared/data

The servers are those of ``serving.py`` and two peers (``benchmarks/comparison/``) over the same documents, which are
installed from PyPI into ``var/comparison/``. Each is started anew in every round, alone on the machine. Writes its
section of ``docs/performance.md``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from statistics import median

import click

from benchmarks.comparison.environments import CannotRun
from benchmarks.documents import format_table, write_section
from benchmarks.indexing import index_documents
from benchmarks.open_sets import STORIES, read_lines
from benchmarks.speed.baseline import Baseline
from benchmarks.speed.open_loop import Arrivals, combine_arrivals, draw_arrivals, measure_capacity, run_arrivals
from benchmarks.speed.paired import median_ratio, percentile, run_interleaved
from benchmarks.speed.part import PRECISE, format_origin, page_option
from benchmarks.speed.peers import PEERS, prepare_peer
from benchmarks.speed.questions import load_questions
from benchmarks.speed.servers import build_request, count_passages, run_server
from benchmarks.speed.serving import BASE, CACHE, OURS, PRECISE_TWO, SETS, TUNED, TWO
from index.embedding import load_encoder
from index.generation.generation import Generation
from qa.types import Mode

COMMAND = "python -m benchmarks.speed.arrivals ../shared/data"
# So that there are enough; the stories answer none of them, which a server finds out by searching for an answer.
MORE_SETS = ("medquad", "nq-complex", "feedbackqa", "selqa-sentences")
SHARES = (0.5, 0.8, 1.0)
ROUNDS, SECONDS, CAPACITY_SECONDS = 3, 15, 5
STRICT, PRECISE_STRICT = "`fast`, refuses early", "`precise`, refuses early"
CAPACITY_HEAD = ("server", "questions a second", "times the baseline's")
PERCENTS = (50, 95, 99)
HEAD = (
    "server",
    "of its capacity",
    "a second",
    *(f"p{percent}, ms" for percent in PERCENTS),
    *(f"times sooner at p{percent}" for percent in PERCENTS),
    "refused",
    "failed",
)
NONE = "–"


@dataclass(frozen=True, slots=True)
class Way:
    """How a server is started, and the mode in which it is asked."""

    start: Callable[[], AbstractContextManager[str]]
    mode: Mode = "fast"


@dataclass(frozen=True, slots=True)
class WayRound:
    """What one round measured of a server: its capacity, and the arrivals at each share of it."""

    capacity: float
    arrivals: Mapping[float, Arrivals]


def measure_way(way: Way, questions: Sequence[str], seconds: float, number: int) -> WayRound:
    """Start a server, measure its capacity and let questions arrive at each share of it.

    ``number`` is that of the round: in each the questions and the times of their arrivals are others, and those of all
    servers are drawn alike. Raise ClickException if the server answers without passages.
    """
    first, *rest = Random(number).sample(questions, len(questions))
    # A list: threads may share its iterator, but not a generator.
    bodies = iter([build_request(question, way.mode).encode() for question in rest])
    with way.start() as address:
        if not count_passages(address, first, way.mode):
            raise click.ClickException(f"{address} returns no passages for: {first}")
        capacity = measure_capacity(address, bodies, min(seconds, CAPACITY_SECONDS))
        arrivals = {}
        for share in SHARES:
            times = draw_arrivals(share * capacity, seconds, f"{number} {share}")
            arrivals[share] = run_arrivals(address, bodies, times, share * capacity)
    return WayRound(capacity, arrivals)


def measure_ways(
    ways: Mapping[str, Way], questions: Sequence[str], seconds: float, rounds: int
) -> dict[str, list[WayRound]]:
    """Measure each server in turn, round by round."""
    measured = {name: partial(_measure_round, name, way, questions, seconds) for name, way in ways.items()}
    return run_interleaved(measured, range(rounds))


def _measure_round(name: str, way: Way, questions: Sequence[str], seconds: float, number: int) -> WayRound:
    found = measure_way(way, questions, seconds, number)
    click.echo(f"round {number + 1}: {name} answers {found.capacity:.1f} questions a second", err=True)
    return found


def format_capacities(found: Mapping[str, Sequence[WayRound]]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each server: the median over the rounds, and of the ratios round by round."""
    base = [one.capacity for one in found[BASE]]
    for name, own in found.items():
        capacities = [one.capacity for one in own]
        yield name, f"{median(capacities):,.1f}", f"{median_ratio(capacities, base):.2f}"


def format_rows(found: Mapping[str, Sequence[WayRound]]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each server and share: percentiles over the answers of all rounds, and their ratios."""
    for name, own in found.items():
        for share in SHARES:
            arrivals, base = (combine_arrivals([one.arrivals[share] for one in each]) for each in (own, found[BASE]))
            times = [_find_percentiles(one) for one in (arrivals, base)]
            shown = [f"{ms:,.0f}" if ms else NONE for ms in times[0]]
            ratios = [f"{theirs / ms:.2f}" if ms and theirs else NONE for ms, theirs in zip(*times, strict=True)]
            lost = [f"{count / max(1, arrivals.asked):.1%}" for count in (arrivals.refused, arrivals.failed)]
            yield name, f"{share:.0%}", f"{arrivals.per_second:,.1f}", *shown, *ratios, *lost


def _find_percentiles(arrivals: Arrivals) -> list[float]:
    """Return the percentiles of the answers, in milliseconds; 0 if there are too few."""
    answered = arrivals.answered_ms
    return [percentile(answered, percent) if len(answered) > 1 else 0.0 for percent in PERCENTS]


def list_ways(index: Path, baseline: Path) -> dict[str, Way]:
    """Return our servers and the baseline."""
    command = "-m", "benchmarks.speed.baseline", "0", str(baseline)
    ours = "serve.py", "--index", str(index), "--port", "0", "--no-log-requests"
    one, two = (partial(run_server, *ours, "--max-wait-ms", "10000", "--workers", workers) for workers in ("1", "2"))
    strict = partial(run_server, *ours, "--workers", "1")
    return {
        BASE: Way(partial(run_server, *command)),
        TUNED: Way(partial(run_server, *command, OMP_NUM_THREADS="1")),
        OURS: Way(one),
        TWO: Way(two),
        STRICT: Way(strict),
        PRECISE: Way(one, "precise"),
        PRECISE_TWO: Way(two, "precise"),
        PRECISE_STRICT: Way(strict, "precise"),
    }


def prepare_peers(generation: Generation) -> tuple[dict[str, Way], str]:
    """Install the peers, let them index the same documents, and return them, and a sentence on those that cannot."""
    ways, missing = {}, list[str]()
    for name in PEERS:
        click.echo(f"preparing {name}", err=True)
        try:
            ways[name] = Way(prepare_peer(name, generation.contents.documents))
        except CannotRun as error:
            missing.append(f"{name} could not be run here: {error}.")
    return ways, "".join(f" {sentence}" for sentence in missing)


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@click.option("--seconds", default=SECONDS, show_default=True, help="Of each share of the capacity in each round.")
@click.option("--rounds", default=ROUNDS, show_default=True)
@page_option
def main(data: Path, seconds: int, rounds: int, page: Path) -> None:
    """Measure on the stories of DATA, the folder of open sets."""
    generation = index_documents(read_lines(data / STORIES / "corpus.jsonl.gz"), load_encoder(), CACHE)
    baseline = Baseline.load_or_build(generation.contents.documents.texts, CACHE / "baseline")
    peers, missing = prepare_peers(generation)
    sets = [*SETS, *(name for name in MORE_SETS if (data / name).is_dir())]
    found = measure_ways(
        list_ways(CACHE / "index", CACHE / "baseline") | peers, load_questions(data, sets), seconds, rounds
    )
    tables = {
        "capacities": format_table(CAPACITY_HEAD, format_capacities(found)),
        "table": format_table(HEAD, format_rows(found)),
    }
    setting = {"rounds": rounds, "seconds": seconds, "missing": missing, "capacity_seconds": CAPACITY_SECONDS}
    setting |= {"passages": len(generation.contents.passages), "chunks": len(baseline.chunks)}
    write_section(page, "arrivals", SECTION.format(**tables, **setting, origin=format_origin(COMMAND)))
    click.echo("\n\n".join(tables.values()))


SECTION = """## How long users wait

{origin}

Users do not wait for each other: questions arrive as a Poisson process, whatever the server does, and time counts from
the planned arrival to the end of the answer, so waiting is not hidden. Each question is another one. The collection is
that of [how many at once](#how-many-at-once), {passages:,} passages (the baseline, and the peers with the same:
{chunks:,} chunks), and so are the servers; those that *refuse early* have the default of `--max-wait-ms` and refuse a
question that would wait for longer than its answer takes, the others have 10,000. `txtai` (hybrid, with the same
encoder) and `bm25s` (words alone) answer behind a small HTTP server, one question at a time.{missing}

Number of rounds: {rounds}. In each, every server is started alone, and its capacity is measured by 16 clients that ask
again as soon as they are answered, for {capacity_seconds} s:

{capacities}

Then questions arrive at three shares of that capacity for {seconds} s each. Percentiles are of the answers of all
rounds; *times sooner* is the baseline's, at the same share of its own, smaller capacity, divided by this one's. At 100
% of the capacity a queue grows until arrivals end: that row says how a server behaves that is asked too much. The
clients share the cores with the server.

{table}
"""


if __name__ == "__main__":
    main()
