"""Span judgements: a JSON object a line, which says what stretches of an indexed text answer a question."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from index.errors import UsageError
from index.types import Span
from qa.evaluation.data.lines import json_rows, unaskable
from qa.evaluation.types import DataProblem, Dataset, GoldEvidence, Judgement
from qa.types import MAX_TURNS, Turn

FIELDS = {"id", "question", "history", "evidence", "answers", "kind"}


def read_spans(path: Path) -> Dataset:
    """The judgements of a file in its order. Raises UsageError, which names file and line."""
    found: dict[str, Judgement] = {}
    flaws: list[DataProblem] = []
    for where, row in json_rows(path):
        judgement = _checked(row, where)
        if judgement.id in found:
            raise UsageError(
                f"{where} repeats the id {judgement.id!r} of {found[judgement.id].where}; give each its own"
            )
        found[judgement.id] = judgement
        reason = unaskable(judgement.question)
        flaws += [DataProblem(where, reason)] if reason else []
    left_out = {flaw.where for flaw in flaws}
    asked = tuple(judgement for judgement in found.values() if judgement.where not in left_out)
    return Dataset(path.name.removesuffix(".gz").removesuffix(".jsonl"), asked, flaws=tuple(flaws))


def _checked(row: Mapping[str, Any], where: str) -> Judgement:
    unknown = sorted(row.keys() - FIELDS)
    if unknown:
        raise UsageError(f"{where} has the field {unknown[0]!r}; known are {', '.join(sorted(FIELDS))}")
    try:
        return _judgement(row, where)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{where} is no span judgement ({error!r}); see docs/evaluation.md") from error


def _judgement(row: Mapping[str, Any], where: str) -> Judgement:
    evidence = tuple(_gold(gold) for gold in row["evidence"])
    turns = tuple(Turn(_text(turn["question"]), turn.get("answer")) for turn in row.get("history", ()))
    if len(turns) > MAX_TURNS:
        raise ValueError(f"a history of {len(turns)} turns; {MAX_TURNS} are the most")
    return Judgement(
        id=str(row["id"]),
        question=_text(row["question"]),
        history=turns,
        evidence=evidence,
        documents={gold.document: 1 for gold in evidence},
        answers=tuple(_text(answer) for answer in row.get("answers", ())),
        kind=_text(row.get("kind", "")),
        where=where,
    )


def _gold(gold: Mapping[str, Any]) -> GoldEvidence:
    span = Span(int(gold["start"]), int(gold["end"]))
    quote = _text(gold["quote"])
    if span.end <= span.start or len(quote) != span.end - span.start:
        raise ValueError(f"a quote of {len(quote)} characters at [{span.start}, {span.end})")
    return GoldEvidence(_text(gold["document"]), span, quote)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} where text belongs")
    return value
