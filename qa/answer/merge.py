"""Merge the answers of several collections, each as sure as it is by itself.

Only calibrated probabilities are compared. Raw scores of two collections have nothing to do with each other: they
depend on the words, the length and the number of the documents.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.generation.passage_table import fold_copy
from qa.ranking.retrieval import Leg, Retrieval
from qa.types import MAX_COPIES, Answer, AnswerPassage, CollectionAnswer, PassageCopy, Status

# Before the name of a collection that was not searched because it is damaged, among the degraded parts.
DAMAGED = "collection:"
RANKS = {Status.ANSWERED: 2, Status.UNSURE: 1, Status.NOT_FOUND: 0}


def merge_answers(answers: Mapping[str, Answer], top_k: int, damaged: Sequence[str] = ()) -> Answer:
    """Return one answer from those of collections, by name, of which there is at least one.

    The answer is that of the collection that is surest; its passages are those of all, likeliest first, each with its
    collection. Within a collection they stay in their order. ``damaged`` are the names of those that did not answer.
    """
    # Of two that are as sure the first is taken; one that found nothing to show comes last.
    names = sorted(answers, key=lambda name: _rank_answer(answers[name]), reverse=True)
    head = answers[names[0]]
    return replace(
        head,
        answer=head.answer and replace(head.answer, collection=names[0]),
        passages=_number(_join_copies(_merge_passages(answers, names)), top_k),
        retrieval=_merge_retrieval([answers[name].retrieval for name in names], damaged),
        took_ms=sum(answer.took_ms for answer in answers.values()),
        collection=names[0],
        collections=tuple(_describe_answer(name, answers[name]) for name in names),
    )


def _rank_answer(answer: Answer) -> tuple[int, float, bool]:
    return RANKS[answer.status], answer.confidence, bool(answer.passages)


def _merge_passages(answers: Mapping[str, Answer], names: Sequence[str]) -> list[AnswerPassage]:
    """Return the passages of all, the first of the first collection first, then always the likeliest that is next."""
    waiting = {name: [_name_passage(one, name) for one in answers[name].passages] for name in names}
    merged = [waiting[names[0]].pop(0)] if waiting[names[0]] else []
    while left := [passages for passages in waiting.values() if passages]:
        merged.append(max(left, key=lambda passages: passages[0].score).pop(0))
    return merged


def _name_passage(passage: AnswerPassage, name: str) -> AnswerPassage:
    return replace(passage, collection=name, copies=tuple(replace(copy, collection=name) for copy in passage.copies))


def _join_copies(passages: Sequence[AnswerPassage]) -> list[AnswerPassage]:
    """Make a passage whose text another collection has shown already a copy of that one."""
    shown: dict[str, AnswerPassage] = {}
    for passage in passages:
        first = shown.setdefault(fold_copy(passage.text), passage)
        if first is not passage:
            copy = PassageCopy(passage.id, passage.document, passage.start, passage.end, collection=passage.collection)
            copies = (*first.copies, copy, *passage.copies)[:MAX_COPIES]
            total = first.copies_total + 1 + passage.copies_total
            shown[fold_copy(passage.text)] = replace(first, copies=copies, copies_total=total)
    return list(shown.values())


def _number(passages: Sequence[AnswerPassage], top_k: int) -> tuple[AnswerPassage, ...]:
    return tuple(replace(passage, rank=rank) for rank, passage in enumerate(passages[:top_k], 1))


def _merge_retrieval(retrievals: Sequence[Retrieval], damaged: Sequence[str]) -> Retrieval:
    """Return the sums of all; the generation is that of the collection that answers."""
    legs: dict[str, Leg] = {}
    for leg in (leg for retrieval in retrievals for leg in retrieval.legs):
        before = legs.get(leg.name, Leg(leg.name, ran=True, candidates=0))
        legs[leg.name] = Leg(leg.name, before.ran and leg.ran, before.candidates + leg.candidates)
    degraded = dict.fromkeys(part for retrieval in retrievals for part in retrieval.degraded)
    parts = (*degraded, *(f"{DAMAGED}{name}" for name in damaged))
    return Retrieval(tuple(legs.values()), parts, retrievals[0].generation)


def _describe_answer(name: str, answer: Answer) -> CollectionAnswer:
    retrieval = answer.retrieval
    return CollectionAnswer(
        name,
        answer.status,
        answer.confidence,
        answer.reason,
        answer.searched_as,
        retrieval.degraded,
        retrieval.generation,
    )
