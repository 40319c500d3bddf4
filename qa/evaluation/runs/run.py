"""A dataset, somebody to ask, and a ``Run`` out."""

from pathlib import Path

from index.progress import Progress, Silent
from qa.engine import Engine
from qa.evaluation.data.anchor import anchor_evidence, drop_unknown_documents
from qa.evaluation.fingerprint import compute_fingerprint
from qa.evaluation.measures import score_replies, summarise_outcomes
from qa.evaluation.runs.answer_sources import AnswerSource, open_source
from qa.evaluation.runs.ask_all import ask_all
from qa.evaluation.runs.store import save_run
from qa.evaluation.types import Dataset, Run, RunDescription
from qa.types import MAX_TOP_K, Mode


def run(
    dataset: Dataset,
    target: Engine | AnswerSource | str,
    mode: Mode = "precise",
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Run:
    """Ask every question for as many passages as the API returns, and score the answers.

    ``target`` is an engine or the address of a running service. With ``out``, the folder
    gets ``answers.jsonl`` while the run goes on, so that an interrupted run continues when it is
    called again, and ``run.trec``, ``qrels.trec`` and ``scores.json`` at its end. Raises
    UsageError if the data belongs to another collection, ServiceError if a service fails.
    """
    answerer = open_source(target)
    checked = drop_unknown_documents(anchor_evidence(dataset, answerer.text), answerer.has)
    program = "" if answerer.url else f"{compute_fingerprint()} {answerer.reader}"
    about = RunDescription(dataset.name, dataset.fingerprint, answerer.index, mode, MAX_TOP_K, program, answerer.url)
    folder = Path(out) if out else None
    asked = ask_all(answerer, checked.judgements, about, folder, progress or Silent())
    outcomes = score_replies(list(zip(checked.judgements, asked.replies, strict=True)))
    result = Run(about, outcomes, summarise_outcomes(outcomes), asked.latency, checked.problems)
    if folder:
        save_run(result, folder)
    return result
