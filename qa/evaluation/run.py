"""Asks every judged question and scores the answers."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from index.build import build_index
from index.embed import SentenceTransformerEncoder
from index.errors import UsageError
from index.progress import Progress
from index.settings import IndexSettings
from index.shelf import Shelf
from qa.engine import Engine
from qa.evaluation import measures
from qa.evaluation.judgements import Judgement, corpus_of
from qa.evaluation.measures import Interval
from qa.render import answer_json
from qa.types import Answer, Mode, Request, Status

BATCH = 64
DEPTH = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """One judged question, its answer, and its measures by name."""

    judgement: Judgement
    answer: Answer
    scores: dict[str, float]


def over_corpus(data: Path, settings: IndexSettings, progress: Progress) -> Engine:
    """An engine over the corpus of a BEIR folder, which is indexed first where it has changed."""
    encoder = SentenceTransformerEncoder(settings.model)
    build_index(corpus_of(data), settings, encoder, progress)
    return Engine(Shelf(Path(settings.index)).open(), encoder)


def run(engine: Engine, judgements: Sequence[Judgement], mode: Mode, progress: Progress) -> list[Outcome]:
    """Every question asked with ``DEPTH`` passages, in batches, and scored.

    Raises UsageError where a judgement names a document that the index does not hold.
    """
    _check_documents(engine, judgements)
    outcomes: list[Outcome] = []
    with progress.step("asking", len(judgements)) as advance:
        for batch in _batches(judgements):
            requests = [Request(j.question, j.history, DEPTH, mode) for j in batch]
            answers = engine.ask_many(requests)
            outcomes += [Outcome(j, a, {}) for j, a in zip(batch, answers, strict=True)]
            advance(len(batch))
    return _scored(outcomes)


def summarise(outcomes: Sequence[Outcome]) -> dict[str, Interval]:
    """The mean of each measure over the questions that have it, with its interval."""
    names = dict.fromkeys(name for outcome in outcomes for name in outcome.scores)
    return {name: measures.interval([o.scores[name] for o in outcomes if name in o.scores]) for name in names}


def write(outcomes: Sequence[Outcome], folder: Path) -> None:
    """``run.trec``, ``answers.jsonl`` and ``scores.json`` into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    trec = (line for outcome in outcomes for line in _trec(outcome))
    (folder / "run.trec").write_text("".join(trec), encoding="utf-8")
    lines = (json.dumps({"id": o.judgement.id} | answer_json(o.answer), ensure_ascii=False) + "\n" for o in outcomes)
    (folder / "answers.jsonl").write_text("".join(lines), encoding="utf-8")
    means = {name: asdict(interval) for name, interval in summarise(outcomes).items()}
    each = {o.judgement.id: o.scores for o in outcomes}
    scores = json.dumps({"measures": means, "questions": each}, indent=1)
    (folder / "scores.json").write_text(scores + "\n", encoding="utf-8")


def document_ranking(answer: Answer) -> list[str]:
    """Document ids by their best passage, best first."""
    return list(dict.fromkeys(passage.document.id for passage in answer.passages))


def right_passages(judgement: Judgement, answer: Answer) -> list[bool]:
    """For each passage, whether it shares text with the evidence or, without spans, is of a relevant document."""
    if judgement.evidence:
        return [
            any(
                gold.document == p.document.id and gold.span.start < p.end and p.start < gold.span.end
                for gold in judgement.evidence
            )
            for p in answer.passages
        ]
    return [p.document.id in judgement.documents for p in answer.passages]


def _check_documents(engine: Engine, judgements: Sequence[Judgement]) -> None:
    for judgement in judgements:
        for document in judgement.documents:
            if engine.catalog.document(document) is None:
                raise UsageError(
                    f"question {judgement.id!r} is judged with document {document!r}, which the index does not "
                    "hold; give the index that the judgements were made for"
                )


def _batches(judgements: Sequence[Judgement]) -> Iterator[Sequence[Judgement]]:
    for start in range(0, len(judgements), BATCH):
        yield judgements[start : start + BATCH]


def _scored(outcomes: list[Outcome]) -> list[Outcome]:
    answerable = [o for o in outcomes if o.judgement.documents]
    ndcg = measures.ndcg(
        {o.judgement.id: document_ranking(o.answer) for o in answerable},
        {o.judgement.id: o.judgement.documents for o in answerable},
    )
    for outcome in outcomes:
        if outcome.judgement.documents:
            outcome.scores["nDCG@10"] = ndcg[outcome.judgement.id]
            outcome.scores.update(_passage_scores(outcome))
        else:
            outcome.scores["not found where absent"] = float(outcome.answer.status is Status.NOT_FOUND)
    return outcomes


def _passage_scores(outcome: Outcome) -> dict[str, float]:
    rank = measures.first_right(right_passages(outcome.judgement, outcome.answer))
    scores = {f"Hit@{k}": measures.hit(rank, k) for k in (1, 3, 10)}
    scores["MRR@10"] = measures.reciprocal_rank(rank)
    scores["found where present"] = float(outcome.answer.status is not Status.NOT_FOUND)
    if outcome.judgement.evidence:
        scores["evidence"] = float(_marked(outcome))
    return scores


def _marked(outcome: Outcome) -> bool:
    """Whether the first sentence marked in the first passage is one that answers."""
    best = outcome.answer.passages[0] if outcome.answer.passages else None
    return best is not None and any(
        gold.document == best.document.id and gold.span.overlaps(best.evidence[0])
        for gold in outcome.judgement.evidence
    )


def _trec(outcome: Outcome) -> Iterator[str]:
    best: dict[str, float] = {}
    for passage in outcome.answer.passages:
        best.setdefault(passage.document.id, passage.score)
    for rank, (document, score) in enumerate(best.items(), 1):
        name = document.replace(" ", "%20")  # TREC's columns are separated by spaces
        yield f"{outcome.judgement.id} Q0 {name} {rank} {score:.6f} netsphere\n"
