"""Which way of ranking finds what, on open sets: python -m benchmarks.quality ../shared/data

Writes ``docs/quality.md``. Every row of a set ranks the same passages for the same questions.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import click
import numpy as np

import index.vectors as unit_vectors
import qa.understand as understand
from benchmarks.memo import MemoEncoder
from index.build import build_index
from index.embed import SentenceTransformerEncoder
from index.generation import Contents
from index.progress import Terminal
from index.settings import IndexSettings
from index.shelf import Shelf
from qa.engine import Engine
from qa.evaluation import judgements, measures
from qa.evaluation.judgements import Judgement
from qa.evaluation.measures import Interval
from qa.evaluation.run import run, summarise
from qa.fuse import fuse
from qa.retrieve import Retrieved
from qa.types import Request

SETS = ("scifact-train", "fairytaleqa-val", "squad-sentences")
MOST_QUESTIONS = 2000
"""Of a set with more, every n-th question is asked; its row says how many."""
SEED_JUDGEMENTS = Path("tests/judgements/blame.jsonl")
KEPT = Path("var/benchmarks")

Order = Sequence[int]
Ranker = Callable[[Retrieved], Order]


def one_leg(leg: int) -> Ranker:
    """The candidates of one leg as it ranked them."""
    return lambda retrieved: list(retrieved.legs[leg].scores)


def reciprocal_ranks(retrieved: Retrieved, constant: int = 60) -> Order:
    """Cormack, Clarke & Büttcher 2009: the sum of 1 / (60 + rank) over the legs."""
    scores: dict[int, float] = {}
    for leg in retrieved.legs:
        for rank, passage in enumerate(leg.scores, 1):
            scores[passage] = scores.get(passage, 0.0) + 1 / (constant + rank)
    return sorted(scores, key=lambda passage: (-scores[passage], passage))


def convex(dense_weight: float, sure: float) -> Ranker:
    """``qa.fuse`` with other constants than the shipped ones."""
    return lambda retrieved: [hit.passage for hit in fuse(retrieved, dense_weight, sure)]


RANKERS: Mapping[str, Ranker] = {
    "sentences and passages as vectors (the dense leg)": one_leg(0),
    "BM25 (the lexical leg)": one_leg(1),
    "reciprocal rank fusion": reciprocal_ranks,
    "convex, each leg against its best": convex(0.5, 0.0),
    "**convex, BM25 as sure as it is (shipped)**": lambda retrieved: [hit.passage for hit in fuse(retrieved)],
    "the same, dense weight 0.3": convex(0.3, 0.4),
    "the same, dense weight 0.7": convex(0.7, 0.4),
}


@dataclass(frozen=True, slots=True)
class Table:
    """nDCG@10 of each way on one set."""

    name: str
    questions: int
    documents: int
    passages: int
    rows: dict[str, Interval]


def table(data: Path, encoder: MemoEncoder) -> Table:
    """Indexes the set as any collection, asks its questions and ranks them every way."""
    judged = judgements.load(data)
    judged = judged[:: -(-len(judged) // MOST_QUESTIONS)]
    engine, contents = _engine(data, encoder, KEPT / data.name)
    ranked = engine.rank_many([Request(j.question, top_k=1) for j in judged])
    rows = {"one vector a passage": _scored(judged, contents, _whole_passages(contents, judged, encoder))}
    for name, ranker in RANKERS.items():
        rows[name] = _scored(judged, contents, [ranker(one.retrieved) for one in ranked])
    with _changed(understand, "MATTER", 0.0):
        rows["shipped, words of grammar weighing as much as others"] = _shipped(engine, contents, judged)
    rows["shipped, without title and heading in the vectors"] = _without_context(data, judged, encoder)
    return Table(data.name, len(judged), len(contents.documents), len(contents.passages), rows)


def _engine(data: Path, encoder: MemoEncoder, folder: Path) -> tuple[Engine, Contents]:
    settings = IndexSettings(index=str(folder))
    build_index(judgements.corpus_of(data), settings, encoder, Terminal())
    generation = Shelf(folder).open()
    return Engine(generation, encoder), generation.contents


def _without_context(data: Path, judged: Sequence[Judgement], encoder: MemoEncoder) -> Interval:
    with _changed(unit_vectors, "CONTEXT_WEIGHT", 0.0):
        engine, contents = _engine(data, encoder, KEPT / f"{data.name}-plain")
    return _shipped(engine, contents, judged)


def _shipped(engine: Engine, contents: Contents, judged: Sequence[Judgement]) -> Interval:
    ranked = engine.rank_many([Request(j.question, top_k=1) for j in judged])
    return _scored(judged, contents, [[hit.passage for hit in fuse(one.retrieved)] for one in ranked])


@contextmanager
def _changed(module: ModuleType, name: str, value: float) -> Iterator[None]:
    """A constant of the program with another value, for one row."""
    shipped = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, shipped)


def _whole_passages(contents: Contents, judged: Sequence[Judgement], encoder: MemoEncoder) -> list[Order]:
    """What plain vector search over the same passages finds: only their whole-passage units."""
    edges = [(p.sentences[0].start, p.sentences[-1].end) for p in contents.passages]
    whole = np.array([i for i, (p, start, end) in enumerate(contents.units) if edges[p] == (start, end)])
    vectors = encoder.encode_questions([j.question for j in judged])
    return [
        [int(contents.units[unit, 0]) for unit in matches.positions]
        for matches in contents.store.search(vectors, 50, whole)
    ]


def _scored(judged: Sequence[Judgement], contents: Contents, orders: Sequence[Order]) -> Interval:
    ranking = {
        j.id: list(dict.fromkeys(contents.passages[p].document for p in order))
        for j, order in zip(judged, orders, strict=True)
    }
    return measures.interval(list(measures.ndcg(ranking, {j.id: j.documents for j in judged}).values()))


def document(tables: Sequence[Table], seed: Mapping[str, Mapping[str, Interval]]) -> str:
    """``docs/quality.md``."""
    head = " | ".join(f"`{t.name}`" for t in tables)
    sizes = " | ".join(f"{t.documents:,} documents, {t.passages:,} passages, {t.questions:,} questions" for t in tables)
    rows = "\n".join(f"| {name} | " + " | ".join(str(t.rows[name]) for t in tables) + " |" for name in tables[0].rows)
    seeds = "\n".join(
        f"| {kind} | " + " | ".join(f"{scores[m].mean:.3f}" if m in scores else "" for m in SEED_MEASURES) + " |"
        for kind, scores in seed.items()
    )
    return TEMPLATE.format(
        head=head, rule="|---" * len(tables), sizes=sizes, rows=rows, seeds=seeds, columns=" | ".join(SEED_MEASURES)
    )


SEED_MEASURES = ("Hit@1", "Hit@3", "MRR@10", "evidence", "found where present", "not found where absent")

TEMPLATE = """# What is found

*Written by `python -m benchmarks.quality ../shared/data`; do not edit by hand.*

## Open sets

nDCG@10 with its 95 % bootstrap interval; a document counts by its best passage. Fusion and
weights were tuned on `scifact-train`, `squad-sentences` and FairytaleQA's training questions;
`fairytaleqa-val` was only looked at.

| way of ranking | {head} |
|---{rule}|
| | {sizes} |
{rows}

## The seed text

The judged questions of `tests/judgements/blame.jsonl`, none of which anything was tuned on,
against the passages that are shown. "evidence": the first sentence marked in the first
passage is one that answers.

| kind of question | {columns} |
|---|---|---|---|---|---|---|
{seeds}
"""


def seed_scores(index: str, encoder: MemoEncoder) -> dict[str, dict[str, Interval]]:
    """The measures of the judged questions on the seed, for all and for each kind."""
    settings = IndexSettings(index=index)
    build_index(Path("seeds"), settings, encoder)
    outcomes = run(Engine(Shelf(Path(index)).open(), encoder), judgements.load(SEED_JUDGEMENTS), "precise", Terminal())
    alone = [o for o in outcomes if not o.judgement.kind.startswith("followup")]
    kinds = list(dict.fromkeys(o.judgement.kind for o in outcomes))
    by_kind = {kind: summarise([o for o in outcomes if o.judgement.kind == kind]) for kind in kinds}
    return {"**all that stand alone**": summarise(alone)} | by_kind


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True))
def main(data: Path) -> None:
    """Measure on DATA, the folder of open sets. About half an hour on two cores."""
    encoder = MemoEncoder(SentenceTransformerEncoder())
    seed = seed_scores(str(KEPT / "seeds"), encoder)
    tables = [table(data / name, encoder) for name in SETS]
    text = document(tables, seed)
    Path("docs/quality.md").write_text(text, encoding="utf-8")
    click.echo(text)


if __name__ == "__main__":
    main()
