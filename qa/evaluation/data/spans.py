"""Span judgements: a JSON object a line, which names the spans of an indexed text that answer a question."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from index.errors import UsageError
from index.types import Span
from qa.evaluation.data.lines import explain_unaskable, read_json_lines
from qa.evaluation.types import DataProblem, Dataset, GoldEvidence, Judgement
from qa.types import MAX_TURNS, Turn

FIELDS = {"id", "question", "history", "evidence", "answers", "parts", "near", "kind", "form"}


def read_spans(path: Path) -> Dataset:
    """Read the judgements of a file in its order. Raises UsageError, which names file and line."""
    found: dict[str, Judgement] = {}
    problems: list[DataProblem] = []
    for where, row in read_json_lines(path):
        unknown = sorted(row.keys() - FIELDS)
        if unknown:
            raise UsageError(f"{where} has the field {unknown[0]!r}; known are {', '.join(sorted(FIELDS))}")
        try:
            judgement = _parse_judgement(row, where)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            reason = f"the field {error} is missing" if isinstance(error, KeyError) else str(error)
            raise UsageError(f"{where} is not a span judgement: {reason}; see docs/evaluation.md") from error
        if judgement.id in found:
            raise UsageError(
                f"{where} repeats the id {judgement.id!r} of {found[judgement.id].where}; give each its own"
            )
        found[judgement.id] = judgement
        if unaskable := explain_unaskable(judgement.question):
            problems.append(DataProblem(where, unaskable))
    asked = tuple(judgement for judgement in found.values() if not explain_unaskable(judgement.question))
    return Dataset(path.name.removesuffix(".gz").removesuffix(".jsonl"), asked, problems=tuple(problems))


def _parse_judgement(row: Mapping[str, Any], where: str) -> Judgement:
    evidence = tuple(_parse_evidence(gold) for gold in row["evidence"])
    turns = tuple(Turn(_require_text(turn["question"]), turn.get("answer")) for turn in row.get("history", ()))
    if len(turns) > MAX_TURNS:
        raise ValueError(f"a history of {len(turns)} turns, and {MAX_TURNS} are the most")
    return Judgement(
        id=str(row["id"]),
        question=_require_text(row["question"]),
        history=turns,
        evidence=evidence,
        documents={gold.document: 1 for gold in evidence},
        answers=tuple(_require_text(answer) for answer in row.get("answers", ())),
        parts=tuple(_require_text(part) for part in row.get("parts", ())),
        near=tuple(_parse_evidence(gold) for gold in row.get("near", ())),
        kind=_require_text(row.get("kind", "")),
        form=_require_text(row.get("form", "")),
        where=where,
    )


def _parse_evidence(gold: Mapping[str, Any]) -> GoldEvidence:
    span = Span(int(gold["start"]), int(gold["end"]))
    quote = _require_text(gold["quote"])
    if span.end <= span.start or len(quote) != span.end - span.start:
        raise ValueError(f"a quote of {len(quote)} characters at [{span.start}, {span.end})")
    return GoldEvidence(_require_text(gold["document"]), span, quote)


def _require_text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} in place of a text")
    return value
