"""The rows of an ablation. The first is the program as shipped; all others are compared with it."""

import random
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import inf
from typing import Any

from index.errors import UsageError
from index.generation.generation import GenerationContents
from index.text.analyzer import Analyzer
from qa.answer.calibration import load_calibration
from qa.evaluation.ablation import baselines
from qa.evaluation.ablation.workbench import Workbench
from qa.evaluation.data.rewordings import add_politeness, add_typo, capitalise, remove_accents
from qa.evaluation.fingerprint.program import compute_outcome_fingerprint, digest_of
from qa.evaluation.types import Judgement, SystemReply
from qa.query.understand import understand
from qa.ranking.fusion import Hit, build_hits, fuse
from qa.ranking.pipeline import PIPELINES, Pipeline
from qa.ranking.retriever import DENSE, LEXICAL, Candidates
from qa.ranking.stages import STAGES, StageFactory
from qa.ranking.stages.late_interaction import LateInteraction
from qa.ranking.stages.rerank import MAX_CHARACTERS, NEVER_STOP, WEIGHT, Rerank, StoppingRule
from qa.types import Query, Reader, Request

AnswerQuestions = Callable[[Workbench, Sequence[Judgement]], list[SystemReply]]
Rewording = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Row:
    """A pipeline of answering the questions, and the datasets on which it makes sense.

    ``ranks_only`` rows return neither evidence nor confidence, so only ranking measures count.
    ``whole_documents`` rows need datasets that judge whole documents, ``follow_ups`` rows those
    with conversations. ``reembeds`` rows embed the collection again, so it must be small; those with
    ``copies`` index each document as often.
    """

    answer: AnswerQuestions
    ranks_only: bool = False
    whole_documents: bool = False
    follow_ups: bool = False
    reembeds: bool = False
    copies: int = 1


def configure(pipeline: Pipeline, **settings: Any) -> Row:  # noqa: ANN401 — values of any setting
    """Return a row for the program with another pipeline or other settings of its index."""
    return Row(
        lambda bench, judgements: bench.ask(bench.engine(pipeline, **settings), judgements), reembeds=bool(settings)
    )


def reword(rewording: Rewording, pipeline: Pipeline = PIPELINES["precise"]) -> Row:
    """Return a row for the program asked the same questions in other words."""
    return Row(
        lambda bench, judgements: bench.ask(
            bench.engine(pipeline),
            [replace(judgement, question=rewording(judgement.question)) for judgement in judgements],
        )
    )


def repeat_documents(copies: int, *, collapse: bool) -> Row:
    """Return a row for the program over a collection that has each document several times."""
    return Row(
        lambda bench, judgements: bench.ask(bench.engine_of_copies(copies, collapse=collapse), judgements),
        reembeds=True,
        copies=copies,
    )


def seed_by_question(rewording: Callable[[str, random.Random], str]) -> Rewording:
    """Return a rewording that is the same every time a question is asked."""
    return lambda question: rewording(question, random.Random(question))  # noqa: S311 — no secret


def show_from(min_span: float) -> Row:
    """Return a row for the program with words shown from another confidence on."""

    def answer(bench: Workbench, judgements: Sequence[Judgement]) -> list[SystemReply]:
        shipped = load_calibration()
        calibration = replace(shipped, words=replace(shipped.words, min_span=min_span))
        return bench.ask(bench.engine(PIPELINES["precise"], calibration), judgements)

    return Row(answer)


def keep_leg(name: str) -> Callable[[Candidates], list[Hit]]:
    """Return a fusion that keeps the candidates of one leg in the order of that leg."""

    def keep(candidates: Candidates) -> list[Hit]:
        scores = candidates.dense if name == DENSE else candidates.lexical
        return build_hits(candidates, {passage: scores[passage] for passage in candidates.list_found(name)})

    return keep


def keep_typos(request: Request, analyzer: Analyzer, mend: Rewording) -> Query:
    """Understand a question without correcting its spelling."""
    return understand(request, analyzer)


def keep_politeness(request: Request, analyzer: Analyzer, mend: Rewording) -> Query:
    """Understand a question with its greetings and thanks."""
    # The text that spelling is asked to correct has been stripped already: correct the whole question instead.
    question = unicodedata.normalize("NFC", request.question).strip()
    return understand(request, analyzer, lambda stripped: mend(question))


def ignore_history(request: Request, analyzer: Analyzer, mend: Rewording) -> Query:
    """Understand a question as if it was the first one."""
    return understand(replace(request, history=()), analyzer, mend)


def fuse_by_rank(candidates: Candidates, constant: int = 60) -> list[Hit]:
    """Sum 1 / (60 + rank) over the legs (reciprocal rank fusion, Cormack, Clarke & Büttcher 2009)."""
    scores: dict[int, float] = {}
    for leg in candidates.legs:
        for rank, passage in enumerate(candidates.list_found(leg.name), 1):
            scores[passage] = scores.get(passage, 0.0) + 1 / (constant + rank)
    return build_hits(candidates, scores)


def replace_stage(stage: Any, **changes: Any) -> Pipeline:  # noqa: ANN401 — a stage and any of its parameters
    """Return the precise pipeline with other parameters for one stage."""
    return swap_stage(stage, partial(stage, **changes))


def swap_stage(stage: StageFactory, other: StageFactory) -> Pipeline:
    """Return the precise pipeline with another stage in the place of one."""
    return Pipeline(stages=tuple(other if one is stage else one for one in STAGES["precise"]))


class EveryLanguage:
    """Wraps a reader; it reads languages that it was not trained on, too."""

    def __init__(self, inner: Reader) -> None:
        """Wrap a reader."""
        self.name, self.read = inner.name, inner.read


def rerank_every_language(contents: GenerationContents, reader: Reader | None) -> Rerank:
    """Build the stage with a reader of every language."""
    return Rerank(contents, EveryLanguage(reader) if reader else None)


def remove_stage(stage: Any) -> Pipeline:  # noqa: ANN401 — any stage
    """Return the precise pipeline without one stage."""
    return Pipeline(stages=tuple(one for one in STAGES["precise"] if one is not stage))


typed_badly = seed_by_question(add_typo)
asked_politely = seed_by_question(add_politeness)

# By the names that the tables show.
ROWS: Mapping[str, Row] = {
    "as shipped, mode precise": configure(PIPELINES["precise"]),
    "as shipped, mode fast": configure(PIPELINES["fast"]),
    "one vector per document": Row(baselines.rank_by_document_vectors, ranks_only=True, whole_documents=True),
    "BM25 over whole documents": Row(baselines.rank_by_document_bm25, ranks_only=True, whole_documents=True),
    "one vector per passage": Row(baselines.rank_by_passage_vectors, ranks_only=True),
    "dense leg only (vectors of sentences and passages)": configure(Pipeline(fuse=keep_leg(DENSE), stages=())),
    "lexical leg only (BM25)": configure(Pipeline(fuse=keep_leg(LEXICAL), stages=())),
    "reciprocal rank fusion, no reranking": configure(Pipeline(fuse=fuse_by_rank, stages=())),
    "convex fusion, no reranking": configure(Pipeline(stages=())),
    "dense weight 0.3": configure(Pipeline(fuse=partial(fuse, dense_weight=0.3))),
    "dense weight 0.7": configure(Pipeline(fuse=partial(fuse, dense_weight=0.7))),
    "stop words at full weight": configure(Pipeline(understand=partial(understand, content_share=0.0))),
    "no late interaction": configure(remove_stage(LateInteraction)),
    "late interaction at half its weight": configure(replace_stage(LateInteraction, weight=1.5)),
    "late interaction at twice its weight": configure(replace_stage(LateInteraction, weight=6.0)),
    "ranked by late interaction alone": configure(Pipeline(stages=(partial(LateInteraction, weight=100.0),))),
    "reader reads twice as many characters": configure(replace_stage(Rerank, max_characters=2 * MAX_CHARACTERS)),
    "reader reads on when it is sure": configure(replace_stage(Rerank, stopping=NEVER_STOP)),
    "reader expects as much of every passage": configure(replace_stage(Rerank, stopping=StoppingRule(fall=0.0))),
    "reader never gives up": configure(replace_stage(Rerank, stopping=StoppingRule(hopeless=-inf))),
    "reader reads every language": configure(swap_stage(Rerank, rerank_every_language)),
    "reader at half its weight": configure(replace_stage(Rerank, weight=WEIGHT / 2)),
    "reader at twice its weight": configure(replace_stage(Rerank, weight=2 * WEIGHT)),
    "ranked by the reader alone": configure(replace_stage(Rerank, weight=100.0)),
    "words shown however unlikely": show_from(min_span=0.0),
    "sentences shown, never words": show_from(min_span=2.0),
    "asked with a typo": reword(typed_badly),
    "asked with a typo, spelling correction off": reword(typed_badly, Pipeline(understand=keep_typos)),
    "asked politely": reword(asked_politely),
    "asked politely, politeness not stripped": reword(asked_politely, Pipeline(understand=keep_politeness)),
    "asked in capitals, without question mark": reword(capitalise),
    "asked without accents": reword(remove_accents),
    "follow-ups carry nothing from the conversation": replace(
        configure(Pipeline(understand=ignore_history)), follow_ups=True
    ),
    "each document five times": repeat_documents(5, collapse=True),
    "each document five times, copies not collapsed": repeat_documents(5, collapse=False),
    "title and heading not mixed into the vectors": configure(Pipeline(), context="none"),
    "passages of at most 300 characters": configure(Pipeline(), passage_chars=300),
    "passages of at most 800 characters": configure(Pipeline(), passage_chars=800),
}


def compute_ablation_fingerprint() -> str:
    """Return the fingerprint of the program together with the names of the rows and what the rewordings make."""
    questions = ("Who directed the Blame! film?", "is Dhōmochevsky, a naïve guard, in it?", "A film without end")
    rewordings = (typed_badly, asked_politely, capitalise, remove_accents)
    reworded = [[rewording(question) for question in questions] for rewording in rewordings]
    return digest_of([compute_outcome_fingerprint(), list(ROWS), reworded])


def choose_rows(words: Sequence[str]) -> dict[str, Row]:
    """Return the first row and those with any of ``words`` in their names; all rows if there are no words.

    Raises UsageError for words that no name holds.
    """
    for word in words:
        if not any(word in name for name in ROWS):
            raise UsageError(f"no row has {word!r} in its name; the rows are {', '.join(ROWS)}")
    first = next(iter(ROWS))
    return {name: row for name, row in ROWS.items() if not words or name == first or any(w in name for w in words)}
