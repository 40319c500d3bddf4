"""A run in a folder, for people, for other tools and for ``compare``."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.errors import UsageError
from index.types import Span
from qa.evaluation.data.lines import read_json_lines
from qa.evaluation.measures import ranking
from qa.evaluation.runs.ask_all import ANSWERS, SCORES
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

QUESTIONS = "questions.jsonl"
# Characters kept of a whole document that was judged.
MAX_TEXT_CHARS = 2000


def save_run(run: Run, folder: Path) -> None:
    """Write ``scores.json``, ``run.trec``, ``qrels.trec`` and ``questions.jsonl`` beside ``answers.jsonl``.

    If spans of text were judged, also the ranking of findings (``measures/ranking.py``)
    as ``evidence.trec`` and ``evidence-qrels.trec``: any tool that reads TREC's files comes to the
    same figures with these two. ``scores.json`` comes last: with it a run is finished.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_run({o.judgement.id: _rank_documents(o.reply) for o in run.outcomes}, folder / "run.trec")
    write_qrels({o.judgement.id: o.judgement.documents for o in run.outcomes}, folder / "qrels.trec")
    spans = {o.judgement.id: o for o in run.outcomes if o.judgement.evidence}
    if spans:
        write_run({question: _rank_findings(o) for question, o in spans.items()}, folder / "evidence.trec")
        write_qrels(
            {question: ranking.list_relevant(o.judgement) for question, o in spans.items()},
            folder / "evidence-qrels.trec",
        )
    lines = (json.dumps(_describe_question(o.judgement), ensure_ascii=False) + "\n" for o in run.outcomes)
    (folder / QUESTIONS).write_text("".join(lines), encoding="utf-8")
    (folder / SCORES).write_text(json.dumps(_describe_scores(run), indent=1) + "\n", encoding="utf-8")


def load_run(folder: str | Path) -> Run:
    """Load the run in a folder. Raises UsageError if it is not a finished one."""
    folder = Path(folder)
    try:
        scores = json.loads((folder / SCORES).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{folder} holds no finished run ({error}); make one with: qa.evaluation run") from error
    judgements = [_parse_judgement(row, where) for where, row in read_json_lines(folder / QUESTIONS)]
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
    """Read the replies by question; ``NO_REPLY`` for each if only a ranking was scored (``external.py``)."""
    if not (folder / ANSWERS).is_file():
        return dict.fromkeys((judgement.id for judgement in judgements), NO_REPLY)
    return {row["id"]: SystemReply.from_json(row) for _, row in read_json_lines(folder / ANSWERS)}


def _rank_documents(reply: SystemReply) -> Mapping[str, float]:
    return lower_ties((passage.document, passage.score) for passage in reply.passages)


def _rank_findings(outcome: Outcome) -> Mapping[str, float]:
    found = ranking.rank_findings(outcome.judgement, outcome.reply)
    return lower_ties((finding, 1 / rank) for rank, finding in enumerate(found, 1))


def _describe_scores(run: Run) -> Mapping[str, Any]:
    return {
        "about": asdict(run.about),
        "command": run.command,
        "measures": {name: asdict(interval) for name, interval in run.scores.items()},
        "latency": asdict(run.latency) if run.latency else None,
        "problems": [asdict(problem) for problem in run.problems],
        "questions": {outcome.judgement.id: dict(outcome.scores) for outcome in run.outcomes},
    }


def _describe_question(judgement: Judgement) -> dict[str, Any]:
    row = asdict(judgement)
    row["wanted"] = {document: text[:MAX_TEXT_CHARS] for document, text in judgement.wanted.items()}
    return row


def _parse_judgement(row: Mapping[str, Any], where: str) -> Judgement:
    return Judgement(
        **{
            **row,
            "history": tuple(Turn(**turn) for turn in row["history"]),
            "evidence": tuple(_parse_evidence(gold) for gold in row["evidence"]),
            "answers": tuple(row["answers"]),
        }
    )


def _parse_evidence(row: Mapping[str, Any]) -> GoldEvidence:
    return GoldEvidence(row["document"], Span(**row["span"]), row["quote"])
