"""The place of the right text in the ranking, by ir_measures. The only module that imports it.

What is ranked follows from the judgements. Of whole documents: documents, each by its best
passage. Of stretches of text: findings. A passage that shares text with a place of evidence
not found before is that finding; one that holds two places is two findings, one after the
other; one that holds none, or only what was found before, is a miss. So labels survive every
change of chunking, and a long passage is neither rewarded nor punished for being long.
A passage that is listed with copies is in all of their documents at once.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from qa.evaluation.types import Judgement, ReturnedPassage, SystemReply

# Our names and those of ir_measures: success, recall, reciprocal rank, nDCG (Järvelin & Kekäläinen 2002, gain =
# grade, discount log2(rank + 1)), average precision over what was returned.
NAMES = {
    "Hit@1": "Success@1",
    "Hit@3": "Success@3",
    "Hit@5": "Success@5",
    "Hit@10": "Success@10",
    "Recall@5": "R@5",
    "Recall@10": "R@10",
    "Recall@50": "R@50",
    "MRR@10": "RR@10",
    "nDCG@10": "nDCG@10",
    "MAP": "AP",
}

# Ids, best first, each once.
Ranking = Sequence[str]
# Grades above 0 by id.
Relevant = Mapping[str, int]


def list_relevant(judgement: Judgement) -> Relevant:
    """Return what has to be found: places of evidence, or documents if whole ones were judged."""
    if judgement.evidence:
        return {f"place-{number}": 1 for number, _ in enumerate(judgement.evidence)}
    return judgement.documents


def rank_findings(judgement: Judgement, reply: SystemReply) -> Ranking:
    """Rank what was returned, by the ids of ``list_relevant``: documents by their best passage."""
    if not judgement.evidence:
        return [document for document, _ in rank_documents(judgement, reply)]
    found: dict[str, None] = {}
    for rank, passage in enumerate(reply.passages, 1):
        fresh = [place for place in find_places(judgement, passage) if place not in found]
        found.update(dict.fromkeys(fresh or [f"miss-{rank}"]))
    return list(found)


def rank_documents(judgement: Judgement, reply: SystemReply) -> list[tuple[str, float]]:
    """Rank the documents with the scores of their best passages, each once.

    Of a passage with copies or near copies those documents count that are relevant, and if none is, only the one shown.
    """
    found: dict[str, float] = {}
    for passage in reply.passages:
        relevant = [document for document in passage.documents if document in judgement.documents]
        for document in relevant or [passage.document]:
            found.setdefault(document, passage.score)
    return list(found.items())


def find_places(judgement: Judgement, passage: ReturnedPassage) -> list[str]:
    """Find the places of evidence that share at least one character with a passage or a copy of it."""
    return [
        f"place-{number}"
        for number, gold in enumerate(judgement.evidence)
        if any(gold.document == place.document and gold.span.overlaps(place.span) for place in passage.places)
    ]


def is_right(judgement: Judgement, passage: ReturnedPassage) -> bool:
    """Return whether a passage shares text with the evidence or, without it, is of a relevant document."""
    if judgement.evidence:
        return bool(find_places(judgement, passage))
    return any(document in judgement.documents for document in passage.documents)


def is_first_right(judgement: Judgement, reply: SystemReply) -> bool:
    """Return whether the first passage answers; never if the collection does not."""
    return bool(reply.passages) and is_right(judgement, reply.passages[0])


def evaluate_rankings(
    rankings: Mapping[str, Ranking], judged: Mapping[str, Relevant], names: Sequence[str] = tuple(NAMES)
) -> dict[str, dict[str, float]]:
    """Compute each question's measures by name, for every question of ``judged``.

    ``names`` are ours, or those of ir_measures. A question without a ranking counts 0.
    Trap: tools break ties between equal scores in opposite ways, so the scores given to
    them fall strictly with the rank and none is left to break.
    """
    import ir_measures

    measures = {_parse_measure(name): name for name in names}
    qrels = [ir_measures.Qrel(q, d, grade) for q, grades in judged.items() for d, grade in grades.items()]
    run = [ir_measures.ScoredDoc(q, d, -float(r)) for q, ids in rankings.items() for r, d in enumerate(ids, 1)]
    scores = {question: dict.fromkeys(names, 0.0) for question in judged}
    for metric in ir_measures.iter_calc(list(measures), qrels, run) if qrels else ():
        if metric.query_id in scores:
            scores[metric.query_id][measures[metric.measure]] = float(metric.value)
    return scores


@cache
def _parse_measure(name: str) -> Any:  # noqa: ANN401 — ir_measures has no types
    import ir_measures

    return ir_measures.parse_measure(NAMES.get(name, name))
