"""TREC's files, which every retrieval tool reads, and the run of another system in one of them."""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote

from index.errors import UsageError
from qa.evaluation.data.lines import read_lines
from qa.evaluation.measures import ranking, summarise_outcomes
from qa.evaluation.types import NO_REPLY, DataProblem, Dataset, Outcome, Run, RunDescription

UNSAFE = re.compile(r"[\s%]")
# What is taken from a tied score, so that it falls: tools break ties in opposite ways.
STEP = 1e-6

# For each question its documents, best first, with strictly falling scores.
Rankings = Mapping[str, Mapping[str, float]]
Qrels = Mapping[str, Mapping[str, int]]


def lower_ties(scored: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Keep each id once, at its best place, with scores that fall strictly in steps that survive rounding."""
    found: dict[str, float] = {}
    last = float("inf")
    for document, score in scored:
        if document not in found:
            last = found[document] = min(round(score, 6), round(last - STEP, 6))
    return found


def write_run(rankings: Rankings, path: Path, tag: str = "netsphere") -> None:
    """Write ``question Q0 document rank score tag``, ranks from 1."""
    path.write_text(
        "".join(
            f"{_escape_id(question)} Q0 {_escape_id(document)} {rank} {score:.6f} {tag}\n"
            for question, documents in rankings.items()
            for rank, (document, score) in enumerate(documents.items(), 1)
        ),
        encoding="utf-8",
    )


def read_run(path: Path) -> Rankings:
    """Read documents by falling score; equal scores in the order of their ranks.

    Raises UsageError, which names the line, for one that is not of six columns, as the last
    one of a file that was cut off, and for a document that comes twice.
    """
    rows: dict[str, dict[str, tuple[float, int]]] = {}
    for where, line in read_lines(path):
        try:
            question, _, document, rank, score, _ = line.split()
            place = -float(score), int(rank)
        except ValueError as error:
            raise UsageError(
                f"{where} is not 'question Q0 document rank score tag' ({line.strip()!r}); mend or delete the line"
            ) from error
        if document in rows.setdefault(question, {}):
            raise UsageError(f"{where} has {document!r} for {question!r} a second time; delete one of the lines")
        rows[question][document] = place
    return {
        unquote(question): {
            unquote(document): -place[0] for document, place in sorted(documents.items(), key=lambda item: item[1])
        }
        for question, documents in rows.items()
    }


def write_qrels(qrels: Qrels, path: Path) -> None:
    """Write ``question 0 document grade``."""
    path.write_text(
        "".join(
            f"{_escape_id(q)} 0 {_escape_id(d)} {grade}\n" for q, grades in qrels.items() for d, grade in grades.items()
        ),
        encoding="utf-8",
    )


def read_external(dataset: Dataset, path: Path) -> Run:
    """Read the run of another system, and compute its ranking measures of documents.

    It has no passages and no confidences. A question that the file lacks counts 0. Raises
    UsageError for a run over another dataset, none of whose questions is known.
    """
    rankings = read_run(path)
    answerable = {j.id: j for j in dataset.judgements if j.answerable}
    unknown = [question for question in rankings if question not in {j.id for j in dataset.judgements}]
    if len(unknown) == len(rankings):
        raise UsageError(
            f"{path} is a run over another dataset: {dataset.name} has none of its questions, such as "
            f"{next(iter(rankings), '')!r}"
        )
    scores = ranking.evaluate_rankings(
        {question: list(rankings.get(question, {})) for question in answerable},
        {question: judgement.documents for question, judgement in answerable.items()},
    )
    outcomes = tuple(Outcome(judgement, NO_REPLY, scores[question]) for question, judgement in answerable.items())
    measured = {name: i for name, i in summarise_outcomes(outcomes).items() if name in ranking.NAMES}
    about = RunDescription(
        dataset.name, dataset.fingerprint, path.name, "fast", 0, sha256(path.read_bytes()).hexdigest()
    )
    problems = tuple(
        DataProblem(str(path), f"ranks for {question!r}, which {dataset.name} lacks") for question in unknown
    )
    return Run(about, outcomes, measured, problems=(*dataset.problems, *problems))


def _escape_id(id: str) -> str:
    """Remove white space from an id, reversibly: ``a b%`` becomes ``a%20b%25``."""
    return UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), id)
