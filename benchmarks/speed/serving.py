"""Questions per second over HTTP, compared with the baseline.

python -m benchmarks.speed.serving ../shared/data

The servers are real processes and are asked by the same clients, one at a time while the others are idle. Writes its
section of ``docs/performance.md``.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median

import click

from benchmarks.documents import format_table, write_section
from benchmarks.indexing import index_documents
from benchmarks.open_sets import STORIES, read_lines
from benchmarks.speed.baseline import Baseline
from benchmarks.speed.load import CLIENTS, Load, run_load, write_requests
from benchmarks.speed.paired import median_ratio, run_interleaved
from benchmarks.speed.part import format_origin, page_option
from benchmarks.speed.plots import plot_measurements
from benchmarks.speed.questions import load_questions
from benchmarks.speed.servers import count_passages, run_server
from index.embedding import load_encoder

CACHE = Path("var/serving")
COMMAND = "python -m benchmarks.speed.serving ../shared/data"
SETS = (STORIES.name, "fairytaleqa-val", "squad-sentences", "scifact-train")
ROUNDS, SECONDS, REPEATED = 5, 5, 100
GOALS = {"varied": "at least 8", "repeated": "at least 20"}
BASE, TUNED = "the baseline", "the baseline, one thread a question"
OURS, TWO = "`fast`", "`fast`, `--workers 2`"
HEAD = ("questions", "server", "a second", "p50, ms", "p95, ms", "times as many", "goal")
Loads = Mapping[str, Sequence[Load]]


def run_rounds(
    addresses: Mapping[str, str], files: Sequence[Path], seconds: int, repeat: bool
) -> dict[str, list[Load]]:
    """Send each file of questions to each server in turn; the first round warms up and is dropped."""
    ways = {name: partial(run_load, address, seconds=seconds, repeat=repeat) for name, address in addresses.items()}
    return {name: loads[1:] for name, loads in run_interleaved(ways, files).items()}


def format_rows(kind: str, loads: Loads) -> Iterator[tuple[str, ...]]:
    """Yield a row for each server: medians over the rounds, and the median of the ratios round by round."""
    base = [load.per_second for load in loads[BASE]]
    for name, own in loads.items():
        figures = [median(getattr(load, field) for load in own) for field in ("per_second", "p50_ms", "p95_ms")]
        times = median_ratio([load.per_second for load in own], base)
        goal = GOALS[kind] if name in {OURS, TWO} else ""
        yield kind, name, *(f"{figure:,.1f}" for figure in figures), f"{times:.1f}", goal


def measure_servers(
    addresses: Mapping[str, str], questions: Sequence[str], seconds: int, folder: Path
) -> dict[str, Loads]:
    """Measure with varied questions, new ones in each round, and with repeated ones."""
    for address in addresses.values():
        if not count_passages(address, questions[0]):
            raise click.ClickException(f"{address} returns no passages for: {questions[0]}")
    repeated, varied = questions[1 : REPEATED + 1], questions[REPEATED + 1 :]
    files = range(1 + ROUNDS)
    own = [write_requests(varied[number :: len(files)], folder / f"varied-{number}.jsonl") for number in files]
    same = [write_requests(repeated, folder / "repeated.jsonl")] * len(files)
    return {
        "varied": run_rounds(addresses, own, seconds, repeat=False),
        "repeated": run_rounds(addresses, same, seconds, repeat=True),
    }


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@click.option("--seconds", default=SECONDS, show_default=True, help="Of each round.")
@page_option
def main(data: Path, seconds: int, page: Path) -> None:
    """Measure on the stories of DATA, the folder of open sets."""
    generation = index_documents(read_lines(data / STORIES / "corpus.jsonl.gz"), load_encoder(), CACHE)
    baseline = Baseline.load_or_build(generation.contents.documents.texts, CACHE / "baseline")
    passages, chunks = len(generation.contents.passages), len(baseline.chunks)
    command = "-m", "benchmarks.speed.baseline", "0", str(CACHE / "baseline")
    # All clients are served: by default the server refuses questions that would wait for several times their own time.
    ours = "serve.py", "--index", str(CACHE / "index"), "--port", "0", "--max-wait-ms", "10000"
    with ExitStack() as stack:
        addresses = {
            BASE: stack.enter_context(run_server(*command)),
            # An expert in torch would set this; the goals are for the baseline with its defaults.
            TUNED: stack.enter_context(run_server(*command, OMP_NUM_THREADS="1")),
            OURS: stack.enter_context(run_server(*ours, "--workers", "1")),
            TWO: stack.enter_context(run_server(*ours, "--workers", "2")),
        }
        found = measure_servers(addresses, load_questions(data, SETS), seconds, CACHE)
    shown = format_table(HEAD, [row for kind, loads in found.items() for row in format_rows(kind, loads)])
    speeds = {
        f"{kind}, {name}": [load.per_second for load in own]
        for kind, loads in found.items()
        for name, own in loads.items()
    }
    shown += f"\n\n{plot_measurements('serving', speeds, 'questions a second', page)}"
    setting = {
        "clients": CLIENTS,
        "rounds": ROUNDS,
        "seconds": seconds,
        "repeated": REPEATED,
        "origin": format_origin(COMMAND),
    }
    write_section(page, "serving", SECTION.format(table=shown, passages=passages, chunks=chunks, **setting))
    click.echo(shown)


SECTION = """## How many at once

{origin}

{clients} keep-alive clients (wrk) on the same machine, over {passages:,} passages of stories (the baseline: {chunks:,}
chunks). The servers: `python serve.py` with `--max-wait-ms 10000`, so that no client is refused, asked in mode `fast`,
the same in two processes, and the baseline as a Flask application under waitress with its defaults. The baseline is
measured again with `OMP_NUM_THREADS=1`, which `serve.py` sets for itself, because the threads of torch and of waitress
compete. {rounds}
rounds of {seconds} s after a warm-up, one server at a time in turn; medians over the rounds, and of the ratios round by
round. Varied: each question is asked once. Repeated: {repeated} questions again and again; `serve.py` caches their
answers, the baseline does not. The clients share the cores with the server.

{table}
"""


if __name__ == "__main__":
    main()
