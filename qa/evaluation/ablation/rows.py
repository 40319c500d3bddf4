"""The rows of an ablation. The first is the program as shipped; all others are compared with it."""

import random
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from index.errors import UsageError
from index.text.analyzer import Analyzer
from qa.evaluation.ablation import baselines
from qa.evaluation.ablation.workbench import Workbench
from qa.evaluation.data.rewordings import add_politeness, add_typo, capitalise, remove_accents
from qa.evaluation.types import Judgement, Reply
from qa.query.understand import understand
from qa.ranking.fusion import Hit, fuse
from qa.ranking.pipeline import WAYS, Way
from qa.ranking.retriever import DENSE, LEXICAL, Retrieved
from qa.ranking.stages import STAGES
from qa.ranking.stages.late_interaction import LateInteraction
from qa.ranking.stages.rerank import MOST_CHARACTERS, Reread
from qa.types import Query, Request

AnswerQuestions = Callable[[Workbench, Sequence[Judgement]], list[Reply]]
Rewording = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Row:
    """A way of answering the questions, and the datasets on which it makes sense.

    ``ranks_only`` rows return neither evidence nor confidence, so only ranking measures count.
    ``whole_documents`` rows need datasets that judge whole documents, ``follow_ups`` rows those
    with conversations. ``reembeds`` rows embed the collection again, so it must be small.
    """

    answer: AnswerQuestions
    ranks_only: bool = False
    whole_documents: bool = False
    follow_ups: bool = False
    reembeds: bool = False


def configure(way: Way, **settings: Any) -> Row:  # noqa: ANN401 — values of any setting
    """Return a row for the program with another pipeline or other settings of its index."""
    return Row(lambda bench, judgements: bench.ask(bench.engine(way, **settings), judgements), reembeds=bool(settings))


def reword(rewording: Rewording, way: Way = WAYS["precise"]) -> Row:
    """Return a row for the program asked the same questions in other words."""
    return Row(
        lambda bench, judgements: bench.ask(
            bench.engine(way), [replace(judgement, question=rewording(judgement.question)) for judgement in judgements]
        )
    )


def seed_by_question(rewording: Callable[[str, random.Random], str]) -> Rewording:
    """Return a rewording that is the same every time a question is asked."""
    return lambda question: rewording(question, random.Random(question))  # noqa: S311 — no secret


def keep_leg(name: str) -> Callable[[Retrieved], list[Hit]]:
    """Return a fusion that keeps the candidates of one leg in the order of that leg."""

    def keep(retrieved: Retrieved) -> list[Hit]:
        leg = next(found for found in retrieved.legs if found.leg == name)
        return [Hit(p, s, retrieved.dense[p], retrieved.lexical[p]) for p, s in leg.scores.items()]

    return keep


def keep_typos(request: Request, words: Analyzer, mend: Rewording) -> Query:
    """Understand a question without correcting its spelling."""
    return understand(request, words)


def keep_politeness(request: Request, words: Analyzer, mend: Rewording) -> Query:
    """Understand a question with its greetings and thanks."""
    # The text that spelling is asked to correct has been stripped already: correct the whole question instead.
    question = unicodedata.normalize("NFC", request.question).strip()
    return understand(request, words, lambda stripped: mend(question))


def ignore_history(request: Request, words: Analyzer, mend: Rewording) -> Query:
    """Understand a question as if nothing had been asked before it."""
    return understand(replace(request, history=()), words, mend)


def fuse_by_rank(retrieved: Retrieved, constant: int = 60) -> list[Hit]:
    """Sum 1 / (60 + rank) over the legs (reciprocal rank fusion, Cormack, Clarke & Büttcher 2009)."""
    scores: dict[int, float] = {}
    for leg in retrieved.legs:
        for rank, passage in enumerate(leg.scores, 1):
            scores[passage] = scores.get(passage, 0.0) + 1 / (constant + rank)
    ordered = sorted(scores, key=lambda passage: (-scores[passage], passage))
    return [Hit(p, scores[p], retrieved.dense[p], retrieved.lexical[p]) for p in ordered]


def replace_stage(stage: Any, **changes: Any) -> Way:  # noqa: ANN401 — a stage and any of its parameters
    """Return the precise pipeline with other parameters for one stage."""
    return Way(stages=tuple(partial(one, **changes) if one is stage else one for one in STAGES["precise"]))


def remove_stage(stage: Any) -> Way:  # noqa: ANN401 — any stage
    """Return the precise pipeline without one stage."""
    return Way(stages=tuple(one for one in STAGES["precise"] if one is not stage))


typed_badly = seed_by_question(add_typo)
asked_politely = seed_by_question(add_politeness)

# By the names that the tables show.
ROWS: Mapping[str, Row] = {
    "as shipped, mode precise": configure(WAYS["precise"]),
    "as shipped, mode fast": configure(WAYS["fast"]),
    "one vector per document": Row(baselines.rank_by_document_vectors, ranks_only=True, whole_documents=True),
    "BM25 over whole documents": Row(baselines.rank_by_document_bm25, ranks_only=True, whole_documents=True),
    "one vector per passage": Row(baselines.rank_by_passage_vectors, ranks_only=True),
    "dense leg only (vectors of sentences and passages)": configure(Way(fuse=keep_leg(DENSE), stages=())),
    "lexical leg only (BM25)": configure(Way(fuse=keep_leg(LEXICAL), stages=())),
    "reciprocal rank fusion, no reranking": configure(Way(fuse=fuse_by_rank, stages=())),
    "convex fusion, no reranking": configure(Way(stages=())),
    "dense weight 0.3": configure(Way(fuse=partial(fuse, dense_weight=0.3))),
    "dense weight 0.7": configure(Way(fuse=partial(fuse, dense_weight=0.7))),
    "stop words at full weight": configure(Way(understand=partial(understand, matter=0.0))),
    "no late interaction": configure(remove_stage(LateInteraction)),
    "late interaction at half its weight": configure(replace_stage(LateInteraction, weight=1.5)),
    "late interaction at twice its weight": configure(replace_stage(LateInteraction, weight=6.0)),
    "ranked by late interaction alone": configure(Way(stages=(partial(LateInteraction, weight=100.0),))),
    "reader reads twice as many characters": configure(replace_stage(Reread, most=2 * MOST_CHARACTERS)),
    "ranked by the reader alone": configure(replace_stage(Reread, gain=100.0)),
    "asked with a typo": reword(typed_badly),
    "asked with a typo, spelling correction off": reword(typed_badly, Way(understand=keep_typos)),
    "asked politely": reword(asked_politely),
    "asked politely, politeness not stripped": reword(asked_politely, Way(understand=keep_politeness)),
    "asked in capitals, without question mark": reword(capitalise),
    "asked without accents": reword(remove_accents),
    "follow-ups carry nothing from the conversation": replace(
        configure(Way(understand=ignore_history)), follow_ups=True
    ),
    "title and heading not mixed into the vectors": configure(Way(), context="none"),
    "passages of at most 300 characters": configure(Way(), passage_chars=300),
    "passages of at most 800 characters": configure(Way(), passage_chars=800),
}


def choose_rows(words: Sequence[str]) -> dict[str, Row]:
    """Return the first row and those with any of ``words`` in their names; all rows if there are no words.

    Raises UsageError for words that no name holds.
    """
    for word in words:
        if not any(word in name for name in ROWS):
            raise UsageError(f"no row has {word!r} in its name; the rows are {', '.join(ROWS)}")
    first = next(iter(ROWS))
    return {name: row for name, row in ROWS.items() if not words or name == first or any(w in name for w in words)}
