"""A dataset, somebody to ask, and a ``Run`` out. An interrupted run continues when it is called again."""

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import numpy as np

from index.progress import Progress, Silent
from qa.engine import Engine
from qa.evaluation.data.anchor import anchor_evidence, drop_unknown_documents
from qa.evaluation.fingerprint import compute_fingerprint
from qa.evaluation.measures import score_replies, summarise_outcomes
from qa.evaluation.runs.answer_sources import AnswerSource, ask_in_batches, open_source
from qa.evaluation.runs.store import Journal, save_run
from qa.evaluation.types import Dataset, Latency, Run, RunDescription, SystemReply
from qa.types import MAX_TOP_K, Mode, Request

# Questions asked one at a time, for the latency.
MAX_TIMED = 100
WARM_UP = 3


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
    program = "" if answerer.url else f"{compute_fingerprint(answerer.reader)} {answerer.reader}"
    about = RunDescription(dataset.name, dataset.fingerprint, answerer.index, mode, MAX_TOP_K, program, answerer.url)
    folder = Path(out) if out else None
    progress = progress or Silent()
    requests = [Request(j.question, j.history, MAX_TOP_K, mode) for j in checked.judgements]
    journal = Journal(folder, about) if folder else None
    replies = [SystemReply.from_json(answer) for answer in journal.read_answers(checked.judgements)] if journal else []
    resumed_at, started = len(replies), perf_counter()
    for answers in ask_in_batches(answerer, requests[resumed_at:], progress):
        if journal:
            journal.append(checked.judgements[len(replies) : len(replies) + len(answers)], answers)
        replies += map(SystemReply.from_json, answers)
    took = perf_counter() - started
    alone = _time_singly(answerer, requests[:: -(-len(requests) // MAX_TIMED) or 1], progress)
    latency = summarise_latency(alone, len(replies) - resumed_at, took)
    outcomes = score_replies(list(zip(checked.judgements, replies, strict=True)))
    result = Run(about, outcomes, summarise_outcomes(outcomes), latency, checked.problems)
    if folder:
        save_run(result, folder)
    return result


def summarise_latency(alone_ms: Sequence[float], batched: int, batched_s: float) -> Latency | None:
    """Return percentiles of questions asked one at a time, and the rate of those asked in batches.

    None if nothing was asked. Trap: figures of different machines, or of a busy one, cannot
    be compared; ``benchmarks/`` measures that.
    """
    if not len(alone_ms) or not batched or batched_s <= 0:
        return None
    p50, p95 = np.percentile(alone_ms, [50, 95])
    return Latency(float(p50), float(p95), batched / batched_s, len(alone_ms))


def _time_singly(answerer: AnswerSource, requests: Sequence[Request], progress: Progress) -> list[float]:
    """Return the milliseconds of each, one at a time, after a few that warm everything up."""
    for request in requests[:WARM_UP]:
        answerer.ask([request])
    times = []
    with progress.step("timing", len(requests)) as advance:
        for request in requests:
            started = perf_counter()
            answerer.ask([request])
            times.append((perf_counter() - started) * 1000)
            advance(1)
    return times
