"""Questions with the texts that they are asked about: SQuAD files, and JSON lines of one question each.

Each context is a text of its own, and evidence is the words that answer: what is measured is the reader alone.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from index.errors import UsageError
from index.types import Document, Span
from qa.evaluation.data.lines import explain_unaskable, read_json_lines
from qa.evaluation.data.squad import read_articles
from qa.evaluation.types import DataProblem, GoldEvidence, Judgement

# A question of either form: its place in the file, its text's title and context, and its own fields.
Row = tuple[str, str, str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ReadingDataset:
    """Judged questions, the text that each is asked about by the question's id, and what was left out."""

    name: str
    judgements: tuple[Judgement, ...]
    texts: Mapping[str, Document]
    problems: tuple[DataProblem, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Hex digest of every question, its text and what answers it, wherever the file lies."""
        rows = [[j.id, j.question, self.texts[j.id].text, self.texts[j.id].title, j.answers] for j in self.judgements]
        return sha256(json.dumps(rows).encode()).hexdigest()


def load_reading(data: str | Path) -> ReadingDataset:
    """Load a SQuAD file (``.json``), or JSON lines with ``id``, ``question``, ``context``, ``title`` and ``answers``.

    Either may be packed (``.gz``). An answer that is not at its place in the text is left out with a problem, and a
    question with no other answer with it. Raises UsageError, which names the file and the question.
    """
    path = Path(data)
    if not path.is_file():
        raise UsageError(f"{path} does not exist; --reading takes a SQuAD file, or JSON lines with a context each")
    name = path.name.removesuffix(".gz")
    rows = _read_squad(path) if name.endswith(".json") else _read_lines(path)
    return build_reading_dataset(Path(name).stem, rows, path)


def build_reading_dataset(name: str, rows: Iterator[Row], path: Path) -> ReadingDataset:
    """Build a dataset of rows; ``path`` is named in errors."""
    numbers: dict[tuple[str, str], int] = {}
    judgements: dict[str, Judgement] = {}
    texts: dict[str, Document] = {}
    problems: list[DataProblem] = []
    for where, title, context, row in rows:
        number = numbers.setdefault((title, context), len(numbers) + 1)
        text = Document(f"{title or 'text'}#{number}", context, title.replace("_", " "))
        try:
            judgement, wrong = _parse_question(row, text, where)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise UsageError(f"{where} has no question with answers as SQuAD has it ({error!r})") from error
        problems += [DataProblem(where, what) for what in wrong]
        if judgement and judgement.id in judgements:
            raise UsageError(f"{path} has two questions with the id {judgement.id!r}; give each its own")
        if judgement:
            judgements[judgement.id], texts[judgement.id] = judgement, text
    if not judgements:
        raise UsageError(f"{path} holds no question that can be asked; see docs/evaluation.md")
    return ReadingDataset(name, tuple(judgements.values()), texts, tuple(problems))


def _read_squad(path: Path) -> Iterator[Row]:
    for number, article in enumerate(read_articles(path), 1):
        try:
            title = str(article.get("title") or "")
            for paragraph in article["paragraphs"]:
                for row in paragraph.get("qas", ()):
                    yield f"{path}: question {row.get('id')!r}", title, paragraph["context"], row
        except (AttributeError, KeyError, TypeError) as error:
            raise UsageError(f"{path}: article {number} has no paragraphs with a context ({error!r})") from error


def _read_lines(path: Path) -> Iterator[Row]:
    for where, row in read_json_lines(path):
        if not isinstance(row.get("context"), str):
            raise UsageError(f"{where} has no context; without --reading, questions are asked over an index")
        yield where, str(row.get("title") or ""), row["context"], row


def _parse_question(row: Mapping[str, Any], text: Document, where: str) -> tuple[Judgement | None, list[str]]:
    """Return the judgement, or None, and what is wrong with the row."""
    if reason := explain_unaskable(row["question"]):
        return None, [reason]
    answers = [] if row.get("is_impossible") else row["answers"]
    placed = [(str(answer["text"]), _find_evidence(answer, text)) for answer in answers]
    wrong = [f"has the answer {t!r} at a place with other words; it is left out" for t, gold in placed if not gold]
    evidence = tuple(dict.fromkeys(gold for _, gold in placed if gold))
    if answers and not evidence:
        return None, [*wrong, "has no answer that is in its text; it is not asked"]
    words = tuple(dict.fromkeys(gold.quote for gold in evidence))
    kind, documents = str(row.get("source") or ""), {text.id: 1} if evidence else {}
    return Judgement(str(row["id"]), row["question"], (), evidence, documents, words, kind=kind, where=where), wrong


def _find_evidence(answer: Mapping[str, Any], text: Document) -> GoldEvidence | None:
    """Return the place of the answer; None if it is not at its place."""
    words, start = str(answer["text"]), int(answer["answer_start"] if "answer_start" in answer else answer["start"])
    span = Span(start, start + len(words))
    return GoldEvidence(text.id, span, words) if words and text.text[span.start : span.end] == words else None
