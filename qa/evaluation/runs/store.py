"""A run in a folder, for people, for other tools and for ``compare``."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.errors import UsageError
from index.types import Span
from qa.evaluation.data.lines import read_json_lines
from qa.evaluation.measures import ranking
from qa.evaluation.runs.answer_sources import BATCH
from qa.evaluation.runs.trec import lower_ties, write_qrels, write_run
from qa.evaluation.types import (
    NO_REPLY,
    DataProblem,
    GoldEvidence,
    Interval,
    Judgement,
    Latency,
    Outcome,
    Run,
    RunDescription,
    SystemReply,
)
from qa.types import Turn

BEGUN, ANSWERS, QUESTIONS, SCORES = "begun.json", "answers.jsonl", "questions.jsonl", "scores.json"
# Characters kept of a whole document that was judged.
MAX_TEXT_CHARS = 2000


class Journal:
    """The answers of an unfinished run.

    Only whole batches count: a run that was interrupted asks in the same ones as one that was not.
    """

    def __init__(self, folder: Path, about: RunDescription) -> None:
        """Prepare the folder for a run of this description."""
        folder.mkdir(parents=True, exist_ok=True)
        self._answers, self._begun, self._scores = folder / ANSWERS, folder / BEGUN, folder / SCORES
        self._about = json.dumps(asdict(about), indent=1) + "\n"

    def read_answers(self, judgements: Sequence[Judgement]) -> list[Mapping[str, Any]]:
        """Return the answers of this run that are there; begin again if they are another run's or finished."""
        unfinished = self._begun.is_file() and self._answers.is_file() and not self._scores.is_file()
        if unfinished and self._begun.read_text(encoding="utf-8") == self._about:
            return self._read_batches(judgements)
        self._scores.unlink(missing_ok=True)
        self._answers.write_bytes(b"")
        self._begun.write_text(self._about, encoding="utf-8")
        return []

    def append(self, judgements: Sequence[Judgement], answers: Sequence[Mapping[str, Any]]) -> None:
        """Append the answers to these judgements."""
        rows = ({"id": j.id} | dict(answer) for j, answer in zip(judgements, answers, strict=True))
        with self._answers.open("a", encoding="utf-8") as file:
            file.write("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))

    def _read_batches(self, judgements: Sequence[Judgement]) -> list[Mapping[str, Any]]:
        lines = self._answers.read_bytes().splitlines(keepends=True)
        found: list[Mapping[str, Any]] = []
        for line, judgement in zip(lines, judgements, strict=False):
            answer = _parse_line(line)
            if answer.get("id") != judgement.id:
                break
            found.append(answer)
        whole = len(found) if len(found) == len(judgements) else len(found) // BATCH * BATCH
        self._answers.write_bytes(b"".join(lines[:whole]))
        return found[:whole]


def _parse_line(line: bytes) -> Mapping[str, Any]:
    """Parse an answer; empty if the line is cut off."""
    try:
        answer = json.loads(line) if line.endswith(b"\n") else {}
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def save_run(run: Run, folder: Path) -> None:
    """Write ``scores.json``, ``run.trec``, ``qrels.trec`` and ``questions.jsonl`` beside ``answers.jsonl``.

    If spans of text were judged, also the ranking of findings (``measures/ranking.py``)
    as ``evidence.trec`` and ``evidence-qrels.trec``: any tool that reads TREC's files comes to the
    same figures with these two. ``scores.json`` comes last: with it a run is finished.
    """
    folder.mkdir(parents=True, exist_ok=True)
    documents = {o.judgement.id: lower_ties(ranking.rank_documents(o.judgement, o.reply)) for o in run.outcomes}
    write_run(documents, folder / "run.trec")
    write_qrels({o.judgement.id: o.judgement.documents for o in run.outcomes}, folder / "qrels.trec")
    judged = [outcome for outcome in run.outcomes if outcome.judgement.evidence]
    if judged:
        _write_findings(judged, folder)
    rows = [asdict(o.judgement) for o in run.outcomes]
    for row in rows:
        row["wanted"] = {document: text[:MAX_TEXT_CHARS] for document, text in row["wanted"].items()}
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / QUESTIONS).write_text("".join(lines), encoding="utf-8")
    scores = {
        "about": asdict(run.about),
        "command": run.command,
        "measures": {name: asdict(interval) for name, interval in run.scores.items()},
        "latency": asdict(run.latency) if run.latency else None,
        "problems": [asdict(problem) for problem in run.problems],
        "questions": {outcome.judgement.id: dict(outcome.scores) for outcome in run.outcomes},
    }
    (folder / SCORES).write_text(json.dumps(scores, indent=1) + "\n", encoding="utf-8")


def _write_findings(outcomes: Sequence[Outcome], folder: Path) -> None:
    findings = {o.judgement.id: ranking.rank_findings(o.judgement, o.reply) for o in outcomes}
    scored = {q: lower_ties((one, 1 / rank) for rank, one in enumerate(ids, 1)) for q, ids in findings.items()}
    write_run(scored, folder / "evidence.trec")
    write_qrels({o.judgement.id: ranking.list_relevant(o.judgement) for o in outcomes}, folder / "evidence-qrels.trec")


def load_run(folder: str | Path) -> Run:
    """Load the run in a folder. Raises UsageError if it is not a finished one."""
    folder = Path(folder)
    try:
        scores = json.loads((folder / SCORES).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{folder} holds no finished run ({error}); make one with: qa.evaluation run") from error
    judgements = [_parse_judgement(row) for _, row in read_json_lines(folder / QUESTIONS)]
    replies = _read_replies(folder, judgements)
    missing = [j.id for j in judgements if j.id not in replies or j.id not in scores["questions"]]
    if missing:
        raise UsageError(f"{folder} lacks the answer to question {missing[0]!r}; run it again")
    outcomes = tuple(Outcome(j, replies[j.id], scores["questions"][j.id]) for j in judgements)
    return Run(
        RunDescription(**scores["about"]),
        outcomes,
        {name: Interval(**interval) for name, interval in scores["measures"].items()},
        Latency(**scores["latency"]) if scores["latency"] else None,
        tuple(DataProblem(**problem) for problem in scores["problems"]),
        scores.get("command", ""),
    )


def _read_replies(folder: Path, judgements: Sequence[Judgement]) -> Mapping[str, SystemReply]:
    """Read the replies by question; ``NO_REPLY`` for each if only a ranking was scored (``trec.py``)."""
    if not (folder / ANSWERS).is_file():
        return dict.fromkeys((judgement.id for judgement in judgements), NO_REPLY)
    return {row["id"]: SystemReply.from_json(row) for _, row in read_json_lines(folder / ANSWERS)}


def _parse_judgement(row: Mapping[str, Any]) -> Judgement:
    parsed = {
        "history": tuple(Turn(**turn) for turn in row["history"]),
        "evidence": _parse_places(row["evidence"]),
        "answers": tuple(row["answers"]),
        # Runs written before these fields existed lack them.
        "parts": tuple(row.get("parts", ())),
        "near": _parse_places(row.get("near", ())),
    }
    return Judgement(**{**row, **parsed})


def _parse_places(rows: Iterable[Mapping[str, Any]]) -> tuple[GoldEvidence, ...]:
    return tuple(GoldEvidence(gold["document"], Span(**gold["span"]), gold["quote"]) for gold in rows)
