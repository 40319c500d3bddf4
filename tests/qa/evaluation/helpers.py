"""Small runs and askers for tests that need no model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from index.types import Span
from qa.evaluation.ablation.ablate import Ablation, RowResult
from qa.evaluation.measures import score_replies, summarise_outcomes
from qa.evaluation.types import Dataset, GoldEvidence, Judgement, Run, RunDescription, SystemReply
from qa.types import Request

TEXT = "".join(f"Fact number {n:03}. " for n in range(200))
SENTENCE = len("Fact number 000. ")


def dataset(questions: int = 150, name: str = "facts") -> Dataset:
    """Questions for one sentence each; every tenth is not answered."""
    return Dataset(name, tuple(_judgement(n) for n in range(questions)))


def _judgement(n: int) -> Judgement:
    if n % 10 == 9:
        return Judgement(f"q{n}", f"What is missing {n}?", where=f"f:{n}")
    span = Span(n * SENTENCE, (n + 1) * SENTENCE - 1)
    gold = GoldEvidence("facts.txt", span, TEXT[span.start : span.end])
    return Judgement(f"q{n}", f"Which fact is {n}?", (), (gold,), {"facts.txt": 1}, (f"Fact number {n:03}.",))


@dataclass
class Parrot:
    """Answers each question with the sentence of its number, some of them wrongly; counts what it is asked."""

    wrong_every: int = 7
    breaks_after: int = 10**9
    index: str = "000001-abc"
    url: str = ""
    reader: str = "none"
    asked: list[str] = field(default_factory=list)

    def has(self, document: str) -> bool:
        return document == "facts.txt"

    def text(self, document: str) -> str | None:
        return TEXT if document == "facts.txt" else None

    def ask(self, requests: Sequence[Request]) -> list[Mapping[str, Any]]:
        if len(self.asked) + len(requests) > self.breaks_after:
            raise KeyboardInterrupt
        self.asked += [request.question for request in requests]
        return [self._answer(request.question) for request in requests]

    def _answer(self, question: str) -> Mapping[str, Any]:
        number = int("".join(c for c in question if c.isdigit()))
        first = number + 1 if self.wrong_every and number % self.wrong_every == 0 else number
        confidence = 0.2 if "missing" in question else 0.8 - first / 1000
        passages = [_passage(rank, (first + rank) % 200, confidence / (rank + 1)) for rank in range(5)]
        return {
            "question": question,
            "status": "not_found" if "missing" in question else "answered",
            "confidence": confidence,
            "answer": {"text": passages[0]["text"]},
            "passages": passages,
        }


def _passage(rank: int, n: int, score: float) -> dict[str, Any]:
    start, end = n * SENTENCE, (n + 1) * SENTENCE - 1
    return {
        "rank": rank + 1,
        "score": score,
        "text": TEXT[start:end],
        "document": {"id": "facts.txt"},
        "start": start,
        "end": end,
        "evidence": [{"start": start, "end": end}],
    }


def made_up_run(wrong_every: int = 7, questions: int = 150, data: Dataset | None = None) -> Run:
    """A scored run without a folder."""
    data = data or dataset(questions)
    answers = Parrot(wrong_every).ask([Request(judgement.question) for judgement in data.judgements])
    outcomes = score_replies([(j, SystemReply.from_json(a)) for j, a in zip(data.judgements, answers, strict=True)])
    about = RunDescription(data.name, data.fingerprint, "000001-abc", "precise", 50, f"wrong every {wrong_every}")
    return Run(about, outcomes, summarise_outcomes(outcomes))


def made_up_table() -> Ablation:
    """A first row, one that is worse beyond chance, one that may not be."""
    scores = made_up_run().scores
    worse = replace(scores["MAP"], mean=-0.1, low=-0.2, high=-0.05)
    rows = (RowResult("first", scores), RowResult("`b`", scores, worse, 0.01), RowResult("c", scores, worse, 0.2))
    return Ablation("facts", "data", "program", "command", 10, 150, 1, 200, rows)
