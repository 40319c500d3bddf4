"""The run of another system, as a TREC file, scored and compared like one of ours."""

from hashlib import sha256
from pathlib import Path

from index.errors import UsageError
from qa.evaluation.measures import ranking, summarise_outcomes
from qa.evaluation.runs.trec import read_run
from qa.evaluation.types import NO_REPLY, DataProblem, Dataset, Outcome, Run, RunDescription


def read_external(dataset: Dataset, path: Path) -> Run:
    """Read a run and compute its ranking measures of documents: it has no passages or confidences.

    A question that the file lacks counts 0. Raises UsageError for a run over another
    dataset, none of whose questions is known.
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
