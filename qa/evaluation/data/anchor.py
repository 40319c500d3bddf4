"""Judged quotes found again in a text that has changed: exactly, then normalised, then nearly.

What is not found is listed and left out; a question that has lost all its quotes is not asked.
Scoring it 0 would blame the system for an edit of the text.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from index.errors import UsageError
from qa.collection.quotes import find_approximate, find_exact, find_normalized
from qa.evaluation.types import DataProblem, Dataset, GoldEvidence, Judgement

# A document's text by its id; None if there is no such document.
TextOf = Callable[[str], str | None]


def anchor_evidence(dataset: Dataset, text_of: TextOf) -> Dataset:
    """Return the dataset with every quote at its present place, and a problem for each that is lost.

    Raises UsageError if no quote at all is found: the data is of another collection.
    """
    text_of = lru_cache(maxsize=None)(text_of)
    return _check_judgements(dataset, lambda judgement: _anchor_judgement(judgement, text_of))


def drop_unknown_documents(dataset: Dataset, has: Callable[[str], bool]) -> Dataset:
    """Return the dataset without judged documents that the collection lacks, each of them a problem.

    Raises UsageError if the collection has none of them.
    """
    return _check_judgements(dataset, lambda judgement: _drop_unknown(judgement, has))


def _check_judgements(
    dataset: Dataset, check: Callable[[Judgement], tuple[Judgement | None, list[DataProblem]]]
) -> Dataset:
    """Keep what a check leaves of every judgement: None if the question cannot be asked any more."""
    checked = [check(judgement) for judgement in dataset.judgements]
    judgements = tuple(judgement for judgement, _ in checked if judgement)
    problems = tuple(problem for _, some in checked for problem in some)
    was, remains = (any(j.answerable for j in some) for some in (dataset.judgements, judgements))
    if was and not remains:
        raise UsageError(
            f"{dataset.name} is judged over another collection than the one asked: none of what was judged is found "
            f"in it; the first: {problems[0]}"
        )
    return replace(dataset, judgements=judgements, problems=(*dataset.problems, *problems))


def _anchor_judgement(judgement: Judgement, text_of: TextOf) -> tuple[Judgement | None, list[DataProblem]]:
    moved = [_anchor_quote(gold, text_of) for gold in judgement.evidence]
    problems = [DataProblem(judgement.where, what) for _, what in moved if what]
    evidence = tuple(gold for gold, _ in moved if gold)
    if evidence == judgement.evidence:
        return judgement, problems
    if not evidence:
        lost = DataProblem(judgement.where, f"question {judgement.id!r} has no evidence left; it is not asked")
        return None, [*problems, lost]
    return replace(judgement, evidence=evidence, documents={gold.document: 1 for gold in evidence}), problems


def _drop_unknown(judgement: Judgement, has: Callable[[str], bool]) -> tuple[Judgement | None, list[DataProblem]]:
    there = {document: grade for document, grade in judgement.documents.items() if has(document)}
    lost = [document for document in judgement.documents if document not in there]
    problems = [DataProblem(judgement.where, f"is judged with {d!r}, which the index lacks; left out") for d in lost]
    if not lost:
        return judgement, problems
    return replace(judgement, documents=there) if there else None, problems


def _anchor_quote(gold: GoldEvidence, text_of: TextOf) -> tuple[GoldEvidence | None, str]:
    """Return the quote at its present place, and what has to be reported about it."""
    text = text_of(gold.document)
    if text is None:
        return None, f"is judged with {gold.document!r}, which the index lacks; the quote is left out"
    for find in (find_exact, find_normalized, find_approximate):
        span = find(gold.quote, gold.span, text)
        if span:
            words = text[span.start : span.end]
            changed = (
                f"quotes {_shorten_quote(gold.quote)}, which now reads {_shorten_quote(words)}"
                if find is find_approximate
                else ""
            )
            return GoldEvidence(gold.document, span, words), changed
    return (
        None,
        f"quotes {_shorten_quote(gold.quote)}, which {gold.document!r} no longer holds; judge it again or delete it",
    )


def _shorten_quote(quote: str, most: int = 60) -> str:
    return repr(quote if len(quote) <= most else quote[: most - 1] + "…")
