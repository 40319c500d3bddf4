"""Judged questions: which text, or which document, answers what.

Two formats so far: a BEIR folder (whole documents are relevant) and a file of span
judgements (stretches of text are; docs/evaluation.md). Both become ``Judgement``.
"""

import csv
import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from index.errors import UsageError
from index.types import Span
from qa.types import Turn


@dataclass(frozen=True, slots=True)
class Gold:
    """A stretch of a document that answers, as it was quoted when it was judged."""

    document: str
    span: Span
    quote: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """A question and what answers it. Neither evidence nor documents: the collection does not say.

    ``documents`` maps ids to grades above 0; with span judgements it follows from ``evidence``.
    """

    id: str
    question: str
    history: tuple[Turn, ...] = ()
    evidence: tuple[Gold, ...] = ()
    documents: Mapping[str, int] = field(default_factory=dict)
    answers: tuple[str, ...] = ()
    kind: str = ""


def load(data: Path) -> list[Judgement]:
    """The judgements of a BEIR folder or of a file of span judgements, in their order.

    Raises UsageError, which names file and line.
    """
    if data.is_dir():
        return _beir(data)
    if data.is_file():
        return _spans(data)
    raise UsageError(f"{data} is neither a BEIR folder nor a file of span judgements")


def corpus_of(data: Path) -> Path:
    """The corpus file of a BEIR folder. Raises UsageError where there is none."""
    return _either(data, "corpus.jsonl")


def _either(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise UsageError(f"{folder} is no BEIR folder: it has neither {name} nor {name}.gz")


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with _opened(path) as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise UsageError(f"{path}:{number} is not JSON ({error}); mend or delete the line") from error
            if not isinstance(row, dict):
                raise UsageError(f"{path}:{number} is not a JSON object; mend or delete the line")
            yield number, row


def _beir(folder: Path) -> list[Judgement]:
    grades: dict[str, dict[str, int]] = {}
    for query, document, grade in _qrels(folder):
        if grade > 0:
            grades.setdefault(query, {})[document] = grade
    return [
        Judgement(str(row["_id"]), str(row["text"]), documents=grades[str(row["_id"])])
        for _, row in _rows(_either(folder, "queries.jsonl"))
        if str(row["_id"]) in grades
    ]


def _qrels(folder: Path) -> Iterator[tuple[str, str, int]]:
    files = sorted(folder.glob("qrels.tsv")) + sorted(folder.glob("qrels/*.tsv"))
    if not files:
        raise UsageError(f"{folder} has no qrels.tsv and no qrels/*.tsv; there is nothing to score against")
    for path in files:
        with path.open(encoding="utf-8", newline="") as file:
            for number, row in enumerate(csv.reader(file, delimiter="\t"), 1):
                if number == 1 and row and not row[-1].lstrip("-").isdigit():
                    continue  # the header line
                if len(row) != 3 or not row[2].lstrip("-").isdigit():
                    raise UsageError(f"{path}:{number} is not 'query-id TAB corpus-id TAB grade': {row!r}")
                yield row[0], row[1], int(row[2])


def _spans(path: Path) -> list[Judgement]:
    seen: set[str] = set()
    found = []
    for number, row in _rows(path):
        try:
            judgement = _span_judgement(row)
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(f"{path}:{number} is no span judgement ({error!r}); see docs/evaluation.md") from error
        if judgement.id in seen:
            raise UsageError(f"{path}:{number} repeats the id {judgement.id!r}; ids must be unique")
        seen.add(judgement.id)
        found.append(judgement)
    return found


def _span_judgement(row: Mapping[str, Any]) -> Judgement:
    evidence = tuple(
        Gold(gold["document"], Span(int(gold["start"]), int(gold["end"])), gold["quote"]) for gold in row["evidence"]
    )
    return Judgement(
        id=str(row["id"]),
        question=row["question"],
        history=tuple(Turn(turn["question"], turn.get("answer")) for turn in row.get("history", ())),
        evidence=evidence,
        documents={gold.document: 1 for gold in evidence},
        answers=tuple(row.get("answers", ())),
        kind=row.get("kind", ""),
    )
