"""Whether vectors of the int8 encoder, and of other arithmetic, retrieve as well as those of the float32 model."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random

import numpy as np

from benchmarks.documents import format_table
from benchmarks.speed.bulk_precisions import Embed
from index.embedding.batching import embed_texts, shorten_to_fit
from index.embedding.sentence_transformer import SentenceTransformerEncoder
from index.types import Document, Encoder
from qa.evaluation.data import load
from qa.evaluation.measures.ranking import evaluate_rankings
from qa.evaluation.measures.statistics import bootstrap_interval
from qa.evaluation.types import Dataset, Judgement

JUDGED = ("fairytaleqa-val", "scifact-train")
DOCUMENTS, TOP, MEASURE = 1200, 10, "nDCG@10"
HEAD = ("", "vectors", "documents", "questions", MEASURE, "difference from float32", "goal")
INT8, GOAL = "int8", "within 0.002"


def draw_sample(dataset: Dataset, count: int) -> tuple[list[Document], list[Judgement]]:
    """Draw at most ``count`` documents, two thirds of them answering the questions that are also returned."""
    chance, judgements = Random(0), list(dataset.judgements)
    chance.shuffle(judgements)
    kept, asked = dict[str, None](), list[Judgement]()
    for judgement in judgements:
        if len(kept.keys() | judgement.documents.keys()) <= count * 2 // 3:
            kept.update(dict.fromkeys(judgement.documents))
            asked.append(judgement)
    others = [name for name in dataset.documents if name not in kept]
    names = [*kept, *chance.sample(others, min(len(others), count - len(kept)))]
    return [dataset.documents[name] for name in names], asked


def score_questions(
    embed: Embed, documents: Sequence[Document], texts: Sequence[str], asked: Sequence[Judgement]
) -> list[float]:
    """Return ``MEASURE`` of each question if all documents are ranked by cosine."""
    vectors, questions = embed(texts), embed([one.question for one in asked])
    nearest = np.argsort(-(questions @ vectors.T), axis=1, kind="stable")[:, :TOP]
    rankings = {one.id: [documents[row].id for row in rows] for one, rows in zip(asked, nearest.tolist(), strict=True)}
    found = evaluate_rankings(rankings, {one.id: one.documents for one in asked}, [MEASURE])
    return [found[one.id][MEASURE] for one in asked]


def format_rows(data: Path, encoder: Encoder, count: int, others: Mapping[str, Embed]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each set and arithmetic: its mean, and its difference from float32 question by question."""
    ways: dict[str, Embed] = {INT8: partial(embed_texts, encoder), **others}
    for name in JUDGED:
        documents, asked = draw_sample(load(data / name), count)
        texts = shorten_to_fit(encoder, [f"{document.title} {document.text}" for document in documents])
        # A question that the model would cut is cut for all alike.
        short = shorten_to_fit(encoder, [one.question for one in asked])
        asked = [replace(one, question=text) for one, text in zip(asked, short, strict=True)]
        exact = partial(embed_texts, SentenceTransformerEncoder(encoder.name))
        plain = np.array(score_questions(exact, documents, texts, asked))
        yield f"`{name}`", "float32", f"{len(documents):,}", f"{len(asked):,}", f"{plain.mean():.4f}", "", ""
        for way, embed in ways.items():
            own = np.array(score_questions(embed, documents, texts, asked))
            differs = bootstrap_interval((own - plain).tolist())
            shown = f"{differs.mean:+.4f} [{differs.low:+.4f}, {differs.high:+.4f}]"
            yield f"`{name}`", way, "", "", f"{own.mean():.4f}", shown, GOAL if way == INT8 else ""


def compare_quality(data: Path, encoder: Encoder, count: int, others: Mapping[str, Embed]) -> str:
    """Return a table of the judged sets of ``data``: the int8 encoder, and other arithmetic by its name."""
    return format_table(HEAD, format_rows(data, encoder, count, others))
