"""How long one question takes, against what a good engineer writes in an afternoon.

OMP_NUM_THREADS=1 python -m benchmarks.latency ../shared/data

The baseline is ``SentenceTransformer.encode`` in float32 and ``faiss.IndexFlatIP`` over one vector for each of the same
passages. Every question is put to all three in turn, so that a busy machine slows all of them; ratios are
taken question by question. Writes ``docs/performance.md``.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

import click
import faiss
import numpy as np
from sentence_transformers import SentenceTransformer

from benchmarks.articles import STORIES, lines
from benchmarks.indexed import indexed
from benchmarks.page import around
from index.embed import DEFAULT_MODEL, SentenceTransformerEncoder, model_folder
from index.generation import Generation
from qa.engine import Engine
from qa.types import Mode, Request

KEPT = Path("var/latency")
SECTIONS, QUESTIONS, WARM = 2270, 200, 10
"""So many sections of stories make about 5,000 passages."""
GOALS: Mapping[Mode, float] = {"fast": 1.0, "precise": 8.0}
Ask = Callable[[str], object]


def baseline(generation: Generation) -> Ask:
    """One vector a question, the ten nearest passages."""
    model = SentenceTransformer(str(model_folder(DEFAULT_MODEL)), device="cpu", local_files_only=True)
    vectors = generation.contents.store.vectors(generation.contents.whole_units)
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(np.ascontiguousarray(vectors))
    return lambda question: flat.search(model.encode([question], normalize_embeddings=True), 10)


def asking(engine: Engine, mode: Mode) -> Ask:
    """The engine in one of its modes."""
    return lambda question: engine.ask(Request(question, mode=mode))


def timed(asks: Mapping[str, Ask], questions: list[str]) -> dict[str, list[float]]:
    """Milliseconds of each way for each question; who begins changes from question to question."""
    names, found = list(asks), {name: list[float]() for name in asks}
    for number, question in enumerate(questions):
        for place in range(len(names)):
            name = names[(number + place) % len(names)]
            started = perf_counter()
            asks[name](question)
            found[name].append((perf_counter() - started) * 1000)
    return {name: times[WARM:] for name, times in found.items()}


def table(times: Mapping[str, list[float]], base: str) -> Iterator[str]:
    """A line for each way: p50, p95, and the median ratio to the baseline."""
    yield "| | p50, ms | p95, ms | times the baseline | goal |"
    yield "|---|---|---|---|---|"
    for name, own in times.items():
        ratio = median(a / b for a, b in zip(own, times[base], strict=True))
        goal = next((f"at most {most:g}" for mode, most in GOALS.items() if name == f"`{mode}`"), "")
        yield f"| {name} | {median(own):.1f} | {quantiles(own, n=20)[-1]:.1f} | {ratio:.2f} | {goal} |"


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
def main(data: Path) -> None:
    """Measure on the stories of DATA, the folder of open sets."""
    rows = islice(lines(data / STORIES / "corpus.jsonl.gz"), SECTIONS)
    encoder = SentenceTransformerEncoder()
    generation = indexed(rows, encoder, KEPT)
    engine = Engine(generation, encoder)
    questions = [row["text"] for row in islice(lines(data / STORIES / "queries.jsonl.gz"), QUESTIONS + WARM)]
    base = "sentence-transformers and FAISS"
    times = timed(
        {base: baseline(generation), "`fast`": asking(engine, "fast"), "`precise`": asking(engine, "precise")},
        questions,
    )
    passages = len(generation.contents.passages)
    text = PAGE.format(passages=passages, questions=len(questions) - WARM, table="\n".join(table(times, base)))
    around(Path("docs/performance.md"), text)
    click.echo(text)


PAGE = """# How fast

*Written by `OMP_NUM_THREADS=1 python -m benchmarks.latency ../shared/data`; do not edit by hand.*

One question at a time over {passages:,} passages of stories, on one thread, as a request is served; {questions}
different questions. The baseline is what a good engineer writes in an afternoon: `SentenceTransformer.encode` in
float32 and `faiss.IndexFlatIP` over one vector for each of the same passages. All three are asked in turn in one
process; the ratio is the median of the ratios question by question.

{table}

Absolute times are those of one machine and its neighbours; the ratios travel better.
"""


if __name__ == "__main__":
    main()
