"""The rows of an ablation, a line each. The first is what ships and is compared with all others."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from index.errors import UsageError
from index.text.analyzer import Analyzer
from qa.evaluation.ablation import baselines
from qa.evaluation.ablation.workbench import Bench
from qa.evaluation.data.rewordings import shouted, slipped, unaccented
from qa.evaluation.types import Judgement, Reply
from qa.query.understand import understand
from qa.ranking.fusion import Hit, fuse
from qa.ranking.pipeline import WAYS, Way
from qa.ranking.retriever import DENSE, LEXICAL, Retrieved
from qa.ranking.stages.late_interaction import LateInteraction
from qa.ranking.stages.rerank import MOST_CHARACTERS, Reread
from qa.types import Query, Request

Replies = Callable[[Bench, Sequence[Judgement]], list[Reply]]


@dataclass(frozen=True, slots=True)
class Row:
    """How the questions are answered. ``whole``: only where whole documents were judged.

    ``ranks_only``: it gives neither evidence nor confidence, so only ranking measures count.
    ``embeds``: the collection is embedded anew for it, which is tried on small ones only.
    """

    replies: Replies
    ranks_only: bool = False
    whole: bool = False
    embeds: bool = False


def configured(way: Way, **settings: Any) -> Row:  # noqa: ANN401 — values of any setting
    """The program itself with another way of ranking or other settings of its index."""
    return Row(lambda bench, judgements: bench.ask(bench.engine(way, **settings), judgements), embeds=bool(settings))


def disguised(guise: Callable[[str], str], way: Way = WAYS["precise"]) -> Row:
    """The program itself, asked the same questions in another guise."""
    return Row(
        lambda bench, judgements: bench.ask(
            bench.engine(way), [replace(judgement, question=guise(judgement.question)) for judgement in judgements]
        )
    )


def with_a_slip(question: str) -> str:
    """The same slip every time."""
    return slipped(question, random.Random(question))  # noqa: S311 — seeded chance, not secrets


def one_leg(name: str) -> Callable[[Retrieved], list[Hit]]:
    """The candidates of one leg as it ranked them."""

    def alone(retrieved: Retrieved) -> list[Hit]:
        leg = next(found for found in retrieved.legs if found.leg == name)
        return [Hit(p, s, retrieved.dense[p], retrieved.lexical[p]) for p, s in leg.scores.items()]

    return alone


def unmended(request: Request, words: Analyzer, mend: Callable[[str], str]) -> Query:
    """The question with its typing errors."""
    return understand(request, words)


def reciprocal_ranks(retrieved: Retrieved, constant: int = 60) -> list[Hit]:
    """Cormack, Clarke & Büttcher 2009: the sum of 1 / (60 + rank) over the legs."""
    scores: dict[int, float] = {}
    for leg in retrieved.legs:
        for rank, passage in enumerate(leg.scores, 1):
            scores[passage] = scores.get(passage, 0.0) + 1 / (constant + rank)
    ordered = sorted(scores, key=lambda passage: (-scores[passage], passage))
    return [Hit(p, scores[p], retrieved.dense[p], retrieved.lexical[p]) for p in ordered]


ROWS: Mapping[str, Row] = {
    "**shipped, `precise`**": configured(WAYS["precise"]),
    "shipped, `fast`": configured(WAYS["fast"]),
    "one vector a document": Row(baselines.document_vectors, ranks_only=True, whole=True),
    "BM25 over documents": Row(baselines.document_bm25, ranks_only=True, whole=True),
    "one vector a passage": Row(baselines.passage_vectors, ranks_only=True),
    "dense leg alone: sentences and passages": configured(Way(fuse=one_leg(DENSE), stages=())),
    "lexical leg alone: BM25": configured(Way(fuse=one_leg(LEXICAL), stages=())),
    "reciprocal rank fusion": configured(Way(fuse=reciprocal_ranks, stages=())),
    "dense weight 0.3": configured(Way(fuse=partial(fuse, dense_weight=0.3))),
    "dense weight 0.7": configured(Way(fuse=partial(fuse, dense_weight=0.7))),
    "words of grammar at full weight": configured(Way(understand=partial(understand, matter=0.0))),
    "no stages": configured(Way(stages=())),
    "no late interaction": configured(Way(stages=(Reread,))),
    "late interaction at half its weight": configured(Way(stages=(partial(LateInteraction, weight=1.5), Reread))),
    "late interaction at twice its weight": configured(Way(stages=(partial(LateInteraction, weight=6.0), Reread))),
    "late interaction decides, nothing is read": configured(Way(stages=(partial(LateInteraction, weight=100.0),))),
    "the reader reads twice as much": configured(
        Way(stages=(LateInteraction, partial(Reread, most=2 * MOST_CHARACTERS)))
    ),
    "the reader decides alone": configured(Way(stages=(LateInteraction, partial(Reread, gain=100.0)))),
    "asked with a slip of the finger": disguised(with_a_slip),
    "asked with a slip, and it is not mended": disguised(with_a_slip, Way(understand=unmended)),
    "asked in capitals, without the mark": disguised(shouted),
    "asked without accents": disguised(unaccented),
    "title and heading not in the vectors": configured(Way(), context="none"),
    "passages of at most 300 characters": configured(Way(), passage_chars=300),
    "passages of at most 800 characters": configured(Way(), passage_chars=800),
}
"""By the name that the tables show."""


def chosen(words: Sequence[str]) -> dict[str, Row]:
    """The first row and those whose names hold any of ``words``; all of them where none are given.

    Raises UsageError for words that no name holds.
    """
    for word in words:
        if not any(word in name for name in ROWS):
            raise UsageError(f"no row has {word!r} in its name; the rows are {', '.join(ROWS)}")
    first = next(iter(ROWS))
    return {name: row for name, row in ROWS.items() if not words or name == first or any(w in name for w in words)}
