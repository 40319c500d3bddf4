"""Questions per second over HTTP, compared with the baseline.

python -m benchmarks.speed.serving ../shared/data

The servers are real processes and are asked by the same clients, one at a time while the others are idle. Writes its
section of ``docs/performance.md``.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
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
from benchmarks.speed.part import FAST, PRECISE, VARIED, format_origin, page_option
from benchmarks.speed.plots import plot_measurements
from benchmarks.speed.questions import load_questions
from benchmarks.speed.servers import count_passages, measure_memory, run_server
from index.embedding import load_encoder
from qa.types import Mode

CACHE = Path("var/serving")
COMMAND = "python -m benchmarks.speed.serving ../shared/data"
SETS = (STORIES.name, "fairytaleqa-val", "squad-sentences", "scifact-train")
ROUNDS, SECONDS, REPEATED = 5, 5, 100
BASE, TUNED = "the baseline", "the baseline, one thread a question"
OURS, TWO = FAST, f"{FAST}, `--workers 2`"
PRECISE_TWO = f"{PRECISE}, `--workers 2`"
# The same processes answer in both modes.
OURS_BOTH, TWO_BOTH = "`serve.py`", "`serve.py --workers 2`"
REPEAT = "repeated"
GOALS = {
    VARIED: {TWO: "at least 8", PRECISE: "at least 1.0", PRECISE_TWO: "at least 1.6"},
    REPEAT: {OURS: "at least 20", TWO: "at least 20"},
}
MEMORY_HEAD = ("server", "processes", "proportional, MB", "resident, MB")
HEAD = ("questions", "server", "a second", "p50, ms", "p95, ms", "times as many", "goal")
Loads = Mapping[str, Sequence[Load]]


@dataclass(frozen=True, slots=True)
class AskedServer:
    """A server, and the mode in which it is asked."""

    address: str
    mode: Mode = "fast"

    def run_round(self, questions: Sequence[str], file: Path, seconds: int, repeat: bool) -> Load:
        """Ask the questions, which are written to the file, by many clients at once."""
        return run_load(self.address, write_requests(questions, file, self.mode), seconds, repeat, self.mode)


def run_rounds(
    servers: Mapping[str, AskedServer], rounds: Sequence[Sequence[str]], seconds: int, file: Path, repeat: bool
) -> dict[str, list[Load]]:
    """Ask each server the questions of each round in turn; the first round warms up and is dropped."""
    ways = {
        name: partial(server.run_round, file=file, seconds=seconds, repeat=repeat) for name, server in servers.items()
    }
    return {name: loads[1:] for name, loads in run_interleaved(ways, rounds).items()}


def format_rows(kind: str, loads: Loads) -> Iterator[tuple[str, ...]]:
    """Yield a row for each server: medians over the rounds, and the median of the ratios round by round."""
    base = [load.per_second for load in loads[BASE]]
    for name, own in loads.items():
        figures = [median(getattr(load, field) for load in own) for field in ("per_second", "p50_ms", "p95_ms")]
        times = median_ratio([load.per_second for load in own], base)
        yield kind, name, *(f"{figure:,.1f}" for figure in figures), f"{times:.1f}", GOALS[kind].get(name, "")


def format_memory(addresses: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each server, by the address where it answers."""
    for name, address in addresses.items():
        found = measure_memory(address)
        yield name, str(found.processes), f"{found.proportional:,.0f}", f"{found.resident:,.0f}"


def measure_servers(
    servers: Mapping[str, AskedServer], questions: Sequence[str], rounds: int, seconds: int, folder: Path
) -> dict[str, Loads]:
    """Measure with varied questions, new ones in each round, and with repeated ones.

    Repeated questions are answered from the cache, in which all modes are alike: only `fast` is asked them.
    """
    for server in servers.values():
        if not count_passages(server.address, questions[0], server.mode):
            raise click.ClickException(f"{server.address} returns no passages for: {questions[0]}")
    repeated, varied = questions[1 : REPEATED + 1], questions[REPEATED + 1 :]
    own = [varied[number :: 1 + rounds] for number in range(1 + rounds)]
    file, fast = folder / "requests.jsonl", {name: one for name, one in servers.items() if one.mode == "fast"}
    return {
        VARIED: run_rounds(servers, own, seconds, file, repeat=False),
        REPEAT: run_rounds(fast, [repeated] * (1 + rounds), seconds, file, repeat=True),
    }


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
@click.option("--seconds", default=SECONDS, show_default=True, help="Of each round.")
@click.option("--rounds", default=ROUNDS, show_default=True, help="After the one that warms up.")
@page_option
def main(data: Path, seconds: int, rounds: int, page: Path) -> None:
    """Measure on the stories of DATA, the folder of open sets."""
    generation = index_documents(read_lines(data / STORIES / "corpus.jsonl.gz"), load_encoder(), CACHE)
    baseline = Baseline.load_or_build(generation.contents.documents.texts, CACHE / "baseline")
    passages, chunks = len(generation.contents.passages), len(baseline.chunks)
    command = "-m", "benchmarks.speed.baseline", "0", str(CACHE / "baseline")
    # All clients are served: by default the server refuses questions that would wait for several times their own time.
    ours = "serve.py", "--index", str(CACHE / "index"), "--port", "0", "--max-wait-ms", "10000"
    with ExitStack() as stack:
        one, two = (stack.enter_context(run_server(*ours, "--workers", count)) for count in ("1", "2"))
        servers = {
            BASE: AskedServer(stack.enter_context(run_server(*command))),
            # An expert in torch would set this; the goals are for the baseline with its defaults.
            TUNED: AskedServer(stack.enter_context(run_server(*command, OMP_NUM_THREADS="1"))),
            OURS: AskedServer(one),
            TWO: AskedServer(two),
            PRECISE: AskedServer(one, "precise"),
            PRECISE_TWO: AskedServer(two, "precise"),
        }
        found = measure_servers(servers, load_questions(data, SETS), rounds, seconds, CACHE)
        memory = format_table(MEMORY_HEAD, format_memory({BASE: servers[BASE].address, OURS_BOTH: one, TWO_BOTH: two}))
    shown = format_table(HEAD, [row for kind, loads in found.items() for row in format_rows(kind, loads)])
    speeds = {
        f"{kind}, {name}": [load.per_second for load in own]
        for kind, loads in found.items()
        for name, own in loads.items()
    }
    shown += f"\n\n{plot_measurements('serving', speeds, 'questions a second', page)}\n\n{MEMORY}\n\n{memory}"
    setting = {
        "clients": CLIENTS,
        "rounds": rounds,
        "seconds": seconds,
        "repeated": REPEATED,
        "origin": format_origin(COMMAND),
    }
    write_section(page, "serving", SECTION.format(table=shown, passages=passages, chunks=chunks, **setting))
    click.echo(shown)


MEMORY = """What the servers take after that, with all their processes. A page of memory that several share, such as
those of the index, counts in equal parts (PSS), and in the last column once for each of them (RSS)."""
SECTION = """## How many at once

{origin}

{clients} keep-alive clients (wrk) on the same machine, over {passages:,} passages of stories (the baseline: {chunks:,}
chunks). The servers: `python serve.py` with `--max-wait-ms 10000`, so that no client is refused, in one process and in
two, asked in mode `fast` and in mode `precise`, and the baseline as a Flask application under waitress with its
defaults. The baseline is measured again with `OMP_NUM_THREADS=1`, which `serve.py` sets for itself, because the threads
of torch and of waitress compete. {rounds} rounds of {seconds} s after a warm-up, one server at a time in turn; medians
over the rounds, and of the ratios round by round. Varied: each question is asked once. Repeated: {repeated} questions
again and again; `serve.py` caches their answers, whatever the mode, the baseline does not. The clients share the cores
with the server and ask as soon as they are answered, so a slow server is asked less; [how long users
wait](#how-long-users-wait) is measured with arrivals that do not wait for it.

{table}
"""


if __name__ == "__main__":
    main()
